import type { Capability, Tool, ToolRecord } from '../core/catalogue.js'

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

/** A capability's vectors: row 0 embeds name and description, further rows its intents, one each. */
export interface StoredVectors {
  label: number
  /** `rows × dims` floats, unit length each. */
  vectors: Float32Array
}

/** Everything one publication changes; applied in one transaction or not at all. */
export interface CatalogueChange {
  at: number
  model: string
  dims: number
  put: {
    record: ToolRecord
    hash: string
    /** One entry a capability of the record, in order: its id, whether it keeps a label, and its vectors when they are new. */
    capabilities: { id: string; hash: string; label?: number; vectors?: Float32Array }[]
  }[]
  /** Slugs of tools that leave. */
  remove: string[]
}

export interface CatalogueStore {
  generation(): Promise<Generation | undefined>
  /** Slug → content hash of every stored tool. */
  toolHashes(): Promise<Map<string, string>>
  tool(slug: string): Promise<StoredTool | undefined>
  /** All tools, by slug, streamed. */
  tools(): AsyncIterable<StoredTool>
  /** The named capabilities, in the order asked; missing ones are left out. */
  capabilities(labels: readonly number[]): Promise<Capability[]>
  vectors(model: string): AsyncIterable<StoredVectors>
  /** Hands out labels, writes tools, capabilities and vectors, publishes the next generation. Labels only ever increase. */
  apply(change: CatalogueChange): Promise<{ generation: Generation; labels: Map<string, number> }>
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
  event(id: string): Promise<LogEvent | undefined>
  eventByDedupe(key: string): Promise<LogEvent | undefined>
  /** Events with seq > `after`, in seq order, streamed. */
  events(after: number): AsyncIterable<LogEvent>
  evidence(): AsyncIterable<EvidenceRow>
  replaceEvidence(rows: Iterable<EvidenceRow>): Promise<void>
  /** Small named values: secrets, checkpoints, salts. */
  meta(key: string): Promise<string | undefined>
  setMeta(key: string, value: string): Promise<void>
}

/** What must not be lost. One coarse interface; SQLite and PostgreSQL pass the same contract suite (test/contract). */
export interface Store extends CatalogueStore, LogStore {
  /** Writes one consistent copy of everything to `file` while in use. */
  backup(file: string): Promise<void>
  /** Faults found by the engine's own integrity check; empty when sound. */
  check(): Promise<string[]>
  close(): Promise<void>
}
