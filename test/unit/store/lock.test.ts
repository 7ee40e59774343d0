import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { heldByAnotherSince, tryLockFile } from '../../../src/store/sqlite/lock.js'
import { tempFolder } from '../../support/home.js'

it('tells a lock of another living process from our own, from that of a dead one, and from none', async () => {
  const { folder, remove } = tempFolder()
  expect(heldByAnotherSince(folder, 'indexer')).toBeUndefined()
  const own = tryLockFile(folder, 'indexer')!
  expect(heldByAnotherSince(folder, 'indexer')).toBeUndefined()
  await own.release()
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  fs.writeFileSync(path.join(folder, 'indexer.lock'), String(child.pid))
  expect(Math.abs(heldByAnotherSince(folder, 'indexer')! - Date.now())).toBeLessThan(60_000)
  expect(heldByAnotherSince(folder, 'migrate')).toBeUndefined()
  child.kill()
  await once(child, 'exit')
  expect(heldByAnotherSince(folder, 'indexer')).toBeUndefined()
  remove()
})

it('takes over a lock whose owner is gone, or whose content a power cut has taken, but not one that is held', async () => {
  const { folder, remove } = tempFolder()
  const file = path.join(folder, 'indexer.lock')
  for (const left of ['', '999999999']) {
    fs.writeFileSync(file, left)
    const lock = tryLockFile(folder, 'indexer')!
    expect(fs.readFileSync(file, 'utf8')).toBe(String(process.pid))
    expect(tryLockFile(folder, 'indexer')).toBeUndefined()
    await lock.release()
  }
  fs.writeFileSync(file, String(process.ppid))
  expect(tryLockFile(folder, 'indexer')).toBeUndefined()
  expect(fs.readdirSync(folder)).toEqual(['indexer.lock'])
  remove()
})
