import type { NearMiss, SearchQuery } from '../core/api/search.js'
import { type Asked, ask, type SearchContext } from './ask.js'
import type { Caller, Scored } from './evidence-hook.js'
import { filterTests } from './live-catalogue.js'
import { resultOf } from './result.js'

const NEAR_MISSES = 3
/** What a relaxed filter would bring is counted down to this confidence. */
export const WOULD_MATCH = 0.2

const withoutFilters = (request: SearchQuery): SearchQuery => ({
  ...request,
  type: undefined,
  pricing: undefined,
  category: undefined,
  tag: undefined,
  layer: undefined,
  tool: undefined,
  free: 'off',
})

/** Asked again with other filters; never explores and is never noted as shown. */
const askAgain = (context: SearchContext, request: SearchQuery, caller: Caller, asked: Asked): Promise<Asked> => {
  const { now, searchId } = asked.question
  const clock = { now, searchId, offset: 0 }
  return ask(context, { ...request, explore: 'off' }, caller, clock, context.live.catalogue.allowed(request))
}

/**
 * The nearest misses, each with the one thing it fails: a filter when filters are set (those that pass all but one),
 * else the words of the need that its text says nothing about.
 */
export async function nearMissesOf(
  context: SearchContext,
  request: SearchQuery,
  caller: Caller,
  asked: Asked,
): Promise<NearMiss[]> {
  const tests = filterTests(request)
  if (tests.length === 0 && asked.answer !== 'none') return []
  const open = tests.length === 0 ? asked : await askAgain(context, withoutFilters(request), caller, asked)
  const misses: { one: Scored; fails: string }[] = []
  for (const one of open.scored) {
    if (misses.length === NEAR_MISSES) break
    const { tool } = context.live.catalogue.ownerOf(one.ranked.label)!
    const failed = tests.filter((test) => !test.passes(tool))
    if (failed.length === 1) misses.push({ one, fails: failed[0]!.fails(tool) })
    else if (tests.length === 0) misses.push({ one, fails: unsaid(asked, one) })
  }
  const stored = await context.parts.store.catalogue.capabilities(misses.map(({ one }) => one.ranked.label))
  return misses.flatMap(({ one, fails }) => {
    const capability = stored.find((c) => c.label === one.ranked.label)
    if (!capability) return []
    const { score, confidence, capability: shown, tool, why } = resultOf(context, one, capability, 1, '', false)
    return [{ score, confidence, capability: shown, tool, why, fails }]
  })
}

/** The words of the need that a capability's text does not have. */
function unsaid({ question }: Asked, one: Scored): string {
  const said = new Set(one.ranked.explain?.words ?? [])
  const missing = [...new Set(question.query.words)].filter((word) => !said.has(word))
  return missing.length > 0
    ? `says nothing of ${missing.map((word) => `“${word}”`).join(', ')}`
    : 'meaning: too far from the need'
}

/** For each filter that is set: how many more results would serve the need without it. */
export async function relaxationsOf(
  context: SearchContext,
  request: SearchQuery,
  caller: Caller,
  asked: Asked,
): Promise<{ drop: string; wouldMatch: number }[]> {
  const here = new Set(asked.scored.map((one) => one.ranked.label))
  const relaxations: { drop: string; wouldMatch: number }[] = []
  for (const test of filterTests(request)) {
    const dropped = { ...request, ...(test.name === 'free' ? { free: 'off' as const } : { [test.name]: undefined }) }
    const again = await askAgain(context, dropped, caller, asked)
    const would = again.scored.filter((one) => one.ranked.confidence >= WOULD_MATCH && !here.has(one.ranked.label))
    if (would.length > 0) relaxations.push({ drop: test.parameter, wouldMatch: would.length })
  }
  return relaxations.sort((a, b) => b.wouldMatch - a.wouldMatch)
}
