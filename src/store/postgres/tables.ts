import {
  type Cell,
  type ColumnKind,
  type Counters,
  type Row,
  TABLES,
  type Table,
  type TableReader,
  type TableWriter,
} from '../tables.js'
import type { Client, Queryable } from './client.js'
import { notify } from './notify.js'
import { inPieces, PAGE } from './rows.js'
import { fromText, toText } from './text.js'

const TYPES: Record<ColumnKind, string> = { integer: 'bigint', text: 'text', 'any-text': 'text', bytes: 'bytea' }

/** Reads all tables as they are at one moment. */
export const readTables = <T>(client: Client, work: (reader: TableReader) => Promise<T>): Promise<T> =>
  client.transaction(
    (connection) => work({ counters: () => countersOf(connection), pages: (table) => pagesOf(connection, table) }),
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  )

/** Writes into the tables in one transaction. */
export const writeTables = <T>(client: Client, work: (writer: TableWriter) => Promise<T>): Promise<T> =>
  client.transaction(async (connection) => {
    await connection.query('SELECT FROM counter FOR UPDATE')
    const done = await work({
      rows: () => rowsIn(connection),
      insert: (table, rows) => insertInto(connection, table, rows),
      setCounters: (counters) => setCounters(connection, counters),
    })
    await notify(connection, client.schema, {})
    return done
  })

async function* pagesOf(connection: Queryable, table: Table): AsyncGenerator<Row[]> {
  const columns = Object.entries(table.columns)
  const key = table.key.join()
  const select = `SELECT ${Object.keys(table.columns).join()} FROM ${table.name}`
  const next = `${select} WHERE (${key}) > (${table.key.map((_, i) => `$${i + 1}`).join()})`
  const order = `ORDER BY ${key} LIMIT ${PAGE}`
  let { rows } = await connection.query<Record<string, Cell>>(`${select} ${order}`)
  while (rows.length > 0) {
    yield rows.map((row) => columns.map(([name, kind]) => cellOf(row[name]!, kind)))
    const last = rows.at(-1)!
    if (rows.length < PAGE) return
    rows = (
      await connection.query<Record<string, Cell>>(
        `${next} ${order}`,
        table.key.map((column) => last[column]),
      )
    ).rows
  }
}

const cellOf = (cell: Cell, kind: ColumnKind): Cell => (kind === 'any-text' ? fromText(cell as string) : cell)

async function rowsIn(connection: Queryable): Promise<number> {
  let sum = 0
  for (const table of TABLES) {
    const { rows } = await connection.query<{ n: number }>(`SELECT count(*) AS n FROM ${table.name}`)
    sum += rows[0]!.n
  }
  return sum
}

async function insertInto(connection: Queryable, table: Table, rows: readonly Row[]): Promise<void> {
  const columns = Object.entries(table.columns)
  const names = columns.map(([name]) => name)
  // the name of a capability stands beside its record here, and only here
  const derived = table.name === 'capability'
  const all = derived ? [...names, 'name'] : names
  const types = [...columns.map(([, kind]) => TYPES[kind]), ...(derived ? ['text'] : [])]
  const insert = `INSERT INTO ${table.name} (${all.join()}) SELECT * FROM unnest(${types.map((type, i) => `$${i + 1}::${type}[]`).join()})`
  for (const some of inPieces(rows)) {
    const values: Cell[][] = columns.map(([, kind], i) =>
      some.map((row) => (kind === 'any-text' ? toText(row[i] as string) : row[i]!)),
    )
    if (derived) values.push(some.map((row) => nameIn(row[names.indexOf('record')] as string)))
    await connection.query(insert, values)
  }
}

const nameIn = (record: string): string => toText((JSON.parse(record) as { name: string }).name)

async function countersOf(connection: Queryable): Promise<Counters> {
  const { rows } = await connection.query<{ name: keyof Counters; value: number }>('SELECT name, value FROM counter')
  const value = (name: keyof Counters) => rows.find((row) => row.name === name)!.value
  return { label: value('label'), event: value('event') }
}

async function setCounters(connection: Queryable, { label, event }: Counters): Promise<void> {
  await connection.query(
    `UPDATE counter SET value = CASE name
       WHEN 'label' THEN $1 WHEN 'event' THEN $2 ELSE (SELECT coalesce(max(id), 0) FROM generation) END`,
    [label, event],
  )
}
