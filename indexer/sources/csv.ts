import { parse } from 'csv-parse/sync'
import type { Fault } from '../../src/core/errors.js'
import { checked, type Imported, type ImportOptions, refused } from '../../src/core/imported.js'
import { nearest } from '../../src/core/nearest.js'
import { cut, line, plainText, slugFrom } from './clean.js'

/** Our fields that a column can fill. Those of lists take several values in a cell, separated by `;`. */
const TOOL_FIELDS = ['slug', 'tool', 'type', 'layer', 'about', 'url', 'repository', 'license', 'pricing'] as const
const CAPABILITY_FIELDS = ['id', 'capability', 'description', 'unique', 'versus', 'source', 'asOf'] as const
const LIST_FIELDS = [
  'intents',
  'bestFor',
  'limitations',
  'requires',
  'inputs',
  'outputs',
  'tags',
  'categories',
] as const
export const CSV_FIELDS: readonly string[] = [...TOOL_FIELDS, ...CAPABILITY_FIELDS, ...LIST_FIELDS]

export interface CsvOptions extends ImportOptions {
  /** Our field → the column's heading, for headings that differ: `{capability: 'Feature'}`. */
  columns?: Readonly<Record<string, string>>
}

type Row = Readonly<Record<string, string>>

/**
 * A CSV or TSV table with headings, a capability a row; rows of the same tool (by `slug`, else `tool`) need not stand
 * together, and the tool's own fields are taken from the first of them. Faults name the line of the table as
 * `lines.N`. Needed: `capability`, `description`, and `tool` or `slug` (or one tool for all, by the options).
 */
export function importCsv(text: string, options: CsvOptions): Imported {
  const { rows, fault } = parsed(text)
  if (fault !== undefined) return { records: [], errors: [fault], warnings: [] }
  if (rows.length === 0) return refused('', 'has no rows under its headings')
  const headings = Object.keys(rows[0]!.cells)
  const columns = new Map<string, string>()
  const errors: Fault[] = []
  for (const [field, heading] of Object.entries(options.columns ?? {})) {
    if (!CSV_FIELDS.includes(field)) errors.push(unknown(field, 'is no field of ours', CSV_FIELDS))
    else if (!headings.includes(heading)) errors.push(unknown(heading, 'is no heading of the table', headings))
    else columns.set(field, heading)
  }
  for (const field of CSV_FIELDS) if (!columns.has(field) && headings.includes(field)) columns.set(field, field)
  for (const field of ['capability', 'description'])
    if (!columns.has(field))
      errors.push({
        path: field,
        message: `no column is called "${field}"; say which one it is (--map ${field}=HEADING); there are ${headings.slice(0, 20).join(', ')}`,
      })
  if (!columns.has('slug') && !columns.has('tool') && options.slug === undefined)
    errors.push({
      path: 'tool',
      message:
        'no column tells the tool; say which one it is (--map tool=HEADING) or the one tool for all rows (--slug)',
    })
  if (errors.length > 0) return { records: [], errors, warnings: unused(headings, columns) }
  return { ...recordsOf(rows, columns, options), warnings: unused(headings, columns) }
}

function parsed(text: string): { rows: { cells: Row; line: number }[]; fault?: Fault } {
  const delimiter = /^[^\n]*\t/.test(text) && !/^[^\n\t]*,/.test(text) ? '\t' : ','
  try {
    const rows: unknown = parse(text, {
      columns: (headings: string[]) => headings.map((one) => one.trim()),
      bom: true,
      delimiter,
      info: true,
      skip_empty_lines: true,
      trim: true,
      relax_column_count: true,
    })
    return {
      rows: (rows as { record: Row; info: { lines: number } }[]).map(({ record, info }) => ({
        cells: record,
        line: info.lines,
      })),
    }
  } catch (cause) {
    const line = (cause as { lines?: number }).lines ?? 1
    return { rows: [], fault: { path: `lines.${line}`, message: `is not CSV: ${(cause as Error).message}` } }
  }
}

function recordsOf(
  rows: readonly { cells: Row; line: number }[],
  columns: ReadonlyMap<string, string>,
  options: CsvOptions,
): Omit<Imported, 'warnings'> {
  const errors: Fault[] = []
  const tools = new Map<string, { capabilities: unknown[] }>()
  for (const { cells, line: at } of rows) {
    const cell = (field: string) => {
      const value = cells[columns.get(field) ?? '']
      return value === undefined || value === '' ? undefined : value
    }
    const slug = cell('slug') ?? options.slug ?? slugFrom(cell('tool') ?? '')
    const name = cell('capability')
    if (slug === undefined || name === undefined) {
      errors.push({ path: `lines.${at}`, message: `has no ${slug === undefined ? 'tool' : 'capability'}` })
      continue
    }
    if (!tools.has(slug)) tools.set(slug, toolOf(slug, cell, options))
    tools.get(slug)!.capabilities.push(capabilityOf(name, cell, options))
  }
  const { records, errors: found } = checked([...tools.values()], errors, [])
  return { records, errors: found }
}

type Cell = (field: string) => string | undefined

function toolOf(slug: string, cell: Cell, options: CsvOptions) {
  const pricing = cell('pricing')
  return {
    slug,
    name: line(cell('tool') ?? options.name ?? slug, 200),
    type: cell('type') ?? 'product',
    layer: cell('layer'),
    description: cut(plainText(cell('about') ?? ''), 8000),
    url: cell('url'),
    repository: cell('repository'),
    license: cell('license'),
    categories: listOf(cell('categories'), 64),
    pricing: pricing === undefined ? undefined : { model: pricing },
    capabilities: [] as unknown[],
  }
}

function capabilityOf(name: string, cell: Cell, options: CsvOptions) {
  const lists = LIST_FIELDS.filter((field) => field !== 'categories')
  const text = (field: string) => {
    const value = cell(field)
    return value === undefined ? undefined : cut(plainText(value), field === 'description' ? 8000 : 2000)
  }
  return {
    id: cell('id'),
    name: line(plainText(name), 200),
    description: text('description') ?? line(plainText(name), 200),
    unique: text('unique'),
    versus: text('versus'),
    ...Object.fromEntries(lists.map((field) => [field, listOf(cell(field), field === 'tags' ? 64 : 500)])),
    source: cell('source') ?? cut(options.source, 2000),
    asOf: cell('asOf') ?? options.asOf,
  }
}

const listOf = (cell: string | undefined, max: number): string[] =>
  (cell ?? '')
    .split(';')
    .map((one) => line(plainText(one), max))
    .filter((one) => one !== '')
    .slice(0, 64)

function unknown(word: string, message: string, known: readonly string[]): Fault {
  const suggestion = nearest(word, known)
  return { path: word, message, ...(suggestion !== undefined && { suggestion }) }
}

function unused(headings: readonly string[], columns: ReadonlyMap<string, string>): Fault[] {
  const used = new Set(columns.values())
  return headings
    .filter((heading) => !used.has(heading))
    .slice(0, 20)
    .map((heading) => unknown(heading, 'fills no field of ours and is left out', CSV_FIELDS))
}
