import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import type { Checkpoints } from './checkpoints.js'
import { BUSY_MS, type Sqlite } from './database.js'

/**
 * What becomes of commits once they are made, outside the thread that made them. A commit appends to the write-ahead log; when that file is
 * synced, the commit survives a power cut, as it does with `synchronous=FULL`, which syncs in the same place but in the middle of the commit.
 * Callers that come while one sync runs share the next. A log that has become long is copied into the database (`Checkpoints`).
 */
export class WalSync {
  private readonly db: Sqlite
  private readonly file: string | undefined
  private readonly datasync: (handle: FileHandle) => Promise<void>
  private readonly checkpoints: Checkpoints | undefined
  private handle: Promise<FileHandle> | undefined
  private running: Promise<void> = Promise.resolve()
  private next: Promise<void> | undefined
  /** A sync has failed: the system may take what it left for written, so that another sync proves nothing. */
  private unsure = false

  /**
   * @param checkpoints who makes them; SQLite itself when left out
   * @param datasync how the file is brought to the disk
   */
  constructor(
    db: Sqlite,
    checkpoints?: Checkpoints,
    datasync = (handle: FileHandle): Promise<void> => handle.datasync(),
  ) {
    this.db = db
    this.datasync = datasync
    this.checkpoints = checkpoints
    this.file = db.memory ? undefined : `${db.name}-wal`
  }

  /** To be called after a commit that nobody waits for. */
  committed(): void {
    this.checkpoints?.look()
  }

  /** Resolves when everything that was committed before the call is on disk. */
  async settled(): Promise<void> {
    this.committed()
    if (this.file === undefined) return
    // one that is under way may have begun before our commit
    this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = undefined
        this.running = this.sync(this.file!)
        return this.running
      })
    return this.next
  }

  async close(): Promise<void> {
    await this.checkpoints?.close()
    await this.running.catch(() => undefined)
    await (await this.handle?.catch(() => undefined))?.close()
  }

  private async sync(file: string): Promise<void> {
    if (this.unsure) return this.bringOver()
    this.unsure = true
    // the file stays the same one for as long as a connection is open
    this.handle ??= openNamed(file)
    const handle = await this.handle.catch((error) => {
      this.handle = undefined
      throw error
    })
    await this.datasync(handle)
    this.unsure = false
  }

  /**
   * Writes all that stands in the log into the database, which is synced with it, and empties the log: behind what may be missing on the
   * disk nothing must follow. Fails while somebody reads from the log, or makes a checkpoint.
   */
  private bringOver(): void {
    this.db.pragma('busy_timeout = 0')
    const [{ busy }] = this.db.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }]
    this.db.pragma(`busy_timeout = ${BUSY_MS}`)
    if (busy !== 0) throw new Error('What is in the write-ahead log could not be brought over.')
    this.unsure = false
  }
}

/** Opens a file whose name is on disk, too. */
async function openNamed(file: string): Promise<FileHandle> {
  const folder = await open(path.dirname(file), 'r')
  await folder.sync().finally(() => folder.close())
  return open(file, 'r+')
}
