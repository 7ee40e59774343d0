import type { Hits } from '../core/document.js'
import { meanOf } from '../core/metrics.js'
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

interface Candidate {
  label: number
  row: number
  score: number
  keyword: number
  cosine: number
  fuse: number
  relevance: number
  r: number
  features: Features | undefined
}

/** A candidate that was looked at closely: its re-ranking features, and which clause it serves best. */
interface Features {
  fuse: number
  late: number
  reverseLate: number
  chargram: number
  bigram: number
  clause: number
  /** −1: the query as a whole. */
  clauseAt: number
}

/** What explanations are made from. */
interface Explaining {
  query: AnalyzedQuery
  candidates: Candidates
  weights: RelevanceWeights
}

/** A place in the list; its explanation is made when it is read, since of hundreds of candidates few are shown. */
class Place implements Ranked {
  readonly label: number
  readonly keyword: number
  readonly cosine: number
  readonly relevance: number
  readonly confidence: number
  readonly rel: number
  readonly #candidate: Candidate
  readonly #explaining: Explaining | undefined
  #explanation: Explanation | undefined

  constructor(candidate: Candidate, rel: number, explaining: Explaining | undefined) {
    this.label = candidate.label
    this.keyword = candidate.keyword
    this.cosine = candidate.cosine
    this.relevance = candidate.relevance
    this.confidence = sigmoid(rel)
    this.rel = rel
    this.#candidate = candidate
    this.#explaining = explaining
  }

  get explain(): Explanation | undefined {
    if (this.#explanation === undefined && this.#explaining !== undefined) {
      const { query, candidates, weights } = this.#explaining
      const { features, row } = this.#candidate
      const clause = features === undefined ? undefined : query.clauses[features.clauseAt]
      this.#explanation = explain(weights, this.#candidate, candidates.matched(row), clause)
    }
    return this.#explanation
  }
}

export function order(
  query: AnalyzedQuery,
  input: RankInput,
  candidates: Candidates,
  weights: RelevanceWeights,
): Ranking {
  const all = union(query, input, candidates, weights)
  if (all.length === 0) return { ranked: [], present: 0, r: 0 }
  const depth = input.mode === 'hybrid' ? weights.rerank.depth : 0
  const head = all.slice(0, depth)
  rerank(query, input, head, candidates, weights)
  head.sort((a, b) => b.relevance - a.relevance || a.label - b.label)
  const tail = all.slice(depth)
  scaleTail(head, tail)
  const list = [...head, ...tail]
  const signals = confidenceSignals(query, input, list, candidates)
  const top = confidenceLogit(weights.confidence.right, signals) + (input.calibration ?? 0)
  const best = list[0]!.relevance
  const { slope } = weights.confidence
  const explaining = input.explain === true ? { query, candidates, weights } : undefined
  const ranked = list.map((one) => new Place(one, top - slope * (best - one.relevance), explaining))
  return { ranked, present: sigmoid(confidenceLogit(weights.confidence.present, signals)), r: list[0]!.r, signals }
}

/** Both retrievers' hits with both scores each, ordered by the first mix. */
function union(query: AnalyzedQuery, input: RankInput, candidates: Candidates, weights: RelevanceWeights): Candidate[] {
  const { labels, rows, scores } = merged(query, input, candidates)
  const cosines = input.mode === 'keyword' ? new Float32Array(labels.length) : input.cosines('query', labels)
  const most = input.mode === 'semantic' ? 0 : (input.keyword.scores[0] ?? 0)
  const keywordShare = input.mode === 'keyword' ? 1 : weights.fuse.keyword
  const semanticShare = input.mode === 'semantic' ? 1 : weights.fuse.semantic
  const all: Candidate[] = []
  for (let i = 0; i < labels.length; i++) {
    const [score, cosine] = [scores[i]!, cosines[i]!]
    const keyword = most > 0 ? score / most : 0
    const fuse = keywordShare * keyword + semanticShare * cosine
    all.push({
      label: labels[i]!,
      row: rows[i]!,
      score,
      keyword,
      cosine,
      fuse,
      relevance: fuse,
      r: 0,
      features: undefined,
    })
  }
  return all.sort((a, b) => b.fuse - a.fuse || a.label - b.label)
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
  const seen = new Set<number>()
  let count = 0
  const take = (label: number): boolean => {
    const row = candidates.rowOf(label)
    if (row < 0 || seen.has(label)) return false
    seen.add(label)
    labels[count] = label
    rows[count++] = row
    return true
  }
  for (let i = 0; i < own; i++) if (take(keyword.labels[i]!)) scores[count - 1] = keyword.scores[i]!
  const hits = count
  for (let i = 0; i < other; i++) take(semantic.labels[i]!)
  if (mode !== 'semantic') scores.set(candidates.scores([terms], rows.subarray(hits, count))[0]!, hits)
  return { labels: labels.subarray(0, count), rows: rows.subarray(0, count), scores: scores.subarray(0, count) }
}

