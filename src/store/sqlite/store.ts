import path from 'node:path'
import type { Lock, LockName, Store } from '../store.js'
import type { TableReader, TableWriter } from '../tables.js'
import { CATALOGUE_MIGRATIONS, SqliteCatalogue } from './catalogue.js'
import { Checkpoints } from './checkpoints.js'
import { migrate, openDatabase, type Sqlite } from './database.js'
import { tryLockFile } from './lock.js'
import { LOG_MIGRATIONS, SqliteLog } from './log.js'
import { readTables, writeTables } from './tables.js'
import { WalSync } from './wal-sync.js'

/** Version i of the file is taken to i + 1 by entry i; entries are only ever appended. */
export const MIGRATIONS: readonly string[] = [
  `${CATALOGUE_MIGRATIONS[0]}${LOG_MIGRATIONS[0]}`,
  ...LOG_MIGRATIONS.slice(1),
  ...CATALOGUE_MIGRATIONS.slice(1),
]

/** The embedded store: one SQLite file. */
export class SqliteStore implements Store {
  readonly catalogue: SqliteCatalogue
  readonly log: SqliteLog
  private readonly db: Sqlite
  private readonly wal: WalSync

  private constructor(db: Sqlite) {
    this.db = db
    this.wal = new WalSync(db, new Checkpoints(db))
    this.catalogue = new SqliteCatalogue(db, this.wal)
    this.log = new SqliteLog(db, this.wal)
  }

  /**
   * Opens the database file, creating or migrating it.
   * @throws AppError `damaged-file` when it is not a database, `conflict` when a newer program wrote it
   */
  static open(file: string): SqliteStore {
    const db = openDatabase(file)
    migrate(db, MIGRATIONS)
    return new SqliteStore(db)
  }

  async tryLock(name: LockName): Promise<Lock | undefined> {
    return tryLockFile(path.dirname(this.db.name), name)
  }

  /** Nobody tells: other processes on this file are seen by asking for the generation. */
  async watch(): Promise<undefined> {}

  readTables<T>(work: (reader: TableReader) => Promise<T>): Promise<T> {
    return this.aside((db) => readTables(db, work))
  }

  writeTables<T>(work: (writer: TableWriter) => Promise<T>): Promise<T> {
    return this.aside((db) => writeTables(db, work))
  }

  /** On a connection of its own: a transaction that waits for others must not take in what this one does meanwhile. */
  private async aside<T>(work: (db: Sqlite) => Promise<T>): Promise<T> {
    const db = openDatabase(this.db.name)
    db.pragma('synchronous = FULL')
    try {
      return await work(db)
    } finally {
      db.close()
    }
  }

  async backup(file: string): Promise<void> {
    await this.db.backup(file)
  }

  async check(): Promise<string[]> {
    const rows = this.db.pragma('integrity_check') as { integrity_check: string }[]
    return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
  }

  async close(): Promise<void> {
    await this.wal.close()
    this.db.close()
  }
}
