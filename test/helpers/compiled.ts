import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'

/** Worker threads run compiled files: builds once where `npm test` has not (single files run by hand), or the file is stale. */
export function compile(source: string): void {
  const built = source.replace(/^/, 'dist/').replace(/\.ts$/, '.js')
  if (existsSync(built) && statSync(built).mtimeMs > statSync(source).mtimeMs) return
  execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'])
}
