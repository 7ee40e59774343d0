import fs from 'node:fs'
import path from 'node:path'
import type { Settings } from '../config.js'
import type { CrossEncoder, Embedder, TokenTable } from '../core/embedding.js'
import { AppError } from '../core/errors.js'
import { parseRelevanceWeights, type RelevanceWeights, withOffset } from '../core/relevance/weights.js'
import { bundledModelFolder, loadCrossEncoder, loadEmbedder, loadTokenTable } from '../embed/load.js'
import { CloseLook } from '../engine/close-look.js'
import { FarSearch } from '../engine/far-search.js'
import type { EngineParts } from '../engine/live.js'
import { readManifest } from '../index/search-index.js'
import { openStore } from '../store/open.js'
import { heldByAnotherSince } from '../store/sqlite/lock.js'
import type { Generation, SearchTables, Store } from '../store/store.js'

/** Everything that the engine and the indexer share, opened once a process. */
export interface Opened {
  store: Store
  embedder: Embedder
  /** Loads the model that the settings and the home name by now. */
  reloadEmbedder: () => Promise<Embedder>
  /** Loads the cross-encoder that the settings name, once; undefined where they name none. */
  crossEncoder?: () => Promise<CrossEncoder>
  table: TokenTable
  weights: RelevanceWeights
  /** Folder of the snapshot files. */
  indexFolder: string
  /** See `EngineParts`. */
  filesAreComing?: EngineParts['filesAreComing'] & {}
  /** Where searches run in the store. */
  searchTables?: SearchTables
  close(): Promise<void>
}

/** The folder `data` of the package: catalogue, model, fitted weights. */
export const dataFolder = (): string => path.dirname(bundledModelFolder())

/** @throws AppError when the database, the model or the weights cannot be read, each saying what to do */
export async function openHome(settings: Settings): Promise<Opened> {
  const home = settings.MATCHGRAPH_HOME
  const store = await openStore(home, settings.MATCHGRAPH_DATABASE_URL)
  try {
    const table = await loadTokenTable()
    const models = { cacheDir: path.join(home, 'models'), bundled: table }
    const reloadEmbedder = () => loadEmbedder(settings.MATCHGRAPH_MODEL, models)
    const embedder = await reloadEmbedder()
    const weights = await weightsFor(store)
    const { MATCHGRAPH_RERANKER: reranker } = settings
    let loading: Promise<CrossEncoder> | undefined
    const crossEncoder =
      reranker === undefined ? {} : { crossEncoder: () => (loading ??= loadCrossEncoder(reranker, models.cacheDir)) }
    const close = async () => {
      await (await loading?.catch(() => undefined))?.close()
      await embedder.close()
      await store.close()
    }
    const searchTables = tablesOf(store, settings)
    const indexFolder = path.join(home, 'index')
    // servers of one database have their own files, which an index run elsewhere does not write
    const files = settings.MATCHGRAPH_DATABASE_URL ? {} : { filesAreComing: filesAreComing(home, indexFolder) }
    return {
      ...{ store, embedder, reloadEmbedder, ...crossEncoder, table, weights, indexFolder, ...files, ...searchTables },
      close,
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

const filesAreComing = (home: string, indexFolder: string) => async (published: Generation, after: number) => {
  const since = heldByAnotherSince(home, 'indexer')
  // a run that began later is another one: the one that published was killed before it wrote its files
  if (since === undefined || since > published.at) return false
  const manifest = await readManifest(indexFolder).catch(() => undefined)
  return manifest === undefined || manifest.generation <= after
}

const SHIPPED = 'catalogue.shipped'

/** Notes whether what is indexed is the shipped catalogue: its confidence has an offset of its own. */
export const noteCatalogue = (store: Store, isShipped: boolean): Promise<void> =>
  store.log.setMeta(SHIPPED, isShipped ? 'yes' : 'no')

/** The fitted weights, for the catalogue that the store holds. */
export async function weightsFor(store: Store): Promise<RelevanceWeights> {
  const weights = parseRelevanceWeights(fs.readFileSync(path.join(dataFolder(), 'relevance.json'), 'utf8'))
  const isShipped = (await store.log.meta(SHIPPED)) === 'yes'
  return isShipped ? withOffset(weights, weights.confidence.shippedOffset) : weights
}

function tablesOf(store: Store, { MATCHGRAPH_SEARCH }: Settings): { searchTables?: SearchTables } {
  if (MATCHGRAPH_SEARCH === 'memory') return {}
  if (!store.search) {
    throw new AppError('invalid-parameter', 'MATCHGRAPH_SEARCH=database needs MATCHGRAPH_DATABASE_URL=postgres://…')
  }
  return { searchTables: store.search }
}

/** What the engine is made of: with search in the store, also the way there; with a cross-encoder, that too. */
export async function engineParts(opened: Opened): Promise<EngineParts> {
  const { searchTables, crossEncoder, ...parts } = opened
  return {
    ...parts,
    ...(crossEncoder && { closeLook: new CloseLook(await crossEncoder()) }),
    ...(searchTables && { far: await FarSearch.open(searchTables, opened, opened.embedder) }),
  }
}
