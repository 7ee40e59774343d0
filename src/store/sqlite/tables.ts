import {
  type Cell,
  type Counters,
  type Row,
  TABLES,
  type Table,
  type TableReader,
  type TableWriter,
} from '../tables.js'
import type { Sqlite } from './database.js'

const PAGE = 2000

const columnsOf = (table: Table): string[] => Object.keys(table.columns)

/** Reads all tables of a connection that nobody else uses, inside one read transaction. */
export async function readTables<T>(db: Sqlite, work: (reader: TableReader) => Promise<T>): Promise<T> {
  db.exec('BEGIN')
  try {
    return await work({ counters: async () => countersOf(db), pages: (table) => pagesOf(db, table) })
  } finally {
    db.exec('COMMIT')
  }
}

/** Writes into the tables of a connection that nobody else uses, inside one transaction. */
export async function writeTables<T>(db: Sqlite, work: (writer: TableWriter) => Promise<T>): Promise<T> {
  db.exec('BEGIN IMMEDIATE')
  try {
    const done = await work({
      rows: async () => rowsIn(db),
      insert: async (table, rows) => insertInto(db, table, rows),
      setCounters: async (counters) => setCounters(db, counters),
    })
    db.exec('COMMIT')
    return done
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

async function* pagesOf(db: Sqlite, table: Table): AsyncGenerator<Row[]> {
  const key = table.key.join()
  const at = table.key.map((column) => columnsOf(table).indexOf(column))
  const select = `SELECT ${columnsOf(table).join()} FROM ${table.name}`
  const order = `ORDER BY ${key} LIMIT ${PAGE}`
  let rows = db.prepare<[], Cell[]>(`${select} ${order}`).raw().all()
  const next = db
    .prepare<Cell[], Cell[]>(`${select} WHERE (${key}) > (${table.key.map(() => '?').join()}) ${order}`)
    .raw()
  while (rows.length > 0) {
    yield rows
    const last = rows.at(-1)!
    rows = rows.length < PAGE ? [] : next.all(...at.map((i) => last[i]!))
  }
}

function rowsIn(db: Sqlite): number {
  const count = (table: Table) => db.prepare<[], number>(`SELECT count(*) FROM ${table.name}`).pluck().get()!
  return TABLES.reduce((sum, table) => sum + count(table), 0)
}

function insertInto(db: Sqlite, table: Table, rows: readonly Row[]): void {
  const columns = columnsOf(table)
  const insert = db.prepare<Cell[]>(
    `INSERT INTO ${table.name} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`,
  )
  for (const row of rows) insert.run(...row)
}

/** What AUTOINCREMENT remembers. */
const SEQUENCES = { label: 'capability', event: 'event' } as const

function countersOf(db: Sqlite): Counters {
  const get = db.prepare<[string], number>('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck()
  return { label: get.get(SEQUENCES.label) ?? 0, event: get.get(SEQUENCES.event) ?? 0 }
}

function setCounters(db: Sqlite, counters: Counters): void {
  for (const name of ['label', 'event'] as const) {
    db.prepare('DELETE FROM sqlite_sequence WHERE name = ?').run(SEQUENCES[name])
    db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(SEQUENCES[name], counters[name])
  }
}
