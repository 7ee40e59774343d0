import type { ToolRankAnswer } from '../core/api/rank.js'
import type { EvidenceSummary } from '../core/api/search.js'
import type { Answer } from '../core/relevance/confidence.js'
import type { AnalyzedQuery } from '../index/query.js'
import type { Ranked } from '../index/relevance-index.js'
import type { Live } from './live.js'

/** Who asks or reports: the address as seen by the server, and the key sent, when it is one the operator issued. */
export interface Caller {
  address: string
  key?: string
}

/** One question, as evidence sees it. */
export interface Question {
  /** Identity of the impression: seeds exploration, names it in the log. */
  searchId: string
  query: AnalyzedQuery
  /** Unit length, dims of the generation; zero when no word is known. */
  vector: Float32Array
  caller: Caller
  /** Milliseconds since 1970. */
  now: number
  /** Use recorded matches. */
  evidence: boolean
  /** Allow one labelled exploration slot. */
  explore: boolean
  /** A page after the first explores nothing. */
  offset: number
  /** Logits that outcomes have taught to add to confidence. */
  calibration: number
}

/** A candidate after evidence had its say. */
export interface Scored {
  ranked: Ranked
  /** In [0,1]: sigmoid of relevance and evidence together. */
  score: number
  summary: EvidenceSummary
  exploration: boolean
  /** Why it stands before all others, when the query names it. */
  named?: string
  /** What evidence did, in words; absent when it did nothing. */
  why?: string
  parts?: { lift: number; need: number; words: string[] }
}

/** What the search asks of recorded matches. */
export interface EvidenceHook {
  /** Capabilities that served needs like this one and that the retrievers may not find. */
  candidates(live: Live, question: Question): number[]
  /** Logits that confidence is off by over this catalogue, as far as outcomes have told. */
  calibration?(now: number): number
  /** Orders the candidates, best first, ties by label; with `explore` one may be put forward and labelled. */
  order(live: Live, question: Question, ranked: readonly Ranked[]): Scored[]
  /** Notes that these capabilities (ids, by position) were shown, and with which answer ('match' when left out); gives a token for each. */
  shown(question: Question, ids: readonly string[], firstPosition: number, answer?: Answer): string[]
  /** Rank of a tool, 0..100; undefined where nothing is known. */
  rank(live: Live, slug: string): number | undefined
  /** What the rank of a tool is made of, and how often it was matched; absent where no log is kept. */
  breakdown?(live: Live, slug: string): ToolRankAnswer | undefined
  /** Selections of one capability (id), all time, and the decayed sums of how they went. */
  matchesOf?(id: string, now: number): { timesMatched: number; succeeded: number; failed: number }
  /** Decayed sums of how selections of a tool's capabilities went. */
  outcomes?(slug: string, now: number): { succeeded: number; failed: number }
  /** What is recorded of a tool's capabilities over all needs, by id; those never shown are left out. */
  recorded?(slug: string, ids: readonly string[], now: number): Map<string, EvidenceSummary>
  /** Per tool (slug): how it did where a search showed it beside another of these; `complete` when the whole log is counted. */
  contests?(
    slugs: readonly string[],
  ): Promise<{ complete: boolean; wins: { tool: string; selected: number; succeeded: number; failed: number }[] }>
}
