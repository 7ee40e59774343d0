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
  // linked, so that the file is never there without its content
  const own = `${file}.${process.pid}`
  fs.writeFileSync(own, String(process.pid))
  try {
    while (!linked(own, file)) {
      const owner = ownerOf(file)
      if (owner !== process.pid && isAlive(owner)) return undefined
      fs.rmSync(file, { force: true })
    }
    return held(file)
  } finally {
    fs.rmSync(own, { force: true })
  }
}

function linked(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/** Since when, in milliseconds since 1970, another process that is alive has held a lock of a home; undefined when none does. */
export function heldByAnotherSince(home: string, name: LockName): number | undefined {
  const file = path.join(home, `${name}.lock`)
  if (ours.has(file)) return undefined
  const since = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs
  return since !== undefined && isAlive(ownerOf(file)) ? since : undefined
}

/** The process that holds a lock; 0 when it was released meanwhile, and for a file whose content a power cut has taken. */
function ownerOf(file: string): number {
  try {
    return Number(fs.readFileSync(file, 'utf8'))
  } catch {
    return 0
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
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
