import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'

/** From so many pages on the log begins at its start again, or its file would grow for as long as somebody writes without a pause. */
const LONG_LOG = 8000
/** So many pages are copied without a writer noticing. */
const LITTLE = 100

/** Worker of `Checkpoints`: copies what stands in the write-ahead log into the database, as far as no reader needs it where it is. */
const db = new Database((workerData as { file: string }).file, { timeout: 0 })

function checkpoint(): void {
  const [{ log, checkpointed }] = db.pragma('wal_checkpoint(PASSIVE)') as [{ log: number; checkpointed: number }]
  // writers wait for this one, so only when little is left; not while somebody reads from the log
  if (log >= LONG_LOG && log - checkpointed <= LITTLE) db.pragma('wal_checkpoint(RESTART)')
}

parentPort!.on('message', (wish: 'checkpoint' | 'close') => {
  if (wish === 'close') {
    db.close()
    parentPort!.close()
    return
  }
  try {
    checkpoint()
  } catch {
    // a full disk: what is committed stands in the log, and the next commit asks again
  }
  parentPort!.postMessage('done')
})
