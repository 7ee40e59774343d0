import type { GroupedAnswer, SearchAnswer, SearchQuery } from '../core/api/search.js'
import { type Asked, ask, type SearchContext } from './ask.js'
import { nearBest } from './candidates.js'
import type { Caller, Scored } from './evidence-hook.js'
import { facetsOf } from './facets.js'
import { filterTests } from './live-catalogue.js'
import { nearMissesOf, relaxationsOf } from './misses.js'
import { offsetOf, pageOf } from './page.js'

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
  const asked = await ask(context, request, caller, { ...clock, offset }, allowed, true)
  const kept = cut(asked, request)
  const beforePage = performance.now()
  const page = await pageOf(context, request, asked, kept, offset)
  context.observe?.(asked.answer, { ...asked.stages, page: performance.now() - beforePage })
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

/** The same cut for results, total and facets. */
function cut(asked: Asked, request: SearchQuery): Scored[] {
  const { scored, answer } = asked
  if (request.cut === 'off') return scored
  if (answer === 'none') return []
  const isNear = nearBest(asked.ranking.ranked)
  return scored.filter(({ ranked }, i) => i === 0 || isNear(ranked))
}
