import type { GroupedAnswer, SearchAnswer, SearchQuery, SearchResult } from '../core/api/search.js'
import type { Capability } from '../core/catalogue.js'
import type { Hits, LabelSet } from '../core/document.js'
import { type Answer, answerOf, logit } from '../core/relevance/confidence.js'
import type { AnalyzedQuery } from '../index/query.js'
import type { Ranking } from '../index/relevance-index.js'
import { offsetOf, pageOf } from './cursor.js'
import type { Caller, EvidenceHook, Question, Scored } from './evidence-hook.js'
import { facetsOf } from './facets.js'
import type { EngineParts, Live } from './live.js'
import { filterTests } from './live-catalogue.js'
import { nearMissesOf, relaxationsOf } from './misses.js'

/** Candidates a retriever; fixed, so that a page's order never changes with its length. */
const DEPTH = 150
/** Cut: results less sure than this are left out. An exact name is never cut. */
const LEAST_CONFIDENCE = 0.02
/** How sure we are of a name typed exactly. */
const EXACT_CONFIDENCE = 0.99

export interface SearchContext {
  parts: EngineParts
  live: Live
  evidence: EvidenceHook
}

/** One question on its way: analysed, embedded, its candidates ranked. */
export interface Asked {
  question: Question
  ranking: Ranking
  scored: Scored[]
  answer: Answer
}

/**
 * Answers a search: analyse and embed the need → candidates of both retrievers → relevance → evidence → exact names → cut → page.
 * @throws AppError `invalid-parameter` for a cursor that is not ours
 */
export async function search(
  context: SearchContext,
  request: SearchQuery,
  caller: Caller,
  clock: { now: number; searchId: string },
): Promise<SearchAnswer | GroupedAnswer> {
  const started = performance.now()
  const offset = offsetOf(request.cursor)
  const allowed = context.live.catalogue.allowed(request)
  const asked = await ask(context, request, caller, { ...clock, offset }, allowed)
  const kept = cut(asked, request)
  const page = await pageOf(context, request, asked.question, kept, offset)
  const weak = asked.answer !== 'match' && offset === 0
  const nearMisses = weak ? await nearMissesOf(context, request, caller, asked) : []
  const relaxations =
    weak && filterTests(request).length > 0 ? await relaxationsOf(context, request, caller, asked) : []
  return {
    searchId: clock.searchId,
    query: request.q,
    generation: context.live.generation.id,
    tookMs: Math.round((performance.now() - started) * 100) / 100,
    answer: asked.answer,
    ...page,
    ...(nearMisses.length > 0 && { nearMisses }),
    ...(relaxations.length > 0 && { relaxations }),
    ...(request.facets === 'on' && { facets: facetsOf(context.live, kept) }),
  } as SearchAnswer | GroupedAnswer
}

/** Everything up to the cut: who the candidates are and in which order. */
export async function ask(
  context: SearchContext,
  request: SearchQuery,
  caller: Caller,
  clock: { now: number; searchId: string; offset: number },
  allowed: LabelSet | undefined,
): Promise<Asked> {
  const { live, evidence, parts } = context
  const query = live.index.relevance.analyze(request.q)
  const [vector, ...clauses] = await parts.embedder.embed([request.q, ...query.clauses], 'query')
  const question: Question = {
    ...clock,
    query,
    vector: vector!,
    caller,
    evidence: request.evidence === 'on',
    explore: request.explore === 'on' && clock.offset === 0,
  }
  const exact = exactLabels(live, request.q, allowed)
  const extra = [...exact, ...(question.evidence ? evidence.candidates(live, question) : [])]
  const ranking = rankAll(live, query, { vector: vector!, clauses }, request, { allowed, extra })
  const ordered = evidence.order(live, question, ranking.ranked)
  const scored = exactFirst(live, ordered, exact)
  const { thresholds } = live.index.relevance
  const top = scored[0]
  const answer = !top
    ? 'none'
    : exact.length > 0
      ? 'match'
      : answerOf(ranking.present, top.ranked.confidence, thresholds)
  return { question, ranking, scored, answer }
}

