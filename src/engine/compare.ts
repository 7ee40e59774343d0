import type { ComparedTool, CompareQuery, Comparison, Relation, Scenario } from '../core/api/compare.js'
import type { Tool } from '../core/catalogue.js'
import { type AlignedRow, align, type Fit, fitOf } from '../core/compare/align.js'
import { type Demand, demandScenarios } from '../core/compare/demands.js'
import { pairingsOf, purposesOf } from '../core/compare/pairing.js'
import { alignedOf, onlyOf } from '../core/compare/pairs.js'
import { relationOf } from '../core/compare/relation.js'
import { type Measure, rowsOf } from '../core/compare/rows.js'
import { MOST_SITUATIONS, situationsOf } from '../core/compare/situations.js'
import type { Side } from '../core/compare/subject.js'
import { bottomLineOf, verdictOf } from '../core/compare/verdict.js'
import { labelOf } from '../core/compare/words.js'
import { AppError } from '../core/errors.js'
import type { SearchContext } from './ask.js'
import { headToHeadOf, totalsOf } from './contests.js'
import { type Asking, askedScenario, pairingScenario } from './judge.js'
import type { LiveTool } from './live-catalogue.js'
import { toolsNamed } from './names.js'
import { partnersIn } from './partners.js'
import { sidesOf } from './portraits.js'

/** Capabilities compared in all; every pair of them is looked at, so time grows with the square. */
const MOST_CAPABILITIES = 120
/** Recorded pairings that are looked at for situations, and the product of confidences from which a second one is shown. */
const MOST_PAIRINGS = 4
const FITS = 0.01

/**
 * Compares two to five tools.
 * @throws AppError `not-found` with suggestions for a name that is no tool; `invalid-parameter` when fewer than two different ones are left
 */
export async function compare(context: SearchContext, request: CompareQuery, asking: Asking): Promise<Comparison> {
  const started = performance.now()
  const entries = toolsNamed(context.live, request.tools)
  if (entries.length < 2) {
    throw new AppError('invalid-parameter', 'A comparison needs at least two different tools: tools=a,b.', {
      faults: [{ path: 'tools', message: 'names fewer than two different tools' }],
    })
  }
  const slugs = entries.map(({ tool }) => tool.slug)
  const sides = await sidesOf(context, slugs, Math.floor(MOST_CAPABILITIES / slugs.length))
  const fits = sides.map((a, i) => sides.map((b, j) => (j > i ? fitOf(a, b) : NO_FIT)))
  const rows = align(sides, fits)
  const known = partnersIn(context.live)
  const relations = sides.flatMap((a, i) =>
    sides.slice(i + 1).map((b, k) => relationOf(a, b, fits[i]![i + 1 + k]!, known)),
  )
  const relation = prevailing(relations)
  const tools = sides.map((side) => side.tool)
  const compared = sides.map((side) => comparedTool(context, side, asking.now))
  const table = rowsOf(sides.map((side, i) => ({ ...side, measures: measuresOf(compared[i]!) })))
  const scenarios = await scenariosOf(context, { entries, sides, fits, rows, relation }, request.for, asking)
  const headToHead = await headToHeadOf(context, entries)
  const findings = { tools, relation, scenarios, table, headToHead }
  return {
    generation: context.live.generation.id,
    tools: compared,
    relation,
    relations,
    table,
    pairs: alignedOf(sides, rows),
    only: onlyOf(sides, rows, fits),
    scenarios,
    headToHead,
    verdict: verdictOf(findings),
    bottomLine: bottomLineOf(findings),
    tookMs: Math.round((performance.now() - started) * 100) / 100,
  }
}

/** Stands where no fit is needed: on and below the diagonal. */
const NO_FIT: Fit = {
  probability: new Float64Array(0),
  similarity: new Float64Array(0),
  columns: 0,
  partner: new Int32Array(0),
  coverage: [0, 0],
}

/** Of several pairs the kind that most of them are; the first pair of that kind speaks for it. */
function prevailing(relations: readonly Relation[]): Relation {
  const counts = new Map<string, number>()
  for (const { kind } of relations) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const most = Math.max(...counts.values())
  return relations.find(({ kind }) => counts.get(kind) === most)!
}

interface Matter {
  entries: readonly LiveTool[]
  sides: readonly Side[]
  fits: readonly (readonly Fit[])[]
  rows: readonly AlignedRow[]
  relation: Relation
}

