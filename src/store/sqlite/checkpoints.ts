import { once } from 'node:events'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Sqlite } from './database.js'

/** Pages in the write-ahead log from which they are copied into the database: SQLite's own default. */
const PAGES = 1000
/** Beside this module once it is compiled. */
const WORKER = new URL('./checkpoint-worker.js', import.meta.url)

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
    const [{ log, checkpointed }] = this.db.pragma('wal_checkpoint(NOOP)') as [{ log: number; checkpointed: number }]
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
    await exited.catch(() => undefined)
  }

  private start(file: URL): Worker {
    const worker = new Worker(file, { workerData: { file: this.db.name } })
    worker.on('message', () => {
      this.running = false
    })
    worker.on('error', () => {
      this.worker = undefined
      this.running = false
    })
    worker.unref()
    return worker
  }
}
