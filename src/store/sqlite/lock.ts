import fs from 'node:fs'
import path from 'node:path'
import type { Lock, LockName } from '../store.js'

/** Locks held by this very process, by file: a process id alone cannot tell two holders of one process apart. */
const ours = new Set<string>()

/** Takes a lock of a home: a file with the owner's process id. A lock whose owner is gone (killed) is taken over. */
export function tryLockFile(home: string, name: LockName): Lock | undefined {
  fs.mkdirSync(home, { recursive: true })
  const file = path.join(home, `${name}.lock`)
  if (ours.has(file)) return undefined
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' })
      return held(file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const owner = Number(fs.readFileSync(file, 'utf8'))
    if (owner !== process.pid && isAlive(owner)) return undefined
    fs.rmSync(file, { force: true })
  }
}

/** Whether another process that is alive holds a lock of a home. */
export function isLockedByAnother(home: string, name: LockName): boolean {
  const file = path.join(home, `${name}.lock`)
  if (ours.has(file)) return false
  try {
    return isAlive(Number(fs.readFileSync(file, 'utf8')))
  } catch {
    return false // not taken
  }
}

function held(file: string): Lock {
  ours.add(file)
  return {
    get held() {
      return ours.has(file)
    },
    async release() {
      if (ours.delete(file)) fs.rmSync(file, { force: true })
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
