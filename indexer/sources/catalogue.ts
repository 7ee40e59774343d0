import type { ToolRecord } from '../../src/core/catalogue.js'
import type { Fault } from '../../src/core/errors.js'
import { readRecord } from '../../src/core/read-record.js'
import { readDocuments } from './documents.js'
import { catalogueFiles } from './files.js'

/** Where a record was written. */
export interface Origin {
  file: string
  /** 1-based line where it starts. */
  line: number
}

/** A fault with its place in a file; `line` is that of the offending field. */
export interface SourceFault extends Fault {
  file: string
  line: number
  /** The slug of the record it is in, when it has one. */
  slug?: string
}

export type CatalogueEntry =
  | {
      record: ToolRecord
      origin: Origin
      /** Lines of fields of the record as written, by dotted path. */
      linesOf(paths: readonly string[]): number[]
    }
  | { fault: SourceFault }

/**
 * Streams the records of catalogue files and folders (.yaml, .yml, .json, .jsonl, .jsonl.gz), and every fault with its
 * place. A faulty capability is reported and left out; its tool is kept when the rest is sound. A slug or a given
 * capability id that an earlier record already has is a fault of the later one. Never rejects for what a file holds or
 * for a file that cannot be read: that is a fault as well.
 */
export async function* readCatalogue(paths: readonly string[]): AsyncGenerator<CatalogueEntry> {
  const seen: Seen = { slugs: new Map(), ids: new Map() }
  for (const path of paths) {
    let file = path
    try {
      for await (file of catalogueFiles(path)) yield* readFile(file, seen)
    } catch (cause) {
      yield { fault: { file, line: 1, path: '', message: `cannot be read: ${reason(cause)}` } }
    }
  }
}

interface Seen {
  slugs: Map<string, Origin>
  ids: Map<string, Origin>
}

async function* readFile(file: string, seen: Seen): AsyncGenerator<CatalogueEntry> {
  try {
    for await (const document of readDocuments(file)) {
      if ('fault' in document) {
        yield { fault: { ...document.fault, file, line: document.line } }
        continue
      }
      const { record, positions, faults } = readRecord(document.value)
      const origin = { file, line: document.line }
      const kept = record && withoutTwins(record, positions, origin, seen)
      const all = [...faults, ...(kept?.faults ?? [])]
      const lines = all.length === 0 ? [] : document.linesOf(all.map((fault) => fault.path))
      const slug = slugOf(document.value)
      for (const [i, fault] of all.entries())
        yield { fault: { file, line: lines[i]!, ...fault, ...(slug && { slug }) } }
      if (kept?.record) yield { record: kept.record, origin, linesOf: document.linesOf }
    }
  } catch (cause) {
    yield { fault: { file, line: 1, path: '', message: `cannot be read: ${reason(cause)}` } }
  }
}

/** Leaves out what an earlier record already has: the whole record for its slug, a capability for its id. */
function withoutTwins(
  record: ToolRecord,
  positions: readonly number[],
  origin: Origin,
  seen: Seen,
): { record?: ToolRecord; faults: Fault[] } {
  const twin = seen.slugs.get(record.slug)
  if (twin !== undefined)
    return { faults: [{ path: 'slug', message: `"${record.slug}" is already the slug of the tool at ${place(twin)}` }] }
  seen.slugs.set(record.slug, origin)
  const faults: Fault[] = []
  const capabilities = record.capabilities.filter(({ id }, i) => {
    // ids of the form slug.n cannot meet those of another slug, so they need not be remembered
    if (id === undefined || (id.startsWith(record.slug) && /^\.\d+$/.test(id.slice(record.slug.length)))) return true
    const earlier = seen.ids.get(id)
    if (earlier === undefined) {
      seen.ids.set(id, origin)
      return true
    }
    faults.push({
      path: `capabilities.${positions[i]}.id`,
      message: `"${id}" is already the id of a capability at ${place(earlier)}`,
    })
    return false
  })
  if (faults.length === 0) return { record, faults }
  return { ...(capabilities.length > 0 && { record: { ...record, capabilities } }), faults }
}

const place = ({ file, line }: Origin) => `${file}:${line}`

function slugOf(value: unknown): string | undefined {
  const slug = typeof value === 'object' && value !== null && 'slug' in value ? value.slug : undefined
  return typeof slug === 'string' ? slug.slice(0, 128) : undefined
}

function reason(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'there is no such file or folder'
  if (code === 'EACCES') return 'reading it is not permitted'
  return cause instanceof Error ? cause.message : String(cause)
}
