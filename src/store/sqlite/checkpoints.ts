import { once } from 'node:events'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Sqlite } from './database.js'

/** Pages in the write-ahead log from which they are copied into the database: SQLite's own default. */
const PAGES = 1000
/** From so many on the log begins at its start again, or its file would grow for as long as somebody writes without a pause. */
const LONG_LOG = 8 * PAGES
/** So many are copied without anybody noticing. */
const LITTLE = 100
/** Beside this module once it is compiled. */
const WORKER = new URL('./checkpoint-worker.js', import.meta.url)

/** Pages in the log, and how many of them the database has. */
interface LogState {
  log: number
  checkpointed: number
}

/**
 * Checkpoints in a thread of their own. SQLite makes them in the midst of the commit that finds the log long, whoever made it so: beside an
 * index run that held up a server's searches by most of a second.
 */
export class Checkpoints {
  private readonly db: Sqlite
  private readonly file: URL | undefined
  private worker: Worker | undefined
  private running = false

  /** @param file the compiled worker; where there is none (running from source), SQLite goes on by itself */
  constructor(db: Sqlite, file = WORKER) {
    this.db = db
    if (db.memory || !fs.existsSync(fileURLToPath(file))) return
    this.file = file
    db.pragma('wal_autocheckpoint = 0')
  }

  /** Looks, after a commit, whether the log has become long. */
  look(): void {
    if (this.file === undefined || this.running) return
    const { log, checkpointed } = this.state('NOOP')
    if (log - checkpointed < PAGES) return
    this.running = true
    this.worker ??= this.start(this.file)
    this.worker.postMessage('checkpoint')
  }

  async close(): Promise<void> {
    const { worker } = this
    if (worker === undefined) return
    const exited = once(worker, 'exit')
    worker.ref()
    worker.postMessage('close')
    await exited
  }

  private start(file: URL): Worker {
    const worker = new Worker(file, { workerData: { file: this.db.name } })
    worker.on('message', () => {
      this.running = false
      this.shorten()
    })
    worker.on('error', () => {
      this.worker = undefined
      this.running = false
    })
    worker.unref()
    return worker
  }

  /** Has the next writer begin at the start of a long log, once little is left to copy. Not while somebody reads from it. */
  private shorten(): void {
    if (!this.db.open) return
    const { log, checkpointed } = this.state('NOOP')
    if (log < LONG_LOG || log - checkpointed > LITTLE) return
    const timeout = this.db.pragma('busy_timeout', { simple: true })
    this.db.pragma('busy_timeout = 0')
    this.state('RESTART')
    this.db.pragma(`busy_timeout = ${timeout}`)
  }

  private state(mode: 'NOOP' | 'RESTART'): LogState {
    return (this.db.pragma(`wal_checkpoint(${mode})`) as LogState[])[0]!
  }
}
