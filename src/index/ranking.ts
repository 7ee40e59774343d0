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
  scores(terms: readonly KeywordTerm[], rows: Uint32Array): Float32Array
  best(terms: readonly KeywordTerm[]): number
  features(rows: Uint32Array): RerankFeatures[]
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
  features: (RerankFeatures & { fuse: number; clause: number; clauseAt: number }) | undefined
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
  const top = confidenceLogit(weights.confidence.right, signals)
  const best = list[0]!.relevance
  const ranked = list.map((candidate): Ranked => {
    const rel = top - weights.confidence.slope * (best - candidate.relevance)
    const { label, keyword, cosine, relevance } = candidate
    const result = { label, keyword, cosine, relevance, confidence: sigmoid(rel), rel }
    return input.explain === true ? explained(result, candidate, query, candidates, weights) : result
  })
  return { ranked, present: sigmoid(confidenceLogit(weights.confidence.present, signals)), r: list[0]!.r, signals }
}

/** Adds the explanation, made when it is read: of hundreds of candidates few are shown. */
function explained(
  result: Ranked,
  candidate: Candidate,
  query: AnalyzedQuery,
  candidates: Candidates,
  weights: RelevanceWeights,
): Ranked {
  let made: Explanation | undefined
  return {
    ...result,
    get explain() {
      const clause = candidate.features === undefined ? undefined : query.clauses[candidate.features.clauseAt]
      made ??= explain(weights, candidate, candidates.matched(candidate.row), clause)
      return made
    },
  }
}

/** Both retrievers' hits with both scores each, ordered by the first mix. */
function union(query: AnalyzedQuery, input: RankInput, candidates: Candidates, weights: RelevanceWeights): Candidate[] {
  const scores = new Map<number, number>()
  if (input.mode !== 'semantic')
    for (const [i, label] of input.keyword.labels.entries()) scores.set(label, input.keyword.scores[i]!)
  if (input.mode !== 'keyword') for (const label of input.semantic.labels) if (!scores.has(label)) scores.set(label, -1)
  const labels = Uint32Array.from(scores.keys()).filter((label) => candidates.rowOf(label) >= 0)
  const cosines = input.mode === 'keyword' ? new Float32Array(labels.length) : input.cosines('query', labels)
  const most = input.mode === 'semantic' ? 0 : (input.keyword.scores[0] ?? 0)
  const mix = {
    keyword: input.mode === 'keyword' ? 1 : weights.fuse.keyword,
    semantic: input.mode === 'semantic' ? 1 : weights.fuse.semantic,
  }
  const rows = labels.map((label) => candidates.rowOf(label))
  const missing = rows.filter((_, i) => scores.get(labels[i]!)! < 0)
  const looked = input.mode === 'semantic' ? new Float32Array(missing.length) : candidates.scores(query.terms, missing)
  let next = 0
  const all = Array.from(labels, (label, i): Candidate => {
    const known = scores.get(label)!
    const score = known >= 0 ? known : looked[next++]!
    const keyword = most > 0 ? score / most : 0
    const cosine = cosines[i]!
    const fuse = mix.keyword * keyword + mix.semantic * cosine
    return { label, row: rows[i]!, score, keyword, cosine, fuse, relevance: fuse, r: 0, features: undefined }
  })
  return all.sort((a, b) => b.fuse - a.fuse || a.label - b.label)
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
  const features = candidates.features(Uint32Array.from(head, (candidate) => candidate.row))
  const clauses = clauseScores(query, input, head, candidates, weights)
  for (const [i, candidate] of head.entries()) {
    const f = { ...features[i]!, fuse: candidate.fuse, clause: clauses[i]!.score, clauseAt: clauses[i]!.at }
    const close = w.late * f.late + w.chargram * f.chargram + w.reverseLate * f.reverseLate + w.bigram * f.bigram
    candidate.features = f
    candidate.relevance = w.fuse * f.fuse + close + w.clause * f.clause
    const own = candidates.self > 0 ? candidate.score / (2.2 * candidates.self) : 0
    candidate.r = w.fuse * (weights.fuse.keyword * own + weights.fuse.semantic * candidate.cosine) + close
  }
}

/** For each of the head, the best first mix that any single clause gives it; its own when the query has one clause. */
function clauseScores(
  query: AnalyzedQuery,
  input: RankInput,
  head: Candidate[],
  candidates: Candidates,
  weights: RelevanceWeights,
): { score: number; at: number }[] {
  const best = head.map((candidate) => ({ score: query.clauses.length === 0 ? candidate.fuse : 0, at: -1 }))
  const labels = Uint32Array.from(head, (candidate) => candidate.label)
  const rows = Uint32Array.from(head, (candidate) => candidate.row)
  for (const [at, terms] of query.clauseTerms.entries()) {
    const most = candidates.best(terms)
    const cosines = input.cosines(at, labels)
    const scores = candidates.scores(terms, rows)
    for (let i = 0; i < head.length; i++) {
      const keyword = most > 0 ? scores[i]! / most : 0
      const score = weights.fuse.keyword * keyword + weights.fuse.semantic * cosines[i]!
      if (score > best[i]!.score) best[i] = { score, at }
    }
  }
  return best
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
  candidates: Candidates,
): { mean: number; spread: number } {
  if (input.mode === 'keyword' || candidates.sample.length === 0) return { mean: 0, spread: 0 }
  const cosines = [...input.cosines('query', candidates.sample)]
  const mean = meanOf(cosines)
  const deviation = Math.sqrt(meanOf(cosines.map((cosine) => (cosine - mean) ** 2)))
  const nearest = list.map(({ cosine }) => cosine).sort((a, b) => b - a)
  return { mean, spread: deviation > 1e-6 ? (meanOf(nearest.slice(0, NEAREST)) - mean) / deviation : 0 }
}
