import type { CapabilityRef, Scenario } from '../api/compare.js'
import type { AlignedRow, Fit } from './align.js'
import { SAME } from './likeness.js'
import { refOf } from './relation.js'
import type { Side } from './subject.js'
import { listed, quoted } from './words.js'

/** Situations a page shows. */
const LEAST = 5
const MOST = 9
/** Needs in one situation: more would be a list of wishes, not a situation. */
const NEEDS = 3
/** Needs whose vectors are at least this similar, on average, belong to one situation. */
const TOGETHER = 0.36

/** One need: a capability, or several of different tools that do the same, with who serves it. */
interface Need {
  /** In the words of somebody who has it, the longest intent; and the shortest, for titles. */
  spoken: string
  brief: string
  vector: Float32Array
  /** By side: the capability that serves it and how surely, or the nearest one that does not. */
  by: { ref: CapabilityRef | undefined; probability: number }[]
}

/**
 * The union of the tools' intents as 5 to 9 situations: needs that are close to one another come together, then those are
 * kept that tell the most about the choice (only several tools together, one alone, any), in the order of the records.
 */
export function situationsOf(
  sides: readonly Side[],
  rows: readonly AlignedRow[],
  fits: readonly (readonly Fit[])[],
): Scenario[] {
  const needs = rows.map((row) => needOf(sides, row, fits))
  const clusters = clustersOf(needs)
  const scenarios = clusters.map((cluster) => judged(sides, cluster))
  return chosen(scenarios, sides)
}

function needOf(sides: readonly Side[], row: AlignedRow, fits: readonly (readonly Fit[])[]): Need {
  const members = row.groups.flatMap((group, side) => (group < 0 ? [] : [{ side, group }]))
  const first = members[0]!
  const own = sides[first.side]!
  const at = own.groups[first.group]![0]!
  const { name, intents = [] } = own.capabilities[at]!
  const phrases = intents.length > 0 ? intents : [name]
  return {
    spoken: phrases[0]!,
    brief: phrases.reduce((short, phrase) => (phrase.split(/\s+/).length < short.split(/\s+/).length ? phrase : short)),
    vector: meanOf(members.flatMap(({ side, group }) => intentRows(sides[side]!, group))),
    by: sides.map((side, i) => {
      if (row.groups[i]! >= 0) return { ref: refOf(side, row.groups[i]!), probability: 1 }
      return nearestOf(side, i, first, fits)
    }),
  }
}

/** The side's capability that is most likely the same as the need's own. */
function nearestOf(side: Side, i: number, own: { side: number; group: number }, fits: readonly (readonly Fit[])[]) {
  let most = { ref: undefined as CapabilityRef | undefined, probability: 0 }
  for (let group = 0; group < side.groups.length; group++) {
    const pair = i < own.side ? fits[i]![own.side]! : fits[own.side]![i]!
    const [row, column] = i < own.side ? [group, own.group] : [own.group, group]
    const probability = pair.probability[row * pair.columns + column]!
    if (probability > most.probability) most = { ref: refOf(side, group), probability }
  }
  return most
}

const intentRows = (side: Side, group: number): readonly Float32Array[] => {
  const { rows } = side.portraits[side.groups[group]![0]!]!
  return rows.length > 1 ? rows.slice(1) : rows
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]!
  const length = Math.hypot(...sum) || 1
  return sum.map((x) => x / length)
}

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Average-link clusters of needs, at most `NEEDS` a cluster and no looser than `TOGETHER`; in order of their first need. */
function clustersOf(needs: readonly Need[]): Need[][] {
  const clusters = needs.map((_, i) => [i])
  const near = needs.map((a) => needs.map((b) => dot(a.vector, b.vector)))
  const link = (x: readonly number[], y: readonly number[]): number => {
    let sum = 0
    for (const i of x) for (const j of y) sum += near[i]![j]!
    return sum / (x.length * y.length)
  }
  for (;;) {
    let best = { at: TOGETHER, i: -1, j: -1 }
    for (let i = 0; i < clusters.length; i++) {
      for (let j = i + 1; j < clusters.length; j++) {
        if (clusters[i]!.length + clusters[j]!.length > NEEDS) continue
        const at = link(clusters[i]!, clusters[j]!)
        if (at > best.at) best = { at, i, j }
      }
    }
    if (best.i < 0) break
    clusters[best.i]!.push(...clusters[best.j]!)
    clusters.splice(best.j, 1)
  }
  return clusters.map((cluster) => cluster.map((i) => needs[i]!))
}

