import type { Embedder } from '../src/core/embedding.js'
import { facetsOfTool } from '../src/core/facets.js'
import { documentOf } from '../src/core/indexed-text.js'
import { CorpusCounter, packCorpus } from '../src/index/corpus-statistics.js'
import { searchWords } from '../src/index/search-words.js'
import type { CatalogueStore, SearchRow, SearchTables } from '../src/store/store.js'
import { type IndexerContext, type IndexOptions, stopIfAsked } from './context.js'

/** Tools written in one transaction. */
const TOOLS_AT_ONCE = 50

/** Brings the search tables of the store up to its catalogue: what changed is written anew, in pieces that each stand for themselves. */
export async function bringUpSearchTables(
  { store, embedder }: Pick<IndexerContext, 'store' | 'embedder'>,
  tables: SearchTables,
  options: Pick<IndexOptions, 'signal' | 'onProgress'> = {},
): Promise<void> {
  await tables.prepare(embedder.dims)
  const slugs = await tables.outdated(embedder.model)
  for (let i = 0; i < slugs.length; i += TOOLS_AT_ONCE) {
    stopIfAsked(options.signal)
    const some = slugs.slice(i, i + TOOLS_AT_ONCE)
    const rows = await rowsOf(store.catalogue, tables, embedder, some)
    await tables.replace(embedder.model, some, rows)
    options.onProgress?.({ step: 'index', done: Math.min(i + TOOLS_AT_ONCE, slugs.length), total: slugs.length })
  }
}

async function rowsOf(
  catalogue: CatalogueStore,
  tables: SearchTables,
  { model, dims }: Pick<Embedder, 'model' | 'dims'>,
  slugs: readonly string[],
): Promise<SearchRow[]> {
  const facets = new Map<string, string[]>()
  const labels: number[] = []
  for (const slug of slugs) {
    const stored = await catalogue.tool(slug)
    if (!stored) continue
    facets.set(slug, facetsOfTool(stored.tool))
    labels.push(...stored.capabilities.map(({ label }) => label))
  }
  return (await tables.embedded(model, labels)).map(({ capability, tool, vectors }) => ({
    label: capability.label,
    slug: capability.toolSlug,
    facets: facets.get(capability.toolSlug)!,
    words: searchWords(documentOf(capability.label, capability, tool)),
    // the zero vector of a text without a known word is like nothing
    vectors: rowsOfVectors(vectors, dims).filter((vector) => vector.some((x) => x !== 0)),
  }))
}

const rowsOfVectors = (vectors: Float32Array, dims: number): Float32Array[] =>
  Array.from({ length: vectors.length / dims }, (_, i) => vectors.subarray(i * dims, (i + 1) * dims))

/** Counts the whole catalogue anew and keeps the result; a pass over all texts, with little of them in memory at a time. */
export async function countCorpus(
  { store, embedder, table, weights }: IndexerContext,
  tables: SearchTables,
): Promise<void> {
  const counter = new CorpusCounter(table, weights.bm25.fields)
  for await (const { capability, tool } of store.catalogue.embedded(embedder.model, 0)) {
    counter.add(documentOf(capability.label, capability, tool))
  }
  await tables.setStatistics((await store.catalogue.generation())!, packCorpus(counter.finish()))
}