/** Gives the head its features and its relevance, and r, the same with the keyword part measured against the query itself. */
function rerank(
  query: AnalyzedQuery,
  input: RankInput,
  head: Candidate[],
  candidates: Candidates,
  weights: RelevanceWeights,
): void {
  const w = weights.rerank
  const rows = Uint32Array.from(head, (candidate) => candidate.row)
  const found = candidates.features(rows)
  const clauses = clauseScores(query, input, head, rows, candidates, weights)
  for (const [i, candidate] of head.entries()) {
    const features = {
      fuse: candidate.fuse,
      late: found.late[i]!,
      reverseLate: found.reverseLate[i]!,
      chargram: found.chargram[i]!,
      bigram: found.bigram[i]!,
      clause: clauses.scores[i]!,
      clauseAt: clauses.at[i]!,
    }
    const { late, chargram, reverseLate, bigram } = features
    const close = w.late * late + w.chargram * chargram + w.reverseLate * reverseLate + w.bigram * bigram
    candidate.features = features
    candidate.relevance = w.fuse * candidate.fuse + close + w.clause * features.clause
    const own = candidates.self > 0 ? candidate.score / (2.2 * candidates.self) : 0
    candidate.r = w.fuse * (weights.fuse.keyword * own + weights.fuse.semantic * candidate.cosine) + close
  }
}

/** For each of the head, the best first mix that any single clause gives it; its own when the query has one clause. */
function clauseScores(
  query: AnalyzedQuery,
  input: RankInput,
  head: readonly Candidate[],
  rows: Uint32Array,
  candidates: Candidates,
  { fuse }: RelevanceWeights,
): { scores: Float64Array; at: Int8Array } {
  const best = new Float64Array(head.length)
  const bestAt = new Int8Array(head.length).fill(-1)
  if (query.clauses.length === 0) for (let i = 0; i < head.length; i++) best[i] = head[i]!.fuse
  const labels = Uint32Array.from(head, (candidate) => candidate.label)
  const clauses = candidates.scores(query.clauseTerms, rows)
  for (const [at, terms] of query.clauseTerms.entries()) {
    const scores = clauses[at]!
    const most = candidates.best(terms, largest(scores))
    const cosines = input.cosines(at, labels)
    for (let i = 0; i < head.length; i++) {
      const keyword = most > 0 ? scores[i]! / most : 0
      const score = fuse.keyword * keyword + fuse.semantic * cosines[i]!
      if (score <= best[i]!) continue
      best[i] = score
      bestAt[i] = at
    }
  }
  return { scores: best, at: bestAt }
}

function largest(values: Float32Array): number {
  let most = 0
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!
  return most
}

/** The rest keeps the order of the first mix, below the head: the last of the head times its share of that one's mix. */
function scaleTail(head: readonly Candidate[], tail: Candidate[]): void {
  const last = head.at(-1)
  if (last === undefined) return
  const lowestMix = Math.min(...head.map((candidate) => candidate.fuse))
  for (const candidate of tail) {
    const share = lowestMix > 0 ? Math.min(1, Math.max(0, candidate.fuse / lowestMix)) : 0
    candidate.relevance = Math.max(0, last.relevance) * share
  }
}

function confidenceSignals(
  query: AnalyzedQuery,
  input: RankInput,
  list: readonly Candidate[],
  candidates: Candidates,
): ConfidenceSignals {
  const top = list[0]!
  const next = list.slice(1, 6).map(({ r }) => r)
  const terms = Math.log(1 + new Set(query.stems).size)
  const [center, deviation] = candidates.noise
  const { mean, spread } = background(input, list, candidates)
  return {
    margin: next.length > 0 ? top.r - meanOf(next) : 0,
    rTerms: top.r * terms,
    rSpread: top.r * spread,
    lateTerms: (top.features?.late ?? 0) * terms,
    hits: Math.log(1 + candidates.hits(top.row)),
    clause: top.features?.clause ?? top.fuse,
    background: mean,
    z: center === undefined || !deviation ? 0 : (top.r - center) / deviation,
  }
}

/** Mean cosine of the query to the catalogue, and how many deviations above it the ten nearest stand. */
function background(
  input: RankInput,
  list: readonly Candidate[],
  { sample }: Candidates,
): { mean: number; spread: number } {
  if (input.mode === 'keyword' || sample.length === 0) return { mean: 0, spread: 0 }
  const cosines = input.cosines('query', sample)
  let sum = 0
  for (let i = 0; i < cosines.length; i++) sum += cosines[i]!
  const mean = sum / cosines.length
  let squares = 0
  for (let i = 0; i < cosines.length; i++) squares += (cosines[i]! - mean) ** 2
  const deviation = Math.sqrt(squares / cosines.length)
  const spread = deviation > 1e-6 ? (meanOfNearest(list) - mean) / deviation : 0
  return { mean, spread }
}

function meanOfNearest(list: readonly Candidate[]): number {
  const nearest: number[] = []
  for (const { cosine } of list) {
    if (nearest.length === NEAREST && cosine <= nearest[NEAREST - 1]!) continue
    let at = Math.min(nearest.length, NEAREST - 1)
    for (; at > 0 && nearest[at - 1]! < cosine; at--) nearest[at] = nearest[at - 1]!
    nearest[at] = cosine
  }
  return meanOf(nearest)
}
