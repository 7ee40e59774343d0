import type { CoverAnswer, CoverBody, ToolSet } from '../core/api/cover.js'
import { searchQuerySchema } from '../core/api/search.js'
import { isFree } from '../core/catalogue.js'
import { pairingsOf } from '../core/compare/pairing.js'
import { nearBest, SERVES, serveProbability } from '../core/compare/serves.js'
import { count, listed, quoted } from '../core/compare/words.js'
import { type CoverCandidate, type CoverSet, coverSets, EXACT_NEEDS } from '../core/cover/set-cover.js'
import { LabelSet } from '../core/document.js'
import { ask, type SearchContext } from './ask.js'
import type { Scored } from './evidence-hook.js'
import type { Asking } from './judge.js'
import type { LiveTool } from './live-catalogue.js'
import { toolNamed, toolsNamed } from './names.js'
import { summaryOf } from './summary.js'

/** Tools kept a need. */
const PER_NEED = 12
/** What a pair that is recorded to work together adds to the sum of confidences. */
const TOGETHER = 0.2

/** A tool's best capability for a need, and the probability that it serves it. */
interface Served {
  label: number
  relevance: number
  confidence: number
}

const servedBy = ({ ranked: { label, relevance } }: Scored): Served => ({
  label,
  relevance,
  confidence: serveProbability(relevance),
})

/** One need with the tools that serve it, surest first, and the nearest one of those that do not pass. */
interface NeedFound {
  need: string
  by: Map<LiveTool, Served>
  nearest: { entry: LiveTool; served: Served; fails: string } | undefined
}

/**
 * The smallest set of tools that serves several needs, those preferred that work together; what stays uncovered; and the next-best set.
 * @throws AppError `not-found` with suggestions for a name under `have` or `excludes` that is no tool
 */
export async function cover(context: SearchContext, body: CoverBody, asking: Asking): Promise<CoverAnswer> {
  const started = performance.now()
  const needs = [...new Set(body.needs)]
  const have = toolsNamed(context.live, body.constraints?.have ?? [])
  const failure = failureOf(context, body)
  const found = await Promise.all(
    needs.map((need) => findNeed(context, need, body.atLeast ?? SERVES, failure, have, asking)),
  )
  const entries = [...new Set([...have, ...found.flatMap(({ by }) => [...by.keys()])])]
  const candidates = entries.map(
    (entry): CoverCandidate => ({ weight: 1, serves: found.map(({ by }) => by.get(entry)?.confidence ?? 0) }),
  )
  const bonus = (a: number, b: number) => (pairingsOf(entries[a]!.tool, entries[b]!.tool).length > 0 ? TOGETHER : 0)
  const sets = coverSets(candidates, needs.length, {
    bonus,
    required: have.map((entry) => entries.indexOf(entry)),
    most: 2,
  })
  const [best, next] = sets
  const uncovered = found.filter(({ by }) => by.size === 0)
  const describe = (set: CoverSet) => toolSetOf(context, set, entries, found)
  const answer = best === undefined || best.covered === 0 ? 'none' : uncovered.length === 0 ? 'complete' : 'partial'
  return {
    generation: context.live.generation.id,
    answer,
    summary: summarySentence(answer, best ? describe(best) : undefined, needs.length, uncovered),
    exact: needs.length <= EXACT_NEEDS,
    ...(best && { best: describe(best) }),
    ...(next && { nextBest: describe(next) }),
    uncovered: uncovered.map(({ need, nearest }) => ({
      need,
      ...(nearest && { nearest: nearestOf(context, nearest) }),
    })),
    tookMs: Math.round((performance.now() - started) * 100) / 100,
  }
}

type Failure = (entry: LiveTool) => string | undefined

/** The constraint that a tool fails, in words. */
function failureOf({ live }: SearchContext, { constraints = {} }: CoverBody): Failure {
  const excluded = new Set((constraints.excludes ?? []).map((name) => toolNamed(live, name)))
  return (entry) => {
    const { type, pricing } = entry.tool
    if (excluded.has(entry)) return 'left out on request'
    if (constraints.type && constraints.type.length > 0 && !constraints.type.includes(type)) return `type: ${type}`
    if (constraints.free && !isFree(pricing)) return `pricing: ${pricing?.model ?? 'no data'}`
    return undefined
  }
}

