import type { Capability, CapabilityRecord, Tool, ToolRecord } from '../core/catalogue.js'
import type { ToolOutline } from '../core/outline.js'
import type { TableReader, TableWriter } from './tables.js'

/** One published state of the index. */
export interface Generation {
  /** Counts up from 1. */
  id: number
  at: number
  model: string
  dims: number
  /** Live capabilities and tools in it. */
  capabilities: number
  tools: number
}

export interface StoredTool {
  tool: Tool
  /** Content hash of the whole record, capabilities included. */
  hash: string
  bornAt: number
  capabilities: Capability[]
}

/** The embedding of one text, by content hash (hex). The store keeps each text once a model, whatever capabilities use it. */
export interface StoredEmbedding {
  hash: string
  /** `dims` floats, unit length. */
  vector: Float32Array
}

export interface CapabilityPut {
  id: string
  /** Content hash of the capability as indexed; another hash means another label. */
  hash: string
  /** Hashes of the texts that are embedded for it: name and description first, then its intents. */
  texts: string[]
}

export interface ToolPut {
  record: ToolRecord
  /** Content hash of the whole record. */
  hash: string
  /** One entry a capability of the record, in the record's order. */
  capabilities: CapabilityPut[]
}

/** Everything one publication changes; applied in one transaction or not at all. */
export interface CatalogueChange {
  at: number
  model: string
  dims: number
  put: readonly ToolPut[]
  /** Slugs of tools that leave. */
  remove: readonly string[]
}

/** What a publication did to the index: labels that appeared, with their capabilities, and labels that left. */
export interface AppliedChange {
  generation: Generation
  added: Capability[]
  removed: number[]
}

export interface EmbeddedCapability {
  capability: Capability
  tool: Pick<Tool, 'name' | 'description'>
  /** `rows × dims` floats: name and description first, then the intents. */
  vectors: Float32Array
}

/** What a capability was when it left. */
export type RetiredCapability = CapabilityRecord & { id: string }

export interface CatalogueStore {
  generation(): Promise<Generation | undefined>
  /** Slug → content hash of every stored tool. */
  toolHashes(): Promise<Map<string, string>>
  tool(slug: string): Promise<StoredTool | undefined>
  /** Capabilities that left and whose ids nothing has now, by slug of the tool they belonged to: of one tool, or of all. */
  retired(slug?: string): Promise<Map<string, RetiredCapability[]>>
  /** All tools, by slug, streamed; each with its capabilities. */
  tools(): AsyncIterable<StoredTool>
  /** All tools, by slug, streamed; of their capabilities only what the live index keeps in memory. */
  outlines(): AsyncIterable<ToolOutline>
  /**
   * The named capabilities, in the order asked; missing ones are left out. What left less than an hour ago is answered as it was: a server
   * goes on searching the generation before until it has loaded the next.
   */
  capabilities(labels: readonly number[]): Promise<Capability[]>
  /** Labels of all live capabilities, ascending. */
  labels(): Promise<Uint32Array>
  /** Live capabilities with label > `after` that have vectors of this model, ascending, streamed. */
  embedded(model: string, after: number): AsyncIterable<EmbeddedCapability>
  /** Which of these text hashes have no embedding of this model yet. */
  missingEmbeddings(model: string, hashes: readonly string[]): Promise<string[]>
  putEmbeddings(model: string, embeddings: readonly StoredEmbedding[]): Promise<void>
  /** Removes embeddings that no capability refers to; answers how many. */
  pruneEmbeddings(): Promise<number>
  /**
   * Writes tools and capabilities and publishes the next generation. A capability whose id and hash are unchanged keeps its label;
   * any other gets a new one. Labels only ever increase and are never reused. `bornAt` of an id survives a change of its text, and its leaving.
   */
  apply(change: CatalogueChange): Promise<AppliedChange>
}

/** One entry of the append-only log: an impression, a match, or an operator's act. Business rules live in core; the store keeps what it is given. */
export interface LogEvent {
  seq: number
  kind: string
  at: number
  /** Identity of the event (impression id, match id). Unique. */
  id: string
  /** What must not happen twice, when given (an idempotency key, impression + capability + outcome). Unique. */
  dedupe: string[]
  payload: unknown
}
export type NewEvent = Omit<LogEvent, 'seq'>

/** A stored counter or weight of the evidence: opaque to the store. */
export interface EvidenceRow {
  key: string
  /** null deletes the row. */
  value: string | null
}

