import type { Hits } from '../core/document.js'
import { meanOf } from '../core/metrics.js'
import { sortByLargest } from '../core/order.js'
import { type ConfidenceSignals, confidenceLogit, sigmoid } from '../core/relevance/confidence.js'
import { type Explanation, explain } from '../core/relevance/explain.js'
import type { RelevanceWeights } from '../core/relevance/weights.js'
import type { KeywordTerm } from './keyword.js'
import type { AnalyzedQuery } from './query.js'
import type { RerankFeatures } from './rerank.js'

const NEAREST = 10

export interface RankInput {
  semantic: Hits
  keyword: Hits
  /** Cosines of one of the query's vectors (the whole, or clause n) to the named capabilities, in their order. */
  cosines(vector: 'query' | number, labels: Uint32Array): Float32Array
  explain?: boolean
  /** Logits that confidence is off by over this catalogue; 0 when left out. */
  calibration?: number
  mode: 'hybrid' | 'semantic' | 'keyword'
}

export interface Ranked {
  label: number
  /** BM25F over the largest of this answer, 0..1. */
  keyword: number
  cosine: number
  /** What the order follows, before evidence; comparable within one answer only. */
  relevance: number
  /** P(serves the need). Never rises down the list. */
  confidence: number
  /** logit(confidence). */
  rel: number
  /** What a cross-encoder said, where one has read it: its score, 0..1, and the place it had before, from 1. */
  readonly crossEncoder?: { score: number; from: number }
  /** Made when it is first read; read it before the index changes. */
  readonly explain?: Explanation
}

export interface Ranking {
  /** The union of both retrievers' hits, best first, ties by label. */
  ranked: Ranked[]
  /** P(some capability here serves the need), to be compared with a threshold. */
  present: number
  /** The top result's relevance independent of the other results (R of ConfidenceSignals), 0 without a result. */
  r: number
  /** What `present` and the top confidence were computed from; undefined without a result. */
  signals?: ConfidenceSignals
}

/** What ranking asks of the index. */
export interface Candidates {
  rowOf(label: number): number
  /** Keyword scores of rows, for each of some lists of terms. */
  scores(lists: readonly (readonly KeywordTerm[])[], rows: Uint32Array): Float32Array[]
  /** The highest score of any row, where one is known to reach `floor`. */
  best(terms: readonly KeywordTerm[], floor: number): number
  features(rows: Uint32Array): RerankFeatures
  self: number
  noise: readonly number[]
  matched(row: number): string[]
  /** Distinct stems of the query that stand in a row. */
  hits(row: number): number
  /** Labels that stand for the whole catalogue. */
  sample: Uint32Array
}

/** The candidates of an answer in the order of the first mix, a column a number. */
interface Pool {
  labels: Uint32Array
  rows: Uint32Array
  /** BM25F. */
  scores: Float32Array
  cosines: Float32Array
  keyword: Float64Array
  fuse: Float64Array
  relevance: Float64Array
  r: Float64Array
}

/** What the first of a pool were looked at closely for, same order: re-ranking features, and which clause each serves best. */
interface Head extends RerankFeatures {
  count: number
  clause: Float64Array
  /** −1: the query as a whole. */
  clauseAt: Int8Array
}

/** What an answer's places are read from. */
interface Answer {
  query: AnalyzedQuery
  candidates: Candidates
  weights: RelevanceWeights
  pool: Pool
  head: Head
  explain: boolean
}

/** A place in the list; its explanation is made when it is read, since of hundreds of candidates few are shown. */
class Place implements Ranked {
  readonly rel: number
  readonly #at: number
  readonly #answer: Answer
  #explanation: Explanation | undefined

  constructor(at: number, rel: number, answer: Answer) {
    this.rel = rel
    this.#at = at
    this.#answer = answer
  }

  get label(): number {
    return this.#answer.pool.labels[this.#at]!
  }

  get keyword(): number {
    return this.#answer.pool.keyword[this.#at]!
  }

  get cosine(): number {
    return this.#answer.pool.cosines[this.#at]!
  }

  get relevance(): number {
    return this.#answer.pool.relevance[this.#at]!
  }

  get confidence(): number {
    return sigmoid(this.rel)
  }

