import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Embedder, TokenTable } from '../core/embedding.js'
import { AppError } from '../core/errors.js'
import { documentOf } from '../core/indexed-text.js'
import type { ToolOutline } from '../core/outline.js'
import type { RelevanceWeights } from '../core/relevance/weights.js'
import type { Outlines } from '../index/outlines.js'
import { type IndexEntry, type Loaded, SearchIndex } from '../index/search-index.js'
import type { Generation, Store, StoredTool } from '../store/store.js'
import type { CloseLook } from './close-look.js'
import type { FarSearch } from './far-search.js'
import { LiveCatalogue } from './live-catalogue.js'

/** What the engine is made of; put together by the command line. */
export interface EngineParts {
  store: Pick<Store, 'catalogue'>
  /** What the engine starts with; from then on each generation in memory has its own. */
  embedder: Embedder
  /** Loads the model that is named by now: asked when a generation of another model was published. */
  reloadEmbedder?: () => Promise<Embedder>
  table: TokenTable
  weights: RelevanceWeights
  /** Folder of the snapshot files. */
  indexFolder: string
  /** Where another process takes this one's place when a generation is better loaded anew: asked for instead of loading. */
  replace?(): void
  /** Whether the index run that published a generation is at work and has not yet written the files of one later than `after`. */
  filesAreComing?(published: Generation, after: number): Promise<boolean>
  /** A cross-encoder that reads the first results again. */
  closeLook?: CloseLook
  /** Searches in the store instead of in memory. */
  far?: FarSearch
}

/** One generation in memory. Replaced whole when a new one is published, changed in place by `PUT` and `DELETE` of a tool. */
export interface Live {
  generation: Generation
  /** Of the generation's model: what it embeds may be compared with what the index holds. */
  embedder: Embedder
  index: SearchIndex
  /** Whether the index was built from the store because its files could not be used. */
  rebuilt: boolean
  catalogue: LiveCatalogue
}

/**
 * Loads the store's current generation: the snapshot files when they are sound, and whatever the store has beyond them.
 * @param inUse the embedder at hand; kept when the generation is of its model
 * @throws AppError `unavailable` when nothing has been indexed; `model-mismatch` when it was indexed with a model that is not the one named
 */
export async function loadLive(parts: EngineParts, inUse = parts.embedder): Promise<Live> {
  const { store } = parts
  const generation = await store.catalogue.generation()
  if (!generation) {
    throw new AppError('unavailable', 'Nothing has been indexed yet. Run "matchgraph index" first.', { retryAfter: 30 })
  }
  const embedder = await embedderFor(generation, inUse, parts.reloadEmbedder)
  const { outlines, ...loaded } = await loadIndex(parts, generation)
  const { index } = loaded
  const catalogue = outlines ? await broughtUp(outlines, index, store) : await loadCatalogue(store)
  embedder.setIdf?.(index.relevance.pieceIdf())
  return { generation, embedder, ...loaded, catalogue }
}

async function embedderFor(
  generation: Generation,
  inUse: Embedder,
  reload: EngineParts['reloadEmbedder'],
): Promise<Embedder> {
  const fits = ({ model, dims }: Embedder) => model === generation.model && dims === generation.dims
  if (fits(inUse)) return inUse
  const named = await reload?.()
  if (named && fits(named)) return named
  await named?.close()
  const { model, dims } = named ?? inUse
  throw new AppError(
    'model-mismatch',
    `The index was built with the model ${generation.model} (${generation.dims} dimensions), the server runs ${model} (${dims}). Run "matchgraph index" with the same MATCHGRAPH_MODEL, or set MATCHGRAPH_MODEL back.`,
  )
}

async function loadIndex(
  parts: EngineParts,
  generation: Generation,
): Promise<Pick<Live, 'index' | 'rebuilt'> & { outlines?: Outlines }> {
  const { store, table, weights, far } = parts
  if (far) {
    await far.refresh(generation)
    return { index: far.empty(), rebuilt: false }
  }
  let kept: Loaded | undefined
  try {
    const loaded = await SearchIndex.load(parts.indexFolder, table, weights)
    if (loaded.manifest.model === generation.model) kept = loaded
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'damaged-file')) throw error
  }
  const index = kept?.index ?? SearchIndex.empty(generation.dims, table, weights)
  const live = await store.catalogue.labels()
  await index.follow(live, (after) => entries(store, generation.model, after))
  return { index, rebuilt: kept === undefined, ...(kept?.outlines && { outlines: kept.outlines }) }
}

/** @param onTool told whose capability comes next */
export async function* entries(
  store: EngineParts['store'],
  model: string,
  after: number,
  onTool?: (slug: string) => void,
): AsyncGenerator<IndexEntry> {
  for await (const { capability, tool, vectors } of store.catalogue.embedded(model, after)) {
    onTool?.(capability.toolSlug)
    yield { document: documentOf(capability.label, capability, tool), vectors }
  }
}

/** Tools taken up, and compared, between two looks at what else waits: some milliseconds. */
const TOOLS_AT_ONCE = 64
const COMPARED_AT_ONCE = 2048

async function loadCatalogue(store: EngineParts['store']): Promise<LiveCatalogue> {
  const catalogue = new LiveCatalogue()
  let taken = 0
  for await (const outline of store.catalogue.outlines()) {
    catalogue.put(outline)
    // searches of the generation before go on meanwhile
    if (++taken % TOOLS_AT_ONCE === 0) await nextTurn()
  }
  return catalogue
}

/** The catalogue of a snapshot. A tool is as it was where its record is the same, under labels that are there: none is ever given to others. */
async function broughtUp(outlines: Outlines, index: SearchIndex, store: EngineParts['store']): Promise<LiveCatalogue> {
  const catalogue = await LiveCatalogue.of(outlines)
  const hashes = await store.catalogue.toolHashes()
  let compared = 0
  for (const [slug, { hash, labels }] of catalogue.tools) {
    if (hash === hashes.get(slug) && labels.every((label) => index.has(label))) hashes.delete(slug)
    else catalogue.remove(slug)
    if (++compared % COMPARED_AT_ONCE === 0) await nextTurn()
  }
  let taken = 0
  for (const slug of hashes.keys()) {
    const stored = await store.catalogue.tool(slug)
    if (stored) catalogue.put(outlineOf(stored))
    if (++taken % TOOLS_AT_ONCE === 0) await nextTurn()
  }
  return catalogue
}

export const outlineOf = ({ tool, hash, capabilities }: StoredTool): ToolOutline => ({
  tool,
  hash,
  capabilities: capabilities.map(({ label, id, name, bornAt }) => ({ label, id, name, bornAt })),
})
