import type { CapabilityRef, Scenario } from '../api/compare.js'
import { count, listed, percent, quoted } from './words.js'

/** How one tool answers a need: the capability that serves it, or the nearest one that does not. */
export interface Answer {
  ref: CapabilityRef | undefined
  probability: number
  serves: boolean
}

/** One need of a situation, with every tool's answer, in the order of the tools. */
export interface Need {
  /** In the words of somebody who has it; and in few words, for titles. */
  spoken: string
  brief: string
  by: readonly Answer[]
}

type Named = { tool: { slug: string; name: string } }

interface Asked {
  origin: Scenario['origin']
  title?: string
  /**
   * The tools are of different layers, so alike capabilities are the two ends of one thing: where they meet, not a choice.
   */
  meeting?: boolean
}

/** Answers a situation: which tool serves all of its needs, or the fewest that do together. */
export function judged(sides: readonly Named[], needs: readonly Need[], { origin, title, meeting }: Asked): Scenario {
  const alone = [...sides.keys()].filter((side) => needs.every((need) => need.by[side]!.serves))
  const meet = meeting === true && alone.length > 1
  const set = alone.length > 0 ? alone : fewest(sides.length, needs)
  const outcome =
    set.length === 0 ? 'neither' : meet || alone.length === 0 ? 'together' : set.length > 1 ? 'either' : 'one'
  return {
    title: title ?? titleOf(needs),
    needs: needs.map((need) => need.spoken),
    origin,
    outcome,
    tools: set.map((side) => sides[side]!.tool.slug),
    reason: reasonOf(sides, needs, outcome, set, meet),
    covering: needs.flatMap((need) =>
      set.flatMap((side) => {
        const { ref, probability, serves } = need.by[side]!
        return ref && serves ? [{ ...ref, need: need.spoken, confidence: probability }] : []
      }),
    ),
    failed: [...sides.keys()].flatMap((side) => {
      const missing = needs.filter((need) => !need.by[side]!.serves)
      return missing.length === 0
        ? []
        : [{ tool: sides[side]!.tool.slug, requirement: requirementWords(missing, side) }]
    }),
    elsewhere: [],
  }
}

/** The smallest set of tools that serves every need; [] when even all together do not. At most five tools, so all sets are tried. */
function fewest(tools: number, needs: readonly Need[]): number[] {
  let best: number[] = []
  for (let set = 1; set < 1 << tools; set++) {
    const members = Array.from({ length: tools }, (_, i) => i).filter((i) => set & (1 << i))
    if (best.length > 0 && members.length >= best.length) continue
    if (needs.every((need) => members.some((side) => need.by[side]!.serves))) best = members
  }
  return best
}

const titleOf = (needs: readonly Need[]): string => {
  const text = listed(needs.map((need) => need.brief))
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function requirementWords(missing: readonly Need[], side: number): string {
  const { ref, probability } = missing[0]!.by[side]!
  const near =
    ref && missing.length === 1 ? `; nearest is ${quoted(ref.name)}, ${percent(probability)} likely the same` : ''
  return `has nothing for ${listed(missing.map((need) => quoted(need.brief)))}${near}`
}

function reasonOf(
  sides: readonly Named[],
  needs: readonly Need[],
  outcome: Scenario['outcome'],
  set: readonly number[],
  meet: boolean,
): string {
  if (outcome === 'neither') {
    const unserved = needs.filter((need) => need.by.every((by) => !by.serves))
    return `${sides.length === 2 ? 'Neither' : 'None of them'} serves ${listed(unserved.map((need) => quoted(need.brief)))}.`
  }
  const parts = set.map((side) => {
    const names = needs.filter((need) => need.by[side]!.serves).map((need) => quoted(need.by[side]!.ref!.name))
    return `${sides[side]!.tool.name} with ${listed([...new Set(names)])}`
  })
  if (outcome === 'one') return `Only ${parts[0]}.`
  if (outcome === 'either')
    return `${set.length === 2 ? 'Either does' : `Any of ${count(set.length, 'tool')} does`}: ${listed(parts)}.`
  return `${meet ? 'They meet here' : 'Only together'}: ${listed(parts)}.`
}
