import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { AppError } from '../../core/errors.js'

export type Sqlite = Database.Database

/** Statements of a connection, each prepared when it is first asked for. */
export type Prepare = <P extends unknown[], R = unknown>(source: string) => Database.Statement<P, R>

export function preparing(db: Sqlite): Prepare {
  const made = new Map<string, Database.Statement>()
  return <P extends unknown[], R>(source: string) => {
    const statement = made.get(source) ?? db.prepare(source)
    made.set(source, statement)
    return statement as unknown as Database.Statement<P, R>
  }
}

/** So long a writer waits for another process that writes, milliseconds; looking again so often. */
export const BUSY_MS = 10_000
const AGAIN_MS = 10

/**
 * Opens (and creates) the database file: WAL so that readers never wait for the writer, `synchronous=NORMAL` so that a commit does not hold
 * up the thread until it is on disk (`WalSync` waits for that before anything is acknowledged), foreign keys on.
 * @throws AppError `damaged-file` when the file is not a database
 */
export function openDatabase(file: string): Sqlite {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  let db: Sqlite
  try {
    db = new Database(file)
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.pragma('foreign_keys = ON')
    db.pragma(`busy_timeout = ${BUSY_MS}`)
    // 16 MB: with 64 a server under load was 50 MB larger and not faster, nor was an index of 60,000 capabilities
    db.pragma('cache_size = -16384')
  } catch (error) {
    if (
      (error as { code?: string }).code === 'SQLITE_NOTADB' ||
      (error as { code?: string }).code === 'SQLITE_CORRUPT'
    ) {
      throw new AppError(
        'damaged-file',
        `${file} is damaged: ${(error as Error).message}. Restore a backup with "matchgraph restore FILE".`,
        { cause: error },
      )
    }
    throw error
  }
  return db
}

/**
 * Brings the schema forward. `migrations[i]` takes version i to i + 1; the version is kept in `PRAGMA user_version`.
 * Before a database with content moves forward, a copy is left beside it (`*.before-vN`).
 * @throws AppError `conflict` when the file was written by a newer program
 */
export function migrate(db: Sqlite, migrations: readonly string[]): void {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version > migrations.length) {
    throw new AppError(
      'conflict',
      `${db.name} has schema version ${version}, this program knows ${migrations.length}: install the newer release again.`,
    )
  }
  if (version === migrations.length) return
  if (version > 0) db.exec(`VACUUM INTO '${db.name.replaceAll("'", "''")}.before-v${migrations.length}'`)
  db.transaction(() => {
    for (const sql of migrations.slice(version)) db.exec(sql)
    db.pragma(`user_version = ${migrations.length}`)
  }).exclusive()
}

/**
 * Writes in one transaction. While another process writes (an index run publishes a large catalogue in one transaction of seconds) it is
 * the caller who waits, not the thread: searches go on.
 * @throws SqliteError `SQLITE_BUSY` when the other has not ended after ten seconds
 */
export async function transact<T>(db: Sqlite, work: () => T): Promise<T> {
  const attempt = db.transaction(work)
  for (const deadline = performance.now() + BUSY_MS; ; await sleep(AGAIN_MS)) {
    db.pragma('busy_timeout = 0')
    try {
      return attempt.immediate()
    } catch (error) {
      // also SQLITE_BUSY_RECOVERY: another process takes up what a killed one left
      const isBusy = (error as { code?: string }).code?.startsWith('SQLITE_BUSY')
      if (!isBusy || performance.now() > deadline) throw error
    } finally {
      db.pragma(`busy_timeout = ${BUSY_MS}`)
    }
  }
}
