import { AppError } from '../src/core/errors.js'
import { documentOf } from '../src/core/indexed-text.js'
import { type IndexEntry, type Loaded, SearchIndex } from '../src/index/search-index.js'
import type { CatalogueStore } from '../src/store/store.js'
import { calibrateIndex } from './calibrate.js'
import { type IndexerContext, type IndexOptions, stopIfAsked } from './context.js'

/** Tombstones above this share of all rows, and new rows above this share of the live ones, make a rebuild cheaper and its graph better. */
const REBUILD_SHARE = 0.25

/** Builds both indexes from the store and writes their snapshot files. */
export async function buildIndex(context: IndexerContext, options: IndexOptions): Promise<SearchIndex> {
  const { embedder, table, weights } = context
  return bringUp(context, options, SearchIndex.empty(embedder.dims, table, weights))
}

/**
 * Brings the snapshot files up to the store's generation: a small change on top of what is there, a rebuild when they are missing,
 * damaged, of another model, or far behind. Undefined when they were there already.
 */
export async function freshenIndex(context: IndexerContext, options: IndexOptions): Promise<SearchIndex | undefined> {
  const { store, embedder } = context
  const generation = (await store.catalogue.generation())!
  const loaded = await loadOrNothing(context)
  if (!loaded || loaded.manifest.model !== embedder.model) return buildIndex(context, options)
  const { index, manifest } = loaded
  if (manifest.generation === generation.id) return undefined
  const missing = await countAbove(store.catalogue, index.highestLabel)
  const tooFar = missing > index.count * REBUILD_SHARE || index.semantic.waste > REBUILD_SHARE
  return tooFar ? buildIndex(context, options) : bringUp(context, options, index)
}

async function bringUp(context: IndexerContext, options: IndexOptions, index: SearchIndex): Promise<SearchIndex> {
  const { store, embedder } = context
  const generation = (await store.catalogue.generation())!
  const live = await store.catalogue.labels()
  const total = await countAbove(store.catalogue, index.highestLabel)
  await index.follow(live, (after) => entriesOf(context, after, total, options))
  await calibrateIndex(index, embedder)
  const about = { generation: generation.id, model: embedder.model }
  await index.save(context.indexFolder, about, store.catalogue.outlines())
  return index
}

async function* entriesOf(
  { store, embedder }: IndexerContext,
  after: number,
  total: number,
  { signal, onProgress }: IndexOptions,
): AsyncGenerator<IndexEntry> {
  let done = 0
  for await (const { capability, tool, vectors } of store.catalogue.embedded(embedder.model, after)) {
    stopIfAsked(signal)
    yield { document: documentOf(capability.label, capability, tool), vectors }
    onProgress?.({ step: 'index', done: ++done, total })
  }
}

async function countAbove(catalogue: CatalogueStore, label: number): Promise<number> {
  return (await catalogue.labels()).filter((one) => one > label).length
}

async function loadOrNothing(context: IndexerContext): Promise<Loaded | undefined> {
  try {
    return await SearchIndex.load(context.indexFolder, context.table, context.weights)
  } catch (error) {
    if (error instanceof AppError && error.code === 'damaged-file') return undefined
    throw error
  }
}
