import fs from 'node:fs'
import path from 'node:path'
import { AppError } from '../src/core/errors.js'

/**
 * One indexer a home: a file with the owner's process id. A lock whose owner is gone (killed) is taken over.
 * @throws AppError `conflict` while another indexer is at work
 */
export function lockHome(home: string): () => void {
  fs.mkdirSync(home, { recursive: true })
  const file = path.join(home, 'index.lock')
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => fs.rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const owner = Number(fs.readFileSync(file, 'utf8'))
    if (owner !== process.pid && isAlive(owner)) {
      throw new AppError(
        'conflict',
        `Another index run (process ${owner}) is at work in ${home}: wait for it, or stop it.`,
      )
    }
    fs.rmSync(file, { force: true })
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
