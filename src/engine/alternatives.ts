import { type Coverage, coverageOf } from '../core/alternatives/coverage.js'
import { diverse } from '../core/alternatives/diverse.js'
import type { Alternative, AlternativesAnswer, AlternativesQuery } from '../core/api/alternatives.js'
import { searchQuerySchema } from '../core/api/search.js'
import { isFree, type Tool } from '../core/catalogue.js'
import { fitOf } from '../core/compare/align.js'
import { purposesOf } from '../core/compare/pairing.js'
import { priceChange } from '../core/compare/price.js'
import { serveProbability, serves } from '../core/compare/serves.js'
import { refOf, type Side } from '../core/compare/subject.js'
import { categoryWords, count, listed, percent, quoted } from '../core/compare/words.js'
import { ask, type SearchContext } from './ask.js'
import { totalsOf } from './contests.js'
import type { Asking } from './judge.js'
import type { LiveTool } from './live-catalogue.js'
import { toolNamed } from './names.js'
import { sidesOf } from './portraits.js'
import { summaryOf } from './summary.js'

/** Capabilities of a tool that are compared, and nearest capabilities looked at for each to find candidates. */
const MOST_CAPABILITIES = 40
const NEIGHBOURS = 30
/** Candidates compared in full: those that pass the constraints, and those that a constraint keeps out. */
const LOOKED_AT = 12
const KEPT_OUT = 3
/** Share of the tool from which the answer is a match. */
const FULL = 0.5
/** Share that makes an alternative: of a tool that shares a purpose, and of one that is made for something else. */
const PARTIAL = 0.1
const OTHER_PURPOSE = 0.6
/** Being made for the same counts beside what the two records say in like words: the main purpose in common, or any. */
const SAME_PURPOSE = 0.3
const SHARED_PURPOSE = 0.15
/** Weight of a need in words against what the tool does. */
const FOR = 0.5

interface Found {
  entry: LiveTool
  side: Side
  coverage: Coverage
  score: number
  serves: Alternative['serves']
}

/**
 * What could take a tool's place: tools of the same role that do much of what it does, each with what is shared, lost and gained.
 * @throws AppError `not-found` with suggestions
 */
export async function alternatives(
  context: SearchContext,
  name: string,
  request: AlternativesQuery,
  asking: Asking,
): Promise<AlternativesAnswer> {
  const started = performance.now()
  const target = toolNamed(context.live, name)
  const serving = request.for === undefined ? undefined : await servingTools(context, request.for, asking)
  const barred = new Set(request.without.map((slug) => toolNamed(context.live, slug).tool.slug))
  const [own] = await sidesOf(context, [target.tool.slug], MOST_CAPABILITIES)
  const { passing, failing } = await candidatesOf(context, target, own!, (tool) =>
    failureOf(target.tool, tool, request, barred, serving),
  )
  const found = await compared(context, own!, [...passing, ...failing.map(({ entry }) => entry)], serving)
  const kept = found.slice(0, passing.length).filter(isAlternative(target.tool))
  const order = diverse(
    kept.map(({ score, coverage, side }) => ({ score, covers: coverage.by, centre: centreOf(side) })),
    request.limit,
  )
  const results = order.map((i, at) => resultOf(context, own!, kept[i]!, at + 1, asking.now))
  const best = Math.max(0, ...results.map((result) => result.coverage))
  const answer = results.length === 0 ? 'none' : best >= FULL ? 'match' : 'partial'
  const nearMisses = [
    ...found
      .slice(0, passing.length)
      .filter((one) => !isAlternative(target.tool)(one))
      .map((one) =>
        miss(context, one, `does only ${percent(one.coverage.share)} of it and is made for something else`),
      ),
    ...found.slice(passing.length).map((one, i) => miss(context, one, failing[i]!.fails)),
  ]
    .filter((one) => one.coverage > 0)
    .sort((x, y) => y.coverage - x.coverage)
  return {
    tool: summaryOf(context, target.tool),
    generation: context.live.generation.id,
    answer,
    summary: summarySentence(target.tool, answer, results, request),
    results,
    nearMisses: nearMisses.slice(0, 3),
    irreplaceable: [...own!.groups.keys()]
      .filter((group) => found.every(({ coverage }) => coverage.counterpart[group]! < 0))
      .map((group) => refOf(own!, group)),
    tookMs: Math.round((performance.now() - started) * 100) / 100,
  }
}

