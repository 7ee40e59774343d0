import type { Relation, Scenario } from '../api/compare.js'
import type { AlignedRow, Fit } from './align.js'
import { SAME } from './likeness.js'
import { type Answer, judged, type Need } from './outcome.js'
import { refOf, type Side } from './subject.js'

/** Situations of a comparison, those that the caller asks not counted. */
export const MOST_SITUATIONS = 9
const LEAST = 5
/** Needs in one situation: more would be a list of wishes, not a situation. */
const NEEDS = 3
/** Needs whose vectors are at least this similar, on average, belong to one situation (looked at on a dozen pairs of the shipped catalogue). */
const TOGETHER = 0.36
/** The closest need of each of two complements makes a joint situation from this similarity on, when no pairing is recorded. */
const JOINT = 0.28

interface PlacedNeed extends Need {
  vector: Float32Array
  /** Sides whose own capability it is. */
  owners: readonly number[]
}

/**
 * The union of the tools' intents as situations: needs that are close to one another come together, then those are kept that
 * tell the most about the choice (only several tools together, any of them, one alone), in the order of the records.
 * @param most situations at most; a comparison has some from other sources
 * @param stated situations that there are already: their needs are not told again, and when there is none, the closest needs of
 * two complements make one
 */
export function situationsOf(
  sides: readonly Side[],
  rows: readonly AlignedRow[],
  fits: readonly (readonly Fit[])[],
  { kind, most, stated }: { kind: Relation['kind']; most: number; stated: readonly Scenario[] },
): Scenario[] {
  const told = new Set(stated.flatMap((scenario) => scenario.needs))
  const needs = rows.map((row) => needOf(sides, row, fits)).filter((need) => !told.has(need.spoken))
  const apart = kind === 'complements' || kind === 'unrelated'
  const clusters = clustersOf(needs, apart)
  const scenarios = clusters.map((cluster) => judged(sides, cluster, { origin: 'intents', meeting: apart }))
  if (stated.length === 0 && kind === 'complements' && !scenarios.some((scenario) => scenario.outcome === 'together')) {
    const closest = closestOf(needs)
    if (closest) scenarios.unshift(judged(sides, closest, { origin: 'intents' }))
  }
  return chosen(scenarios, sides, most)
}

function needOf(sides: readonly Side[], row: AlignedRow, fits: readonly (readonly Fit[])[]): PlacedNeed {
  const members = row.groups.flatMap((group, side) => (group < 0 ? [] : [{ side, group }]))
  const first = members[0]!
  const own = sides[first.side]!
  const { name, intents = [] } = own.capabilities[own.groups[first.group]![0]!]!
  const phrases = intents.length > 0 ? intents : [name]
  return {
    spoken: phrases[0]!,
    brief: phrases.reduce((short, phrase) => (wordCount(phrase) < wordCount(short) ? phrase : short)),
    vector: meanOf(members.flatMap(({ side, group }) => intentRows(sides[side]!, group))),
    owners: members.map(({ side }) => side),
    by: sides.map((side, i) =>
      row.groups[i]! >= 0
        ? { ref: refOf(side, row.groups[i]!), probability: 1, serves: true }
        : nearestOf(side, i, first, fits),
    ),
  }
}

const wordCount = (text: string): number => text.split(/\s+/).length

/** The side's capability that is most likely the same as the need's own. */
function nearestOf(
  side: Side,
  i: number,
  own: { side: number; group: number },
  fits: readonly (readonly Fit[])[],
): Answer {
  let most: Answer = { ref: undefined, probability: 0, serves: false }
  for (let group = 0; group < side.groups.length; group++) {
    const pair = i < own.side ? fits[i]![own.side]! : fits[own.side]![i]!
    const [row, column] = i < own.side ? [group, own.group] : [own.group, group]
    const probability = pair.probability[row * pair.columns + column]!
    if (probability > most.probability) most = { ref: refOf(side, group), probability, serves: probability >= SAME }
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
  for (let i = 0; i < Math.min(a.length, b.length); i++) sum += a[i]! * b[i]!
  return sum
}

/**
 * Average-link clusters of needs, at most `NEEDS` a cluster and no looser than `TOGETHER`, in order of their first need.
 * @param apart keeps needs of different tools apart, where wording alone would mix unlike fields
 */
function clustersOf(needs: readonly PlacedNeed[], apart: boolean): PlacedNeed[][] {
  const clusters = needs.map((_, i) => [i])
  const near = needs.map((a) =>
    needs.map((b) => (apart && a.owners.join() !== b.owners.join() ? -1 : dot(a.vector, b.vector))),
  )
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

/** The two closest needs of different tools that neither tool serves both of. */
function closestOf(needs: readonly PlacedNeed[]): PlacedNeed[] | undefined {
  let best: { at: number; pair?: PlacedNeed[] } = { at: JOINT }
  const lone = needs.filter((need) => need.by.filter((by) => by.serves).length === 1)
  for (const a of lone) {
    for (const b of lone) {
      if (a.owners[0]! >= b.owners[0]!) continue
      const at = dot(a.vector, b.vector)
      if (at > best.at) best = { at, pair: [a, b] }
    }
  }
  return best.pair
}

/** Those that tell the most: up to two that need several tools, two that any does, and the rest one-sided ones by turns. */
function chosen(scenarios: readonly Scenario[], sides: readonly Side[], most: number): Scenario[] {
  const of = (outcome: Scenario['outcome']) => scenarios.filter((scenario) => scenario.outcome === outcome)
  const bySize = (list: Scenario[]) => list.sort((x, y) => y.needs.length - x.needs.length)
  const picked = new Set([...bySize(of('together')).slice(0, 2), ...bySize(of('either')).slice(0, 2)])
  const oneSided = sides.map((side) => bySize(of('one').filter((scenario) => scenario.tools[0] === side.tool.slug)))
  for (let turn = 0; picked.size < most && oneSided.some((list) => list.length > turn); turn++) {
    for (const list of oneSided) {
      const next = list[turn]
      if (next && picked.size < most) picked.add(next)
    }
  }
  for (const scenario of scenarios) if (picked.size < LEAST) picked.add(scenario)
  return scenarios.filter((scenario) => picked.has(scenario))
}
