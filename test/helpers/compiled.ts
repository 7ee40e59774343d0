import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync, utimesSync } from 'node:fs'
import path from 'node:path'

const LOCK = path.join('dist', '.building')
/** A build takes seconds; an older lock was left by a killed one. */
const STALE_LOCK_MS = 60_000

/**
 * Worker threads run compiled files: builds where `npm test` has not (single files run by hand). Several test files may
 * ask at once; one builds, the others wait.
 * @param worker a file the test needs, e.g. `src/embed/static-worker.ts`
 */
export function compile(worker: string): void {
  const built = path.join('dist', worker.replace(/\.ts$/, '.js'))
  const newest = Math.max(...['src', 'indexer'].map(newestSource))
  while (!(existsSync(built) && statSync(built).mtimeMs > newest)) {
    mkdirSync('dist', { recursive: true })
    try {
      mkdirSync(LOCK)
    } catch {
      if (existsSync(LOCK) && Date.now() - statSync(LOCK).mtimeMs > STALE_LOCK_MS) rmdirSync(LOCK)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
      continue
    }
    try {
      execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'])
    } finally {
      rmdirSync(LOCK)
    }
    // builds are incremental: a file that came out the same is not written, and keeps its age
    const now = new Date()
    utimesSync(built, now, now)
  }
}

function newestSource(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => statSync(path.join(entry.parentPath, entry.name)).mtimeMs),
  )
}
