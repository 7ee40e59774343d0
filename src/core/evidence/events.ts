export const OUTCOMES = ['selected', 'succeeded', 'failed', 'retracted'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** One result list that was shown. What a later match needs to be understood without the catalogue of that day. */
export interface Impression {
  id: string
  /** Milliseconds since 1970. */
  at: number
  /** HMAC of who asked (see engine/clients.ts). */
  client: string
  /** The need in the caller's words; left out when queries are not kept. */
  query?: string
  /** HMAC of the normalised need. */
  hash: string
  /** Distinct content stems of the need; empty when queries are not kept. */
  stems: readonly string[]
  /** The need's embedding, `encodeVector`; empty when it has none. */
  vector: string
  /** Capability id and tool slug of each shown result, in order; the first stands at position `offset + 1`. */
  shown: readonly (readonly [string, string])[]
  offset: number
  /** Position of the exploration slot, when there was one. */
  slot?: number
  answer: 'match' | 'weak' | 'none'
  /** Where the first shown is the first by relevance, too: the model's logit that it serves the need, before what outcomes taught. */
  logit?: number
  /** Version of ranker and catalogue that made the list. */
  ranker: string
  generation: number
}

/** The recorded edge intent → capability, or what became of it. */
export interface Match {
  id: string
  at: number
  impression: string
  capability: string
  outcome: Outcome
  /** HMAC of who reports. */
  client: string
  /** Holds a key issued by the operator. */
  known: boolean
  /** Tools whose owner this client is: its matches weigh nothing there. */
  owns?: readonly string[]
  comment?: string
  /** As computed when it was recorded; replay computes it again. */
  weight?: number
}

/** Capabilities born up to `through` (ms) are in the catalogue from here on. */
export interface Admission {
  id: string
  at: number
  through: number
}

/** The operator takes a client's votes out of the count, or lets them count again. Holds for the whole log, before and after. */
export interface Verdict {
  id: string
  at: number
  client: string
  barred: boolean
}

export type EvidenceEvent =
  | { kind: 'impression'; payload: Impression }
  | { kind: 'match'; payload: Match }
  | { kind: 'admission'; payload: Admission }
  | { kind: 'verdict'; payload: Verdict }

/** Days during which an impression takes matches: how long its tokens are good. */
export const TOKEN_DAYS = 7

/** The dedupe key of a match: the log has an outcome of a capability of an impression once. */
export const outcomeKey = (match: {
  impression?: string | undefined
  capability?: string | undefined
  outcome: string
}) => `o/${match.impression}/${match.capability}/${match.outcome}`