/** Tools with a capability like one of the target's, most alike first; those that fail exactly one constraint apart. */
async function candidatesOf(
  { live, parts }: SearchContext,
  target: LiveTool,
  own: Side,
  failureOf: (tool: Tool) => string[],
): Promise<{ passing: LiveTool[]; failing: { entry: LiveTool; fails: string }[] }> {
  const nearness = new Map<LiveTool, number>()
  for (const group of own.groups) {
    const vector = own.portraits[group[0]!]!.rows[0]
    if (!vector) continue
    const { labels, scores } = parts.far
      ? await parts.far.neighbours(vector, NEIGHBOURS)
      : live.index.semantic.search(vector, NEIGHBOURS)
    const best = new Map<LiveTool, number>()
    for (const [i, label] of labels.entries()) {
      const entry = live.catalogue.ownerOf(label)
      if (entry && entry !== target) best.set(entry, Math.max(best.get(entry) ?? 0, scores[i]!))
    }
    for (const [entry, score] of best) nearness.set(entry, (nearness.get(entry) ?? 0) + score)
  }
  const bonus = ({ tool }: LiveTool) => own.groups.length * purposeBonus(target.tool, tool)
  const ordered = [...nearness].sort(
    (x, y) => y[1] + bonus(y[0]) - x[1] - bonus(x[0]) || (x[0].tool.slug < y[0].tool.slug ? -1 : 1),
  )
  const passing: LiveTool[] = []
  const failing: { entry: LiveTool; fails: string }[] = []
  for (const [entry] of ordered) {
    const fails = failureOf(entry.tool)
    if (fails.length === 0 && passing.length < LOOKED_AT) passing.push(entry)
    else if (fails.length === 1 && failing.length < KEPT_OUT) failing.push({ entry, fails: fails[0]! })
  }
  return { passing, failing }
}

/** How much two tools are made for the same, in addition to what their records say in like words. */
function purposeBonus(a: Tool, b: Tool): number {
  const [ofA, ofB] = [purposesOf(a), purposesOf(b)]
  if (ofA[0] !== undefined && ofA[0] === ofB[0]) return SAME_PURPOSE
  return ofA.some((purpose) => ofB.includes(purpose)) ? SHARED_PURPOSE : 0
}

/** The constraints that a tool fails, in words. */
function failureOf(
  target: Tool,
  tool: Tool,
  request: AlternativesQuery,
  barred: ReadonlySet<string>,
  serving: ReadonlyMap<string, Serving> | undefined,
): string[] {
  const sameRole = tool.layer === target.layer || purposeBonus(target, tool) > 0
  // a tool that is left out on request, or of quite another role, is no near miss
  if (barred.has(tool.slug) || (request.layer === 'same' && !sameRole)) return ['left out', 'left out']
  return [
    ...(request.free === 'on' && !isFree(tool.pricing) ? [`pricing: ${tool.pricing?.model ?? 'no data'}`] : []),
    ...(request.type && !request.type.includes(tool.type) ? [`type: ${tool.type}`] : []),
    ...(serving && !serving.has(tool.slug) ? [`nothing found in it for ${quoted(request.for!)}`] : []),
  ]
}

interface Serving {
  label: number
  confidence: number
}

/** Best capability of each tool for a need in words, by the same search as everywhere. */
async function servingTools(
  context: SearchContext,
  need: string,
  { caller, now }: Asking,
): Promise<Map<string, Serving>> {
  const request = searchQuerySchema.parse({ q: need, explore: 'off' })
  const { scored } = await ask(context, request, caller, { now, searchId: '', offset: 0 }, undefined)
  const top = Math.max(0, ...scored.map(({ ranked }) => ranked.relevance))
  const best = new Map<string, Serving>()
  for (const { ranked } of scored) {
    const slug = context.live.catalogue.ownerOf(ranked.label)?.tool.slug
    if (slug === undefined || best.has(slug) || !serves(ranked.relevance, top)) continue
    best.set(slug, { label: ranked.label, confidence: serveProbability(ranked.relevance) })
  }
  return best
}

