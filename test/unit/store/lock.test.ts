import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { isLockedByAnother, tryLockFile } from '../../../src/store/sqlite/lock.js'
import { tempFolder } from '../../support/home.js'

it('tells a lock of another living process from our own, from that of a dead one, and from none', async () => {
  const { folder, remove } = tempFolder()
  expect(isLockedByAnother(folder, 'indexer')).toBe(false)
  const own = tryLockFile(folder, 'indexer')!
  expect(isLockedByAnother(folder, 'indexer')).toBe(false)
  await own.release()
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  fs.writeFileSync(path.join(folder, 'indexer.lock'), String(child.pid))
  expect(isLockedByAnother(folder, 'indexer')).toBe(true)
  expect(isLockedByAnother(folder, 'migrate')).toBe(false)
  child.kill()
  await once(child, 'exit')
  expect(isLockedByAnother(folder, 'indexer')).toBe(false)
  remove()
})