/** The caller's own situations first, then recorded pairings, the intents' and those a condition decides. */
async function scenariosOf(
  context: SearchContext,
  { entries, sides, fits, rows, relation }: Matter,
  asked: readonly string[],
  asking: Asking,
): Promise<Scenario[]> {
  const own = await Promise.all(asked.map((situation) => askedScenario(context, entries, situation, asking)))
  const joint = await jointScenarios(context, entries, relation, asking)
  const demands = demandScenarios(
    sides.map((side) => side.tool),
    (demand) => elsewhere(context, sides, demand),
  )
  const room = MOST_SITUATIONS - joint.length - demands.length
  return [
    ...own,
    ...joint,
    ...situationsOf(sides, rows, fits, { kind: relation.kind, most: room, stated: joint }),
    ...demands,
  ]
}

/**
 * What the records say the tools do together, each with the capability of either that does its part: the statement of each pair
 * whose capabilities fit best, and a second one when it fits too.
 */
async function jointScenarios(
  context: SearchContext,
  entries: readonly LiveTool[],
  relation: Relation,
  asking: Asking,
): Promise<Scenario[]> {
  if (relation.kind !== 'complements') return []
  const said = entries.flatMap((a, i) =>
    entries
      .slice(i + 1)
      .flatMap((b) => pairingsOf(a.tool, b.tool).map((pairing) => ({ pairing, pair: [a, b] as const }))),
  )
  const found = await Promise.all(
    said.slice(0, MOST_PAIRINGS).map(({ pairing, pair }) => pairingScenario(context, pair, pairing, entries, asking)),
  )
  const best = found.filter((one) => one !== undefined).sort((x, y) => y.fit - x.fit)
  return best.filter(({ fit }, i) => i === 0 || fit >= FITS).map(({ scenario }) => scenario)
}

/** Tools of the same main category as one of the compared that meet a condition which none of those meets. */
function elsewhere({ live }: SearchContext, sides: readonly Side[], demand: Demand): Scenario['elsewhere'] {
  const found: Scenario['elsewhere'] = []
  const compared = new Set(sides.map((side) => side.tool.slug))
  for (const { tool } of live.catalogue.tools.values()) {
    if (found.length === 3) break
    const like = sides.find((side) => sameRole(side.tool, tool))
    if (!like || compared.has(tool.slug) || demand.meets(tool) !== true) continue
    found.push({ tool: tool.slug, name: tool.name, why: `same role as ${like.tool.name}, ${demand.has(tool)}` })
  }
  return found
}

const sameRole = (a: Tool, b: Tool): boolean => {
  const [purpose] = purposesOf(a)
  return a.layer === b.layer && purpose !== undefined && purpose === purposesOf(b)[0]
}

function comparedTool(context: SearchContext, side: Side, now: number): ComparedTool {
  const { slug, name, type, layer, url, description, license, pricing, failureModes = [] } = side.tool
  const rank = context.evidence.breakdown?.(context.live, slug)
  const twins = side.groups.filter((group) => group.length > 1)
  return {
    slug,
    name,
    type,
    ...(layer && { layer }),
    ...(url && { url }),
    description,
    ...(license && { license }),
    ...(pricing && { pricing }),
    capabilities: {
      total: side.total,
      distinct: side.total - side.capabilities.length + side.groups.length,
      compared: side.capabilities.length,
      twins: twins.map((group) =>
        group.map((i) => ({ tool: slug, id: side.capabilities[i]!.id, name: side.capabilities[i]!.name })),
      ),
    },
    ...(rank && {
      rank: rank.rank,
      rankInterval: rank.interval,
      rankParts: rank.components.map(({ component, value, points, n }) => ({
        name: component,
        value: value ?? null,
        points,
        n,
      })),
    }),
    matches: totalsOf(context, slug, now),
    failureModes: failureModes.map((entry) =>
      typeof entry === 'string'
        ? { mode: entry }
        : { mode: entry.mode, ...(entry.mitigation && { mitigation: entry.mitigation }) },
    ),
  }
}

/** The figures of a tool as rows of the table. A part of the rank of which nothing is known has no row value. */
function measuresOf({ rank, rankInterval, rankParts, capabilities, matches }: ComparedTool): Measure[] {
  const [low, high] = rankInterval ?? [0, 0]
  return [
    ...(rank === undefined
      ? []
      : [{ id: 'rank', label: 'Rank', value: rounded(rank), unit: `of 100 (${rounded(low)} to ${rounded(high)})` }]),
    ...(rankParts ?? []).map(({ name, value, points }) => ({
      id: `rank.${name}`,
      label: `Rank: ${labelOf(name).toLowerCase()}`,
      value: value === null ? undefined : rounded(points),
      unit: 'points',
    })),
    {
      id: 'capabilities',
      label: 'Capabilities',
      value: capabilities.distinct,
      unit: `distinct of ${capabilities.total}`,
    },
    { id: 'timesMatched', label: 'Times matched', value: matches.timesMatched },
  ]
}

const rounded = (x: number): number => Math.round(x * 10) / 10