async function findNeed(
  context: SearchContext,
  need: string,
  atLeast: number,
  failure: Failure,
  have: readonly LiveTool[],
  { caller, now }: Asking,
): Promise<NeedFound> {
  const request = searchQuerySchema.parse({ q: need, explore: 'off' })
  const clock = { now, searchId: '', offset: 0 }
  const { scored, answer } = await ask(context, request, caller, clock, undefined)
  const best = bestByTool(context, scored)
  for (const entry of have) {
    // what one has already is asked by itself, however far down it stands
    const own = new LabelSet([...entry.labels], context.live.catalogue.highestLabel)
    const [top] = (await ask(context, request, caller, clock, own)).scored
    if (top && !best.has(entry)) best.set(entry, servedBy(top))
  }
  const top = Math.max(0, ...[...best.values()].map((served) => served.relevance))
  const by = new Map<LiveTool, Served>()
  let nearest: NeedFound['nearest']
  for (const [entry, served] of [...best].sort((x, y) => y[1].relevance - x[1].relevance)) {
    const fails = have.includes(entry) ? undefined : failure(entry)
    const does = answer !== 'none' && nearBest(served.relevance, top) && served.confidence >= atLeast
    if (fails === undefined && does) {
      if (by.size < PER_NEED || have.includes(entry)) by.set(entry, served)
    } else nearest ??= { entry, served, fails: fails ?? 'not sure enough that it serves the need' }
  }
  return { need, by, nearest }
}

function bestByTool({ live }: SearchContext, scored: readonly Scored[]): Map<LiveTool, Served> {
  const best = new Map<LiveTool, Served>()
  for (const one of scored) {
    const entry = live.catalogue.ownerOf(one.ranked.label)
    if (entry && one.ranked.relevance > (best.get(entry)?.relevance ?? 0)) best.set(entry, servedBy(one))
  }
  return best
}

function toolSetOf(
  context: SearchContext,
  { members, covered }: CoverSet,
  entries: readonly LiveTool[],
  found: readonly NeedFound[],
): ToolSet {
  const tools = members.map((member) => entries[member]!)
  const assigned = found.flatMap(({ need, by }) => {
    const serving = tools.filter((entry) => by.has(entry))
    if (serving.length === 0) return []
    const entry = serving.reduce((sure, one) => (by.get(one)!.confidence > by.get(sure)!.confidence ? one : sure))
    return [{ need, entry, served: by.get(entry)! }]
  })
  return {
    tools: tools.map((entry) => ({
      tool: summaryOf(context, entry.tool),
      covers: assigned
        .filter((one) => one.entry === entry)
        .map(({ need, served }) => ({
          need,
          capability: capabilityOf(context, entry, served),
          confidence: served.confidence,
        })),
    })),
    covered,
    worksTogether: tools.flatMap((a, i) =>
      tools.slice(i + 1).flatMap((b) => {
        const [said] = pairingsOf(a.tool, b.tool)
        const pair: [string, string] = [a.tool.slug, b.tool.slug]
        return said ? [{ tools: pair, why: said.why ?? 'The catalogue records that they work together.' }] : []
      }),
    ),
    confidence: assigned.reduce((product, { served }) => product * served.confidence, 1),
  }
}

const capabilityOf = ({ live }: SearchContext, entry: LiveTool, { label }: Served) => {
  const { id, name } = live.catalogue.outlineOf(label)!
  return { tool: entry.tool.slug, id, name }
}

const nearestOf = (context: SearchContext, { entry, served, fails }: NonNullable<NeedFound['nearest']>) => ({
  capability: capabilityOf(context, entry, served),
  tool: summaryOf(context, entry.tool),
  confidence: served.confidence,
  fails,
})

function summarySentence(
  answer: CoverAnswer['answer'],
  best: ToolSet | undefined,
  needs: number,
  uncovered: readonly NeedFound[],
): string {
  if (answer === 'none' || !best) return 'Nothing here serves any of these needs.'
  const names = listed(best.tools.map(({ tool }) => tool.name))
  const rest = uncovered.length > 0 ? ` Nothing here serves ${listed(uncovered.map(({ need }) => quoted(need)))}.` : ''
  return `${names} ${best.tools.length === 1 ? 'serves' : 'together serve'} ${best.covered} of ${count(needs, 'need')}.${rest}`
}