/** Answers a situation: who serves all of its needs, alone or together. */
export function judged(sides: readonly { tool: { slug: string; name: string } }[], needs: readonly Need[]): Scenario {
  const serves = (side: number) => needs.every((need) => need.by[side]!.probability >= SAME)
  const alone = [...sides.keys()].filter(serves)
  return outcomeOf(sides, needs, alone)
}

function outcomeOf(
  sides: readonly { tool: { slug: string; name: string } }[],
  needs: readonly Need[],
  alone: readonly number[],
): Scenario {
  const anyone = needs.every((need) => need.by.some((by) => by.probability >= SAME))
  const useful = [...sides.keys()].filter((side) => needs.some((need) => need.by[side]!.probability >= SAME))
  const outcome = alone.length === 1 ? 'one' : alone.length > 1 ? 'either' : anyone ? 'together' : 'neither'
  const winners = outcome === 'neither' ? [] : outcome === 'together' ? useful : alone
  const covering = needs.flatMap((need) =>
    winners.flatMap((side) => {
      const { ref, probability } = need.by[side]!
      return ref && probability >= SAME ? [{ ...ref, need: need.spoken, confidence: probability }] : []
    }),
  )
  const failed = [...sides.keys()].flatMap((side) => {
    const missing = needs.filter((need) => need.by[side]!.probability < SAME)
    if (missing.length === 0) return []
    return [{ tool: sides[side]!.tool.slug, requirement: requirementWords(missing, side) }]
  })
  return {
    title: titleOf(needs),
    needs: needs.map((need) => need.spoken),
    origin: 'intents',
    outcome,
    tools: winners.map((side) => sides[side]!.tool.slug),
    reason: reasonOf(sides, needs, outcome, winners),
    covering,
    failed,
    elsewhere: [],
  }
}

const titleOf = (needs: readonly Need[]): string => {
  const text = listed(needs.map((need) => need.brief))
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function requirementWords(missing: readonly Need[], side: number): string {
  const { brief, by } = missing[0]!
  const near = by[side]!.ref
  return `has nothing for ${listed(missing.map((need) => quoted(need.brief)))}${
    near && missing.length === 1
      ? `; nearest is ${quoted(near.name)}, ${Math.round(by[side]!.probability * 100)} % alike`
      : ''
  }${brief ? '' : ''}`
}

function reasonOf(
  sides: readonly { tool: { name: string } }[],
  needs: readonly Need[],
  outcome: Scenario['outcome'],
  winners: readonly number[],
): string {
  if (outcome === 'neither') return 'None of them serves all of it.'
  const parts = winners.map((side) => {
    const names = needs
      .filter((need) => need.by[side]!.probability >= SAME)
      .map((need) => quoted(need.by[side]!.ref!.name))
    return `${sides[side]!.tool.name} by ${listed([...new Set(names)])}`
  })
  const words = { one: 'Only ', either: 'Each does: ', together: 'Only together: ' }[outcome]
  return `${words}${listed(parts)}.`
}

/** Those that tell the most: up to three that need several tools, three that any does, and the rest one-sided ones by turns. */
function chosen(scenarios: readonly Scenario[], sides: readonly Side[]): Scenario[] {
  const of = (outcome: Scenario['outcome']) => scenarios.filter((scenario) => scenario.outcome === outcome)
  const bySize = (list: Scenario[]) => list.sort((x, y) => y.needs.length - x.needs.length)
  const picked = new Set([...bySize(of('together')).slice(0, 3), ...bySize(of('either')).slice(0, 3)])
  const oneSided = sides.map((side) => bySize(of('one').filter((scenario) => scenario.tools[0] === side.tool.slug)))
  for (let turn = 0; picked.size < MOST && oneSided.some((list) => list.length > turn); turn++) {
    for (const list of oneSided) {
      const next = list[turn]
      if (next && picked.size < MOST) picked.add(next)
    }
  }
  const rest = scenarios.filter((scenario) => !picked.has(scenario))
  for (const scenario of rest) if (picked.size < LEAST) picked.add(scenario)
  return scenarios.filter((scenario) => picked.has(scenario))
}
