/**
 * How a column is kept: whole numbers, texts of our own making, texts that callers choose (any JavaScript string), bytes.
 * Both stores have these tables and columns, so that everything can be carried over row by row.
 */
export type ColumnKind = 'integer' | 'text' | 'any-text' | 'bytes'

export interface Table {
  readonly name: string
  /** Columns that identify a row, in the order of the primary key. */
  readonly key: readonly string[]
  readonly columns: Readonly<Record<string, ColumnKind>>
}

/** Every table, in an order in which they can be filled. */
export const TABLES: readonly Table[] = [
  {
    name: 'generation',
    key: ['id'],
    columns: {
      id: 'integer',
      at: 'integer',
      model: 'text',
      dims: 'integer',
      capabilities: 'integer',
      tools: 'integer',
    },
  },
  { name: 'tool', key: ['slug'], columns: { slug: 'text', record: 'text', hash: 'text', born_at: 'integer' } },
  {
    name: 'capability',
    key: ['label'],
    columns: {
      label: 'integer',
      id: 'text',
      tool_slug: 'text',
      ordinal: 'integer',
      record: 'text',
      hash: 'text',
      texts: 'text',
      born_at: 'integer',
    },
  },
  {
    name: 'retired',
    key: ['id'],
    columns: { id: 'text', tool_slug: 'text', record: 'text', born_at: 'integer' },
  },
  { name: 'embedding', key: ['model', 'hash'], columns: { model: 'text', hash: 'text', vector: 'bytes' } },
  {
    name: 'event',
    key: ['seq'],
    columns: { seq: 'integer', kind: 'text', at: 'integer', id: 'any-text', payload: 'text' },
  },
  { name: 'event_dedupe', key: ['key'], columns: { key: 'any-text', seq: 'integer' } },
  { name: 'evidence', key: ['key'], columns: { key: 'any-text', value: 'any-text' } },
  { name: 'checkpoint', key: ['key'], columns: { key: 'any-text', value: 'any-text' } },
  { name: 'meta', key: ['key'], columns: { key: 'any-text', value: 'any-text' } },
]

export type Cell = number | string | Uint8Array
/** One value a column, in the order of `columns`. */
export type Row = readonly Cell[]

/** The highest number ever given out, which may be above the highest that is still there. */
export interface Counters {
  label: number
  event: number
}

/** Everything a store holds, as one consistent state. */
export interface TableReader {
  counters(): Promise<Counters>
  /** Rows in pages. */
  pages(table: Table): AsyncIterable<Row[]>
}

export interface TableWriter {
  /** How many rows all tables have together: what is written into must be empty. */
  rows(): Promise<number>
  insert(table: Table, rows: readonly Row[]): Promise<void>
  setCounters(counters: Counters): Promise<void>
}
