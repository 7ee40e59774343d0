import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const CLI = path.join(ROOT, 'dist/src/cli.js')

export interface Finished {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Where processes leave which of our lines they ran (`npm run coverage`). */
const COVERAGE = process.env.PROCESS_COVERAGE

/** The built command line as a child process (npm test builds it first). Its environment has none of our settings but those given. */
export function start(
  args: string[],
  env: Record<string, string> = {},
): { child: ChildProcess; done: Promise<Finished> } {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MATCHGRAPH_')))
  const child = spawn(process.execPath, [CLI, ...args], {
    env: { ...clean, ...(COVERAGE && { NODE_V8_COVERAGE: path.resolve(COVERAGE) }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout!.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr!.on('data', (chunk) => {
    stderr += chunk
  })
  const done = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return { child, done }
}

export const run = (args: string[], env: Record<string, string> = {}): Promise<Finished> => start(args, env).done

/** Starts `serve` on a free port; resolves with its address once it listens. */
export async function serve(
  home: string,
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<{ base: string; child: ChildProcess; done: Promise<Finished> }> {
  const { child, done } = start(['serve', '--home', home, '--port', '0', ...args], { MATCHGRAPH_LOG: 'error', ...env })
  const base = await new Promise<string>((resolve, reject) => {
    let out = ''
    child.stdout!.on('data', (chunk) => {
      out += chunk
      const address = /listens on (\S+)/.exec(out)?.[1]
      if (address) resolve(address)
    })
    done.then(({ code, stderr }) => reject(new Error(`serve exited ${code}: ${stderr}`)))
  })
  return { base, child, done }
}