async function compared(
  context: SearchContext,
  own: Side,
  entries: readonly LiveTool[],
  serving: ReadonlyMap<string, Serving> | undefined,
): Promise<Found[]> {
  const sides = await sidesOf(
    context,
    entries.map(({ tool }) => tool.slug),
    MOST_CAPABILITIES,
  )
  return entries.map((entry, i) => {
    const side = sides[i]!
    const coverage = coverageOf(fitOf(own, side), own.groups.length)
    const does = coverage.by.reduce((sum, p) => sum + p, 0) / Math.max(1, own.groups.length)
    const role = Math.min(1, does + purposeBonus(own.tool, entry.tool))
    const need = serving?.get(entry.tool.slug)
    const outline = need && context.live.catalogue.outlineOf(need.label)
    return {
      entry,
      side,
      coverage,
      score: serving ? (1 - FOR) * role + FOR * (need?.confidence ?? 0) : role,
      serves:
        need && outline
          ? { tool: entry.tool.slug, id: outline.id, name: outline.name, confidence: need.confidence }
          : undefined,
    }
  })
}

const isAlternative =
  (target: Tool) =>
  (one: Found): boolean => {
    const { entry, coverage } = one
    const bonus = purposeBonus(target, entry.tool)
    if (bonus === SAME_PURPOSE || one.serves !== undefined) return true
    return coverage.share >= (bonus > 0 ? PARTIAL : OTHER_PURPOSE)
  }

/** The unit-length mean of a tool's texts. */
function centreOf({ portraits }: Side): Float32Array {
  const sum = new Float32Array(portraits[0]?.rows[0]?.length ?? 0)
  for (const { rows } of portraits) for (let i = 0; i < sum.length; i++) sum[i]! += rows[0]?.[i] ?? 0
  return sum
}

function resultOf(
  context: SearchContext,
  own: Side,
  { entry, side, coverage, score, serves }: Found,
  position: number,
  now: number,
): Alternative {
  const shared = [...coverage.counterpart.entries()].flatMap(([group, j]) =>
    j < 0 ? [] : [{ ...refOf(own, group), by: refOf(side, j), probability: coverage.by[group]! }],
  )
  const missing = [...coverage.counterpart.entries()].flatMap(([group, j]) => (j < 0 ? [refOf(own, group)] : []))
  const extra = coverage.extra.map((j) => refOf(side, j))
  const price = priceChange(own.tool, entry.tool)
  return {
    position,
    tool: summaryOf(context, entry.tool),
    coverage: coverage.share,
    score: Math.min(1, score),
    shared,
    missing,
    extra,
    price,
    ...(serves && { serves }),
    evidence: totalsOf(context, entry.tool.slug, now),
    why: whyOf(own, { shared, missing, extra, price, serves }),
  }
}

function whyOf(
  own: Side,
  { shared, missing, extra, price, serves }: Pick<Alternative, 'shared' | 'missing' | 'extra' | 'price' | 'serves'>,
): string {
  const names = (refs: readonly { name: string }[]) => listed(refs.slice(0, 2).map((ref) => quoted(ref.name)))
  const [purpose] = purposesOf(own.tool)
  const does =
    shared.length > 0
      ? `Does ${shared.length} of ${count(own.groups.length, 'capability', 'capabilities')}, such as ${names([...shared].sort((x, y) => y.probability - x.probability))}`
      : `Made for the same purpose${purpose ? ` (${categoryWords(purpose)})` : ''}, described in other words`
  return [
    serves ? `Serves the need with ${quoted(serves.name)} (${percent(serves.confidence)} sure).` : '',
    `${does}.`,
    missing.length > 0 ? `You lose ${names(missing)}${extra.length > 0 ? `, you gain ${names(extra)}` : ''}.` : '',
    `Price: ${price}.`,
  ]
    .filter(Boolean)
    .join(' ')
}

const miss = (context: SearchContext, { entry, coverage }: Found, fails: string) => ({
  tool: summaryOf(context, entry.tool),
  coverage: coverage.share,
  fails,
})

function summarySentence(
  tool: Tool,
  answer: AlternativesAnswer['answer'],
  results: readonly Alternative[],
  request: AlternativesQuery,
): string {
  const under = [
    request.free === 'on' ? 'free' : '',
    request.type ? `of type ${listed(request.type)}` : '',
    request.for ? `for ${quoted(request.for)}` : '',
  ].filter(Boolean)
  const conditions = under.length > 0 ? ` (${under.join(', ')})` : ''
  const first = results[0]
  if (answer === 'none' || !first) return `Nothing here replaces ${tool.name}${conditions}.`
  const best = results.reduce((most, one) => (one.coverage > most.coverage ? one : most), first)
  if (answer === 'partial') {
    return `Nothing here replaces ${tool.name} whole${conditions}; ${best.tool.name} comes nearest and does ${percent(best.coverage)} of it.`
  }
  return `${best.tool.name} does ${percent(best.coverage)} of what ${tool.name} does${conditions}.`
}
