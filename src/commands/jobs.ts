import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { EventEmitter, on } from 'node:events'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Settings } from '../config.js'
import type { Job, ReindexBody } from '../core/api/jobs.js'
import { AppError } from '../core/errors.js'
import type { JobRunner } from '../http/env.js'

/** Finished jobs that can still be asked for. */
const KEPT = 100
/** Set for a child process: its progress as one JSON object a line instead of text. */
export const PROGRESS_LINES = 'MATCHGRAPH_PROGRESS_JSON'
const PROGRAM = fileURLToPath(new URL('../cli.js', import.meta.url))

/**
 * Runs `matchgraph index` as a process of its own, so that searches go on and a crash of it is no crash of the server; the server takes
 * up the new generation by itself. One at a time.
 */
export function jobRunner(settings: Settings): JobRunner {
  const jobs = new Map<string, Job>()
  const changes = new EventEmitter().setMaxListeners(0)
  let running: string | undefined

  function update(id: string, change: Partial<Job>): void {
    jobs.set(id, { ...jobs.get(id)!, ...change })
    changes.emit(id, jobs.get(id)!)
  }

  function get(id: string): Job {
    const job = jobs.get(id)
    if (!job) throw new AppError('not-found', `There is no job "${id}": ${KEPT} are kept, and none over a restart.`)
    return job
  }

  function reindex({ catalogue, full }: ReindexBody): Job {
    if (running) throw new AppError('conflict', `Job ${running} is at work: wait for it (GET /api/v1/jobs/${running}).`)
    const id = randomBytes(9).toString('base64url')
    jobs.set(id, { id, kind: 'reindex', state: 'running', startedAt: new Date().toISOString() })
    if (jobs.size > KEPT) jobs.delete(jobs.keys().next().value!)
    running = id
    const args = [
      'index',
      '--json',
      '--home',
      settings.MATCHGRAPH_HOME,
      ...(full ? ['--full'] : []),
      ...(catalogue ? ['--catalogue', ...catalogue] : []),
    ]
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, [PROGRESS_LINES]: 'on' },
    })
    let out = ''
    let last = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    readline.createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.startsWith('{')) update(id, JSON.parse(line) as Pick<Job, 'step' | 'done' | 'total'>)
      else last = line
    })
    child.on('close', (code) => {
      running = undefined
      const endedAt = new Date().toISOString()
      if (code === 0) update(id, { state: 'done', endedAt, report: JSON.parse(out) as Record<string, unknown> })
      else update(id, { state: 'failed', endedAt, error: last || `the index run ended with ${code}` })
    })
    return get(id)
  }

  async function* follow(id: string, signal: AbortSignal): AsyncGenerator<Job> {
    const first = get(id)
    yield first
    if (first.state !== 'running') return
    for await (const [job] of on(changes, id, { signal }) as AsyncIterable<[Job]>) {
      yield job
      if (job.state !== 'running') return
    }
  }

  return { reindex, get, follow }
}
