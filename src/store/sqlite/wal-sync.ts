import { type FileHandle, open } from 'node:fs/promises'
import type { Sqlite } from './database.js'

/**
 * Waits until what a connection has committed is on disk, without holding up the thread. A commit appends to the write-ahead log; once that
 * file is synced, the commit survives a power cut, as it does with `synchronous=FULL`, which syncs in the same place but in the middle of
 * the commit. Callers that come while one sync runs share the next.
 */
export class WalSync {
  private readonly file: string | undefined
  private readonly datasync: (handle: FileHandle) => Promise<void>
  private handle: Promise<FileHandle> | undefined
  private running: Promise<void> = Promise.resolve()
  private next: Promise<void> | undefined

  /** @param datasync how the file is brought to the disk */
  constructor(db: Sqlite, datasync = (handle: FileHandle): Promise<void> => handle.datasync()) {
    this.datasync = datasync
    this.file = db.memory ? undefined : `${db.name}-wal`
  }

  /** Resolves when everything that was committed before the call is on disk. */
  async settled(): Promise<void> {
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
    await this.running.catch(() => undefined)
    await (await this.handle)?.close()
  }

  private async sync(file: string): Promise<void> {
    // the file stays the same one for as long as a connection is open
    this.handle ??= open(file, 'r+')
    await this.datasync(await this.handle)
  }
}
