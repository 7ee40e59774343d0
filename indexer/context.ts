import type { Embedder, TokenTable } from '../src/core/embedding.js'
import { AppError } from '../src/core/errors.js'
import type { RelevanceWeights } from '../src/core/relevance/weights.js'
import type { SearchTables, Store } from '../src/store/store.js'
import type { SourceFault } from './sources/catalogue.js'

/** What an index run works with; made by the command line or the server. */
export interface IndexerContext {
  store: Store
  embedder: Embedder
  table: TokenTable
  weights: RelevanceWeights
  /** Folder of the snapshot files. */
  indexFolder: string
  /** Where searches run in the store: its tables are brought up instead of files. */
  searchTables?: SearchTables
}

export interface Verification {
  /** Capabilities sampled, spread evenly over the labels. */
  sampled: number
  /** Share of the exact ten nearest neighbours that the index found, mean over the sample. */
  recall: number
  /** Capabilities of the sample that their own vector does not find among the first ten. */
  lost: number
}

export interface IndexOptions {
  /** Catalogue files and folders. What the store holds and these lack is removed. */
  paths: readonly string[]
  /** Embed and index everything anew, whatever has changed. */
  full?: boolean
  /** Publish nothing when a record is faulty. */
  strict?: boolean
  /** Time of the run, milliseconds since 1970. */
  now: number
  signal?: AbortSignal
  onProgress?: (progress: IndexProgress) => void
  onFault?: (fault: SourceFault) => void
}

export interface IndexProgress {
  step: 'read' | 'embed' | 'write' | 'index' | 'verify'
  done: number
  total: number
}

/** Counts are of tools in `added`, `changed`, `kept` and `removed`, of faults in `rejected`. */
export interface IndexReport {
  generation: number
  added: number
  changed: number
  kept: number
  removed: number
  rejected: number
  tools: number
  capabilities: number
  /** Texts embedded in this run, and how fast; the others came from the cache. */
  embedded: number
  textsPerSecond: number
  verification?: Verification
  faults: SourceFault[]
}

/** @throws AppError `unavailable` when the run was asked to stop */
export function stopIfAsked(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new AppError(
      'unavailable',
      'The index run was stopped; what was embedded is kept, and the next run goes on from there.',
    )
  }
}
