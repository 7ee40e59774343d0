import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'

/** Worker of `Checkpoints`: copies what stands in the write-ahead log into the database, as far as no reader needs it where it is. */
const db = new Database((workerData as { file: string }).file)

parentPort!.on('message', (wish: 'checkpoint' | 'close') => {
  if (wish === 'close') {
    db.close()
    parentPort!.close()
    return
  }
  try {
    db.pragma('wal_checkpoint(PASSIVE)')
  } catch {
    // a full disk: what is committed stands in the log, and the next commit asks again
  }
  parentPort!.postMessage('done')
})