export interface LogStore {
  /**
   * Appends events and writes evidence rows in one durable transaction (on disk when it resolves).
   * Events whose id or dedupe key is already there are left out and returned in `duplicates`.
   */
  append(
    events: readonly NewEvent[],
    evidence: readonly EvidenceRow[],
  ): Promise<{ lastSeq: number; duplicates: string[] }>
  /**
   * As `append`, of the events that `compose` makes, while nobody else appends, here or in another process: `lastSeq` is the newest event
   * of all until these follow it. `compose` may read from the store, but not write to it.
   * @throws AppError `conflict` where another process could not be held off and has appended meanwhile
   */
  appendAfter(
    compose: (lastSeq: number) => Promise<readonly NewEvent[]>,
  ): Promise<{ lastSeq: number; duplicates: string[] }>
  event(id: string): Promise<LogEvent | undefined>
  eventByDedupe(key: string): Promise<LogEvent | undefined>
  /** Events with seq > `after`, in seq order, streamed. */
  events(after: number): AsyncIterable<LogEvent>
  evidence(): AsyncIterable<EvidenceRow>
  replaceEvidence(rows: Iterable<EvidenceRow>): Promise<void>
  /**
   * Deletes the events with seq ≤ `through` and keeps `rows`, what they added up to, as the checkpoint that replay starts from.
   * One transaction; answers how many events went.
   */
  compact(through: number, rows: Iterable<EvidenceRow>): Promise<number>
  /**
   * Of the first `limit` events behind `after`, deletes those older than `before` (milliseconds) that are an `impression` and that no dedupe key
   * of the form `o/ID/…` names: nobody reported on them. In one transaction.
   * @returns the last event looked at and how many went; undefined when all that there are behind `after` are younger
   */
  forgetUnreported(
    after: number,
    before: number,
    limit: number,
  ): Promise<{ through: number; removed: number } | undefined>
  /** The `through` of the last `compact`; 0 before. */
  compacted(): Promise<number>
  checkpoint(): AsyncIterable<EvidenceRow>
  /** Small named values: secrets, checkpoints, salts. */
  meta(key: string): Promise<string | undefined>
  setMeta(key: string, value: string): Promise<void>
  /** Sets a value that nobody has set before; answers the one that is kept, which may be another's. */
  initMeta(key: string, value: string): Promise<string>
}

/** One stem of a need, or two adjacent ones, and what it is worth. */
export interface SearchTerm {
  stems: readonly [string] | readonly [string, string]
  /** In how many capabilities it stands, as far as is known. */
  df: number
  weight: number
}

/** Groups of facets as `facetsOf` writes them: one of each group must be there. */
export type FacetFilter = readonly (readonly string[])[]

/** A capability as the search tables hold it. */
export interface SearchRow {
  label: number
  slug: string
  facets: readonly string[]
  /** Stems of its texts, which text they are from and where they stand; neighbours are one apart. */
  words: readonly { stem: string; field: 'A' | 'B' | 'C' | 'D'; at: number }[]
  /** Unit length, `dims` floats each. */
  vectors: readonly Float32Array[]
}

/** Retrieval inside the store, for catalogues that no server's memory holds. */
export interface SearchTables {
  /** Makes the tables for vectors of so many dimensions; with others they are emptied. */
  prepare(dims: number): Promise<void>
  /** Slugs of tools that the tables have otherwise than the catalogue or of another model, or not, or still. */
  outdated(model: string): Promise<string[]>
  /** Replaces everything of these tools by `rows`; those of them that the catalogue has are up to date then. */
  replace(model: string, slugs: readonly string[], rows: readonly SearchRow[]): Promise<void>
  /** Statistics of the whole catalogue, as of the generation that they were counted in. */
  statistics(): Promise<Uint8Array | undefined>
  setStatistics(generation: Generation, bytes: Uint8Array): Promise<void>
  /** Labels by similarity, best first, at most `rows` of them, under the filter. */
  nearest(vector: Float32Array, rows: number, filter: FacetFilter): Promise<number[]>
  /** Labels by the weights of the terms they have, best first. */
  matching(terms: readonly SearchTerm[], depth: number, filter: FacetFilter): Promise<number[]>
  /** These capabilities with their tools and vectors, ascending by label. */
  embedded(model: string, labels: readonly number[]): Promise<EmbeddedCapability[]>
}

/** What only one process may do at a time. */
export type LockName = 'migrate' | 'indexer' | 'evidence'

/** Held until it is released or its process dies; with a database that is away, until the connection breaks. */
export interface Lock {
  readonly held: boolean
  release(): Promise<void>
}

/** What another process committed: a generation, or events up to a sequence number. Empty: anything may have changed. */
export interface StoreChange {
  generation?: number
  event?: number
}

export interface Watch {
  /** Whether changes are told right now; polling is all there is while they are not. */
  readonly connected: boolean
  close(): Promise<void>
}

/** What must not be lost. One coarse interface; SQLite and PostgreSQL pass the same contract suite (test/contract). */
export interface Store {
  readonly catalogue: CatalogueStore
  readonly log: LogStore
  /** Retrieval inside the store; only where it can. */
  readonly search?: SearchTables
  /** Takes a lock; undefined while another holds it. */
  tryLock(name: LockName): Promise<Lock | undefined>
  /** Hears what this and other processes commit, soon after; undefined where nobody tells and polling is all there is. */
  watch(heard: (change: StoreChange) => void): Promise<Watch | undefined>
  /** Gives everything to `work`, as it was at one moment. */
  readTables<T>(work: (reader: TableReader) => Promise<T>): Promise<T>
  /** Lets `work` fill the tables; all that it wrote is there when this resolves, nothing when it throws. */
  writeTables<T>(work: (writer: TableWriter) => Promise<T>): Promise<T>
  /** Writes one consistent copy of everything to `file`, an embedded database, while in use. */
  backup(file: string): Promise<void>
  /** Faults found by the engine's own integrity check; empty when sound. */
  check(): Promise<string[]>
  close(): Promise<void>
}
