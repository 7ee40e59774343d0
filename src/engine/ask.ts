import type { SearchQuery } from '../core/api/search.js'
import type { Hits, LabelSet } from '../core/document.js'
import { type Answer, answerOf, logit } from '../core/relevance/confidence.js'
import type { Ranked, Ranking } from '../index/relevance-index.js'
import type { Caller, EvidenceHook, Question, Scored } from './evidence-hook.js'
import type { EngineParts, Live } from './live.js'
import { Stopwatch } from './stopwatch.js'

/** Candidates a retriever; fixed, so that a page's order never changes with its length. */
const DEPTH = 150
/** How sure we are of a name typed exactly. */
const EXACT_CONFIDENCE = 0.99

export interface SearchContext {
  parts: EngineParts
  live: Live
  evidence: EvidenceHook
  /** Told what was answered and how long each stage took, milliseconds. */
  observe?: (answer: Answer, stages: Record<string, number>) => void
}

/** One question on its way: analysed, embedded, its candidates ranked. */
export interface Asked {
  question: Question
  ranking: Ranking
  scored: Scored[]
  answer: Answer
  /** Milliseconds a stage. */
  stages: Record<string, number>
}

/**
 * Everything up to the cut: who the candidates are and in which order.
 * @param closely have the cross-encoder read the first of them, where there is one: for what is shown, not for questions asked on the way
 */
export async function ask(
  context: SearchContext,
  request: SearchQuery,
  caller: Caller,
  clock: { now: number; searchId: string; offset: number },
  allowed: LabelSet | undefined,
  closely = false,
): Promise<Asked> {
  const { evidence, parts } = context
  let { live } = context
  const watch = new Stopwatch()
  let query = live.index.relevance.analyze(request.q)
  watch.lap('analyse')
  const [vector, ...clauses] = await live.embedder.embed([query.expanded, ...query.clauses], 'query')
  watch.lap('embed')
  const question: Question = {
    ...clock,
    query,
    vector: vector!,
    caller,
    evidence: request.evidence === 'on',
    explore: request.explore === 'on' && clock.offset === 0,
    calibration: request.evidence === 'on' ? (evidence.calibration?.(clock.now) ?? 0) : 0,
  }
  const { labels, byTool } = live.catalogue.named(request.q)
  const exact = allowed ? labels.filter((label) => allowed.has(label)) : labels
  const extra = [...exact, ...(question.evidence ? evidence.candidates(live, question) : [])]
  watch.lap('evidence')
  if (parts.far) {
    live = { ...live, index: await parts.far.gather(query, vector!, request, extra) }
    query = live.index.relevance.analyze(request.q)
    question.query = query
    watch.lap('store')
  }
  const ranking = rankAll(live, question, clauses, request, { allowed, extra, watch })
  if (closely && parts.closeLook && request.mode === 'hybrid') {
    ranking.ranked = await parts.closeLook.order(request.q, ranking.ranked, parts.store, clock.now)
    watch.lap('closeLook')
  }
  const scored = namedFirst(evidence.order(live, question, ranking.ranked), exact, byTool)
  watch.lap('evidence')
  return {
    question,
    ranking,
    scored,
    answer: answerFor(context, question, ranking, scored, exact.length > 0),
    stages: watch.stages,
  }
}

/** Needs of at most this many content words are too short for the confidence models, which were fitted on whole requests. */
const SHORT_NEED = 4

function answerFor(
  { parts }: SearchContext,
  { query }: Question,
  { present }: Ranking,
  scored: readonly Scored[],
  exact: boolean,
): Answer {
  const top = scored[0]
  if (!top) return 'none'
  if (exact) return 'match'
  const answer = answerOf(present, top.ranked.confidence, parts.weights.confidence)
  if (answer !== 'none') return answer
  // "message queue": a text that says every word of a short need is no "nothing here does that"
  const words = new Set(query.words)
  const isShort = words.size <= SHORT_NEED
  const saysAll = (one: Scored) => [...words].every((word) => one.ranked.explain?.words.includes(word))
  return isShort && scored.slice(0, 3).some(saysAll) ? 'weak' : 'none'
}

function rankAll(
  { index, catalogue }: Live,
  { query, vector, calibration }: Question,
  clauses: readonly Float32Array[],
  { mode }: SearchQuery,
  { allowed, extra, watch }: { allowed: LabelSet | undefined; extra: readonly number[]; watch: Stopwatch },
): Ranking {
  const semantic = mode === 'keyword' ? noHits : index.semantic.search(vector, DEPTH, allowed)
  watch.lap('semantic')
  const keyword = mode === 'semantic' ? noHits : index.relevance.keyword(query, DEPTH, allowed)
  watch.lap('keyword')
  const ranking = index.relevance.rank(query, {
    semantic: withExtra(
      semantic,
      extra.filter((label) => index.has(label) && (!allowed || allowed.has(label))),
    ),
    keyword,
    cosines: (which, labels) => index.semantic.cosines(which === 'query' ? vector : clauses[which]!, labels),
    calibration,
    explain: true,
    mode,
  })
  watch.lap('relevance')
  // while a publication comes in, a capability may stand in the index a moment before its tool is known
  return { ...ranking, ranked: ranking.ranked.filter(({ label }) => catalogue.ownerOf(label) !== undefined) }
}

const noHits: Hits = { labels: new Uint32Array(0), scores: new Float32Array(0) }

/** Adds candidates that no retriever brought; their scores are computed like everybody's. */
function withExtra(hits: Hits, extra: readonly number[]): Hits {
  if (extra.length === 0) return hits
  const known = new Set(hits.labels)
  const more = [...new Set(extra)].filter((label) => !known.has(label))
  const labels = new Uint32Array(hits.labels.length + more.length)
  const scores = new Float32Array(labels.length)
  labels.set(hits.labels)
  labels.set(more, hits.labels.length)
  scores.set(hits.scores)
  return { labels, scores }
}

/** Puts what was named exactly before everything else, in the order it has among itself. */
function namedFirst(ordered: Scored[], labels: readonly number[], byTool: boolean): Scored[] {
  if (labels.length === 0) return ordered
  const named = new Set(labels)
  const top = Math.max(EXACT_CONFIDENCE, ordered[0]?.score ?? 0)
  const first = ordered.filter((one) => named.has(one.ranked.label))
  for (const one of first) {
    one.score = Math.max(one.score, top)
    one.named = byTool ? 'its tool is named exactly so' : 'named exactly so'
    one.ranked = sure(one.ranked)
  }
  return [...first, ...ordered.filter((one) => !named.has(one.ranked.label))]
}

function sure(ranked: Ranked): Ranked {
  const confidence = Math.max(ranked.confidence, EXACT_CONFIDENCE)
  const { label, keyword, cosine, relevance } = ranked
  return {
    ...{ label, keyword, cosine, relevance, confidence, rel: logit(confidence) },
    get explain() {
      return ranked.explain
    },
  }
}