function rankAll(
  { index }: Live,
  query: AnalyzedQuery,
  vectors: { vector: Float32Array; clauses: Float32Array[] },
  { mode, explain }: SearchQuery,
  { allowed, extra }: { allowed: LabelSet | undefined; extra: readonly number[] },
): Ranking {
  const semantic = mode === 'keyword' ? noHits : index.semantic.search(vectors.vector, DEPTH, allowed)
  const keyword = mode === 'semantic' ? noHits : index.relevance.keyword(query, DEPTH, allowed)
  return index.relevance.rank(query, {
    semantic: withExtra(
      semantic,
      extra.filter((label) => index.has(label) && (!allowed || allowed.has(label))),
    ),
    keyword,
    cosines: (which, labels) =>
      index.semantic.cosines(which === 'query' ? vectors.vector : vectors.clauses[which]!, labels),
    explain: explain === 'on',
    mode,
  })
}

const noHits: Hits = { labels: new Uint32Array(0), scores: new Float32Array(0) }

/** Adds candidates that no retriever brought; their scores are computed like everybody's. */
function withExtra(hits: Hits, extra: readonly number[]): Hits {
  if (extra.length === 0) return hits
  const known = new Set(hits.labels)
  const more = [...new Set(extra)].filter((label) => !known.has(label))
  return {
    labels: Uint32Array.from([...hits.labels, ...more]),
    scores: Float32Array.from([...hits.scores, ...more.map(() => 0)]),
  }
}

/** Capabilities that a query names exactly, by their own name or by their tool's. */
function exactLabels({ catalogue }: Live, query: string, allowed: LabelSet | undefined): number[] {
  const own = catalogue.exactCapabilities(query)
  const labels =
    own.length > 0 ? own : catalogue.exactTools(query).flatMap((tool) => tool.capabilities.map((c) => c.label))
  return labels.filter((label) => !allowed || allowed.has(label))
}

/** Puts what was named exactly before everything else, in the order it has among itself. */
function exactFirst(live: Live, ordered: readonly Scored[], exact: readonly number[]): Scored[] {
  if (exact.length === 0) return [...ordered]
  const named = new Set(exact)
  const isTool = live.catalogue.exactCapabilities(live.catalogue.outlineOf(exact[0]!)!.name).length === 0
  const first = ordered.filter((one) => named.has(one.ranked.label))
  const rest = ordered.filter((one) => !named.has(one.ranked.label))
  const top = Math.max(EXACT_CONFIDENCE, ordered[0]?.score ?? 0)
  const what = isTool ? 'its tool is named exactly so' : 'named exactly so'
  return [
    ...first.map((one) => ({
      ...one,
      score: Math.max(one.score, top),
      why: [what, one.why].filter(Boolean).join('; '),
      ranked: sure(one.ranked),
    })),
    ...rest,
  ]
}

function sure<R extends { confidence: number; rel: number }>(ranked: R): R {
  const confidence = Math.max(ranked.confidence, EXACT_CONFIDENCE)
  return { ...ranked, confidence, rel: logit(confidence) }
}

/** The same cut for results, total and facets. */
function cut({ scored, answer }: Asked, request: SearchQuery): Scored[] {
  if (request.cut === 'off') return scored
  if (answer === 'none') return []
  return scored.filter((one) => one.ranked.confidence >= LEAST_CONFIDENCE || one.exploration)
}

/** The result as shown, from its stored record. */
export function resultOf(
  context: SearchContext,
  one: Scored,
  capability: Capability,
  position: number,
  token: string,
): SearchResult {
  const { live, evidence } = context
  const { tool } = live.catalogue.ownerOf(one.ranked.label)!
  const { id, name, description, unique, versus, limitations } = capability
  const { explain } = one.ranked
  return {
    position,
    score: round(one.score),
    confidence: round(one.ranked.confidence),
    capability: {
      id,
      name,
      description,
      ...(unique && { unique }),
      ...(versus && { versus }),
      ...(limitations && { limitations }),
    },
    tool: {
      slug: tool.slug,
      name: tool.name,
      type: tool.type,
      ...(tool.layer && { layer: tool.layer }),
      ...(tool.url && { url: tool.url }),
      ...(tool.pricing && { pricing: tool.pricing }),
      rank: evidence.rank(tool.slug),
    },
    why: whyOf(one),
    evidence: one.summary,
    exploration: one.exploration,
    token,
    ...(explain && {
      explain: {
        contributions: explain.contributions,
        words: explain.words,
        ...(explain.clause && { clause: explain.clause }),
        relevance: one.ranked.relevance,
        ...(one.parts && { evidence: one.parts }),
      },
    }),
  }
}

const round = (x: number): number => Math.round(x * 1e6) / 1e6

function whyOf({ ranked, why, exploration }: Scored): string {
  const parts = [exploration ? 'shown to learn more about it' : '', ranked.why, why ?? '']
  return parts.filter(Boolean).join('; ')
}
