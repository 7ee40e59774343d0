import type { ToolRecord } from './catalogue.js'
import type { Fault } from './errors.js'
import { readerWarnings } from './lint/record.js'
import { readRecord } from './read-record.js'

/** What an importer is told besides its input. The same input and options give the same bytes. */
export interface ImportOptions {
  /** Date that every capability carries, YYYY-MM-DD. */
  asOf: string
  /** Where the input came from: an address or a file name. */
  source: string
  /** Slug and name of the tool, where the input does not tell or tells wrong. */
  slug?: string
  name?: string
}

export interface Imported {
  records: ToolRecord[]
  /** What kept something from being imported. Paths are those of the input. */
  errors: Fault[]
  /** What was imported all the same. */
  warnings: Fault[]
}

export const refused = (path: string, message: string): Imported => ({
  records: [],
  errors: [{ path, message }],
  warnings: [],
})

/**
 * Puts what was gathered through the catalogue's own check, so that whatever an importer makes can be indexed, and marks
 * texts that address the reading model.
 */
export function checked(records: readonly unknown[], errors: Fault[], warnings: Fault[]): Imported {
  const kept: ToolRecord[] = []
  const found = [...errors]
  const marked = [...warnings]
  for (const made of records) {
    const { record, faults } = readRecord(withoutUndefined(made))
    found.push(...faults)
    if (record === undefined) continue
    kept.push(record)
    marked.push(
      ...readerWarnings(record).map(({ path, message }) => ({
        path: '',
        message: `${place(record, path)} ${message}`,
      })),
    )
  }
  return { records: kept, errors: found, warnings: marked }
}

/** A field of what was made of the input, in words: its path in the input is not known here. */
function place(record: ToolRecord, path: string): string {
  const [, i, field] = /^capabilities\.(\d+)\.(.*)$/.exec(path) ?? []
  return i === undefined ? `${path} of ${record.slug}` : `${field} of "${record.capabilities[Number(i)]!.name}"`
}

/** Absent and undefined are the same to us and two things to strict schemas; empty lists say nothing. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined && !(Array.isArray(member) && member.length === 0))
      .map(([key, member]) => [key, withoutUndefined(member)]),
  )
}