  get explain(): Explanation | undefined {
    const { explain: isWanted, candidates, pool } = this.#answer
    if (this.#explanation === undefined && isWanted) {
      const features = featuresAt(this.#answer.head, this.#at)
      const clause = features === undefined ? undefined : this.#answer.query.clauses[features.clauseAt]
      const { keyword, cosine } = this
      const words = candidates.matched(pool.rows[this.#at]!)
      this.#explanation = explain(this.#answer.weights, { keyword, cosine, features }, words, clause)
    }
    return this.#explanation
  }
}

function featuresAt(head: Head, at: number) {
  if (at >= head.count) return undefined
  return {
    late: head.late[at]!,
    reverseLate: head.reverseLate[at]!,
    chargram: head.chargram[at]!,
    bigram: head.bigram[at]!,
    clause: head.clause[at]!,
    clauseAt: head.clauseAt[at]!,
  }
}

export function order(
  query: AnalyzedQuery,
  input: RankInput,
  candidates: Candidates,
  weights: RelevanceWeights,
): Ranking {
  const pool = union(query, input, candidates, weights)
  const count = pool.labels.length
  if (count === 0) return { ranked: [], present: 0, r: 0 }
  const depth = input.mode === 'hybrid' ? Math.min(weights.rerank.depth, count) : 0
  const head = rerank(query, input, pool, depth, candidates, weights)
  const places = upTo(count)
  sortByLargest(places.subarray(0, depth), pool.relevance, pool.labels)
  if (depth > 0) scaleTail(pool, depth, pool.relevance[places[depth - 1]!]!)
  const signals = confidenceSignals(query, input, { pool, head, places }, candidates)
  const top = confidenceLogit(weights.confidence.right, signals) + (input.calibration ?? 0)
  const best = pool.relevance[places[0]!]!
  const { slope } = weights.confidence
  const answer: Answer = { query, candidates, weights, pool, head, explain: input.explain === true }
  const ranked: Ranked[] = []
  for (const at of places) ranked.push(new Place(at, top - slope * (best - pool.relevance[at]!), answer))
  const present = sigmoid(confidenceLogit(weights.confidence.present, signals))
  return { ranked, present, r: pool.r[places[0]!]!, signals }
}

/** Both retrievers' hits with both scores each, ordered by the first mix. */
function union(query: AnalyzedQuery, input: RankInput, candidates: Candidates, weights: RelevanceWeights): Pool {
  const { labels, rows, scores } = merged(query, input, candidates)
  const cosines = input.mode === 'keyword' ? new Float32Array(labels.length) : input.cosines('query', labels)
  const most = input.mode === 'semantic' ? 0 : (input.keyword.scores[0] ?? 0)
  const keywordShare = input.mode === 'keyword' ? 1 : weights.fuse.keyword
  const semanticShare = input.mode === 'semantic' ? 1 : weights.fuse.semantic
  const keyword = new Float64Array(labels.length)
  const fuse = new Float64Array(labels.length)
  for (let i = 0; i < labels.length; i++) {
    keyword[i] = most > 0 ? scores[i]! / most : 0
    fuse[i] = keywordShare * keyword[i]! + semanticShare * cosines[i]!
  }
  const places = upTo(labels.length)
  sortByLargest(places, fuse, labels)
  return {
    labels: pick(labels, places),
    rows: pick(rows, places),
    scores: pick(scores, places),
    cosines: pick(cosines, places),
    keyword: pick(keyword, places),
    fuse: pick(fuse, places),
    relevance: pick(fuse, places),
    r: new Float64Array(labels.length),
  }
}

/** 0 .. count − 1 */
function upTo(count: number): Uint32Array {
  const numbers = new Uint32Array(count)
  for (let i = 0; i < count; i++) numbers[i] = i
  return numbers
}

function pick<T extends Uint32Array | Float32Array | Float64Array>(column: T, places: Uint32Array): T {
  const picked = column.slice() as T
  for (let i = 0; i < places.length; i++) picked[i] = column[places[i]!]!
  return picked
}

/** The keyword hits, then what only the other retriever brought, with the keyword score of each. */
function merged(
  { terms }: AnalyzedQuery,
  { keyword, semantic, mode }: RankInput,
  candidates: Candidates,
): { labels: Uint32Array; rows: Uint32Array; scores: Float32Array } {
  const own = mode === 'semantic' ? 0 : keyword.labels.length
  const other = mode === 'keyword' ? 0 : semantic.labels.length
  const labels = new Uint32Array(own + other)
  const rows = new Uint32Array(own + other)
  const scores = new Float32Array(own + other)
  let count = 0
  const take = (label: number): boolean => {
    const row = candidates.rowOf(label)
    if (row < 0) return false
    labels[count] = label
    rows[count++] = row
    return true
  }
  for (let i = 0; i < own; i++) if (take(keyword.labels[i]!)) scores[count - 1] = keyword.scores[i]!
  const hits = count
  // each of the two brings a label once
  const seen = new Set(labels.subarray(0, hits))
  for (let i = 0; i < other; i++) if (!seen.has(semantic.labels[i]!)) take(semantic.labels[i]!)
  if (mode !== 'semantic') scores.set(candidates.scores([terms], rows.subarray(hits, count))[0]!, hits)
  return { labels: labels.subarray(0, count), rows: rows.subarray(0, count), scores: scores.subarray(0, count) }
}

/** Features of the first `depth`, their relevance, and r, the same with the keyword part measured against the query itself. */
function rerank(
  query: AnalyzedQuery,
  input: RankInput,
  pool: Pool,
  depth: number,
  candidates: Candidates,
  weights: RelevanceWeights,
): Head {
  const w = weights.rerank
  const rows = pool.rows.subarray(0, depth)
  const found = candidates.features(rows)
  const { clause, clauseAt } = clauseScores(query, input, pool, rows, candidates, weights)
  for (let i = 0; i < depth; i++) {
    const first = w.late * found.late[i]! + w.chargram * found.chargram[i]!
    const close = first + w.reverseLate * found.reverseLate[i]! + w.bigram * found.bigram[i]!
    pool.relevance[i] = w.fuse * pool.fuse[i]! + close + w.clause * clause[i]!
    const own = candidates.self > 0 ? pool.scores[i]! / (2.2 * candidates.self) : 0
    pool.r[i] = w.fuse * (weights.fuse.keyword * own + weights.fuse.semantic * pool.cosines[i]!) + close
  }
  return { ...found, count: depth, clause, clauseAt }
}

/** For each of the first rows, the best first mix that any single clause gives it; its own when the query has one clause. */
function clauseScores(
  query: AnalyzedQuery,
  input: RankInput,
  pool: Pool,
  rows: Uint32Array,
  candidates: Candidates,
  { fuse }: RelevanceWeights,
): { clause: Float64Array; clauseAt: Int8Array } {
  const clause = query.clauses.length === 0 ? pool.fuse.slice(0, rows.length) : new Float64Array(rows.length)
  const clauseAt = new Int8Array(rows.length).fill(-1)
  const labels = pool.labels.subarray(0, rows.length)
  const clauses = candidates.scores(query.clauseTerms, rows)
  for (const [at, terms] of query.clauseTerms.entries()) {
    const scores = clauses[at]!
    const most = candidates.best(terms, largest(scores))
    const cosines = input.cosines(at, labels)
    for (let i = 0; i < rows.length; i++) {
      const keyword = most > 0 ? scores[i]! / most : 0
      const score = fuse.keyword * keyword + fuse.semantic * cosines[i]!
      if (score <= clause[i]!) continue
      clause[i] = score
      clauseAt[i] = at
    }
  }
  return { clause, clauseAt }
}

function largest(values: Float32Array): number {
  let most = 0
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!
  return most
}

/** The rest keeps the order of the first mix, below the head: the last of the head times its share of that one's mix. */
function scaleTail({ fuse, relevance }: Pool, depth: number, last: number): void {
  const lowestMix = fuse[depth - 1]!
  for (let i = depth; i < fuse.length; i++) {
    const share = lowestMix > 0 ? Math.min(1, Math.max(0, fuse[i]! / lowestMix)) : 0
    relevance[i] = Math.max(0, last) * share
  }
}

function confidenceSignals(
  query: AnalyzedQuery,
  input: RankInput,
  { pool, head, places }: { pool: Pool; head: Head; places: Uint32Array },
  candidates: Candidates,
): ConfidenceSignals {
  const at = places[0]!
  const top = pool.r[at]!
  const next = Array.from(places.subarray(1, 6), (place) => pool.r[place]!)
  const features = featuresAt(head, at)
  const terms = Math.log(1 + new Set(query.stems).size)
  const [center, deviation] = candidates.noise
  const { mean, spread } = background(input, pool.cosines, candidates)
  return {
    margin: next.length > 0 ? top - meanOf(next) : 0,
    rTerms: top * terms,
    rSpread: top * spread,
    lateTerms: (features?.late ?? 0) * terms,
    hits: Math.log(1 + candidates.hits(pool.rows[at]!)),
    clause: features?.clause ?? pool.fuse[at]!,
    background: mean,
    z: center === undefined || !deviation ? 0 : (top - center) / deviation,
  }
}

/** Mean cosine of the query to the catalogue, and how many deviations above it the ten nearest stand. */
function background(input: RankInput, found: Float32Array, { sample }: Candidates): { mean: number; spread: number } {
  if (input.mode === 'keyword' || sample.length === 0) return { mean: 0, spread: 0 }
  const cosines = input.cosines('query', sample)
  let sum = 0
  for (let i = 0; i < cosines.length; i++) sum += cosines[i]!
  const mean = sum / cosines.length
  let squares = 0
  for (let i = 0; i < cosines.length; i++) squares += (cosines[i]! - mean) ** 2
  const deviation = Math.sqrt(squares / cosines.length)
  const spread = deviation > 1e-6 ? (meanOfNearest(found) - mean) / deviation : 0
  return { mean, spread }
}

function meanOfNearest(cosines: Float32Array): number {
  return meanOf(Array.from(cosines.slice().sort().subarray(-NEAREST)))
}
