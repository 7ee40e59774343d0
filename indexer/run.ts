import fs from 'node:fs'
import type { ToolRecord } from '../src/core/catalogue.js'
import { AppError } from '../src/core/errors.js'
import type { SearchIndex } from '../src/index/search-index.js'
import type { ToolPut } from '../src/store/store.js'
import { buildIndex, freshenIndex } from './build.js'
import { type IndexerContext, type IndexOptions, type IndexReport, stopIfAsked } from './context.js'
import { embedMissing } from './embed.js'
import { recordHash } from './identity.js'
import { planTool } from './plan.js'
import { bringUpSearchTables, countCorpus } from './search-tables.js'
import { readCatalogue } from './sources/catalogue.js'
import { verifyIndex } from './verify.js'

/** At most this many faults are kept in a report; the count is exact. */
const REPORTED_FAULTS = 1000

/**
 * A catalogue becomes a searchable generation: read → validate → plan → embed → write → publish → verify.
 * Until `write` nothing a search can see has changed; the write is one transaction; the snapshot files follow and are derived,
 * so a kill at any moment leaves a home that answers from the old or from the new generation. Embeddings are kept as they are
 * made, so the next run goes on where this one was stopped.
 * @throws AppError `conflict` when strict and a record is faulty; `unavailable` when stopped by the signal
 */
export async function runIndex(context: IndexerContext, options: IndexOptions): Promise<IndexReport> {
  const { store, embedder } = context
  for (const path of options.paths) {
    if (!fs.existsSync(path)) throw new AppError('not-found', `${path} does not exist: nothing was changed.`)
  }
  const report = emptyReport()
  const stored = await store.catalogue.toolHashes()
  const current = await store.catalogue.generation()
  const otherModel = current !== undefined && current.model !== embedder.model

  const retired = await store.catalogue.retired()
  const seen = new Set<string>()
  const puts: ToolPut[] = []
  for await (const record of readRecords(options, report, seen)) {
    seen.add(record.slug)
    const hash = recordHash(record)
    const known = stored.get(record.slug)
    if (known === hash && !options.full && !otherModel) {
      report.kept++
      continue
    }
    if (known === undefined) report.added++
    else report[known === hash ? 'kept' : 'changed']++
    const before = known === undefined ? undefined : await store.catalogue.tool(record.slug)
    puts.push(planTool(record, before, retired.get(record.slug)))
  }
  if (options.strict && report.rejected > 0) {
    throw new AppError(
      'conflict',
      `${report.rejected} faults in the catalogue, and --strict was given: nothing was published.`,
      { faults: report.faults },
    )
  }
  // a record that cannot even be told apart may be any tool: then nothing is removed for being missing
  const remove = seen.has(UNKNOWN) ? [] : [...stored.keys()].filter((slug) => !seen.has(slug))
  report.removed = remove.length

  Object.assign(report, await embedMissing(context, puts, options))
  stopIfAsked(options.signal)
  const changed = puts.length > 0 || remove.length > 0 || current === undefined
  if (changed) {
    options.onProgress?.({ step: 'write', done: 0, total: puts.length })
    await store.catalogue.apply({ at: options.now, model: embedder.model, dims: embedder.dims, put: puts, remove })
    options.onProgress?.({ step: 'write', done: puts.length, total: puts.length })
  }
  const index = await bringUp(context, options, changed)
  if (index) report.verification = verifyIndex(index, options)
  if (options.full) await store.catalogue.pruneEmbeddings()
  const generation = (await store.catalogue.generation())!
  return { ...report, generation: generation.id, tools: generation.tools, capabilities: generation.capabilities }
}

/** The searchable side: files of the in-memory index, or tables in the store. */
async function bringUp(
  context: IndexerContext,
  options: IndexOptions,
  changed: boolean,
): Promise<SearchIndex | undefined> {
  const { searchTables } = context
  if (!searchTables) return options.full ? buildIndex(context, options) : freshenIndex(context, options)
  await bringUpSearchTables(context, searchTables, options)
  if (changed || options.full || !(await searchTables.statistics())) await countCorpus(context, searchTables)
  return undefined
}

/** Stands among the slugs seen for a record whose slug could not be read. */
const UNKNOWN = ''

/** The sound records. Slugs of faulty ones are noted as seen: a tool stays as it was until its new record is sound. */
async function* readRecords(options: IndexOptions, report: IndexReport, seen: Set<string>): AsyncGenerator<ToolRecord> {
  let done = 0
  for await (const entry of readCatalogue(options.paths)) {
    stopIfAsked(options.signal)
    if ('fault' in entry) {
      report.rejected++
      seen.add(entry.fault.slug ?? UNKNOWN)
      if (report.faults.length < REPORTED_FAULTS) report.faults.push(entry.fault)
      options.onFault?.(entry.fault)
    } else {
      options.onProgress?.({ step: 'read', done: ++done, total: 0 })
      yield entry.record
    }
  }
}

const emptyReport = (): IndexReport => ({
  generation: 0,
  added: 0,
  changed: 0,
  kept: 0,
  removed: 0,
  rejected: 0,
  tools: 0,
  capabilities: 0,
  embedded: 0,
  textsPerSecond: 0,
  faults: [],
})
