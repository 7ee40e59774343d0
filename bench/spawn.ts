import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Part, Task } from './child.js'

/** What a child showed before it ended, and why it ended early if it did. */
export interface Outcome {
  parts: Part
  fault?: string
}

/** The environment without settings of ours: nothing of the caller's may change what is measured. */
export const foreignSettings = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MATCHGRAPH_')))

/** Runs one task in a process of its own and waits for it; after the limit it is stopped. */
export function runChild(task: Task, limitMs: number, nodeOptions: readonly string[] = []): Promise<Outcome> {
  const child = fork(fileURLToPath(new URL('child.js', import.meta.url)), {
    // searches are measured as `serve` runs them, everybody's
    execArgv: ['--expose-gc', ...(task.phase === 'serve' ? ['--no-parallel-scavenge'] : []), ...nodeOptions],
    // LanceDB warns on every query otherwise, and on two cores it waits for itself for ever while it builds its full-text index (lancedb#3568)
    env: { ...foreignSettings(), LANCEDB_LOG: 'error', LANCE_CPU_THREADS: '4' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const outcome: Outcome = { parts: {} }
  let stderr = ''
  child.stderr!.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-4000)
  })
  child.on('message', (part: Part) => Object.assign(outcome.parts, part))
  child.send(task)
  const timer = setTimeout(() => {
    outcome.fault = `${task.phase} stopped after ${Math.round(limitMs / 1000)} s`
    child.kill('SIGKILL')
  }, limitMs)
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (code !== 0) outcome.fault ??= `${task.phase} failed: ${reasonIn(stderr) ?? signal ?? `exit ${code}`}`
      resolve(outcome)
    })
  })
}

/** The first line of an error message in what was printed. */
function reasonIn(stderr: string): string | undefined {
  const line = stderr.split('\n').find((one) => /\b(Error|FATAL ERROR|panicked)\b/.test(one))
  return line?.replace(/^(\w*Error): /, '').slice(0, 200)
}
