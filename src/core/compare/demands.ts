import type { Scenario } from '../api/compare.js'
import { isFree, type Tool } from '../catalogue.js'
import { priceWords } from './price.js'
import { listed } from './words.js'

/** A condition that people set beside what a tool does, read from the record. */
interface Demand {
  title: string
  need: string
  /** True, false, or undefined when the record does not say. */
  meets(tool: Tool): boolean | undefined
  /** What the tool has instead, or that nothing is known. */
  has(tool: Tool): string
}

export const DEMANDS: readonly Demand[] = [
  {
    title: 'No budget',
    need: 'It must cost nothing to start with',
    meets: ({ pricing }) => (pricing && pricing.model !== 'unknown' ? isFree(pricing) : undefined),
    has: ({ pricing }) => `pricing: ${priceWords(pricing)}`,
  },
  {
    title: 'On your own machines',
    need: 'It must run on machines of your own',
    meets: (tool) => {
      const hosting = hostingOf(tool)
      return hosting === undefined ? undefined : hosting !== 'managed'
    },
    has: (tool) => `hosting: ${hostingOf(tool) ?? 'no data'}`,
  },
]

const hostingOf = ({ attributes }: Tool): string | undefined => {
  const value = attributes?.hosting?.value
  return typeof value === 'string' ? value : undefined
}

/**
 * The situations in which a condition decides: exactly some of the tools meet it, or none does. One that all meet decides
 * nothing and is left out; an unknown value never counts as met.
 * @param elsewhere other tools that would do, for a condition that none meets
 */
export function demandScenarios(
  tools: readonly Tool[],
  elsewhere: (demand: Demand) => Scenario['elsewhere'],
): Scenario[] {
  return DEMANDS.flatMap((demand): Scenario[] => {
    const meeting = tools.filter((tool) => demand.meets(tool) === true)
    if (meeting.length === tools.length || tools.every((tool) => demand.meets(tool) === undefined)) return []
    const failing = tools.filter((tool) => demand.meets(tool) !== true)
    const outcome = meeting.length === 0 ? 'neither' : meeting.length === 1 ? 'one' : 'either'
    const others = meeting.length === 0 ? elsewhere(demand) : []
    return [
      {
        title: demand.title,
        needs: [demand.need],
        origin: 'attribute',
        outcome,
        tools: meeting.map((tool) => tool.slug),
        reason: reasonOf(demand, meeting, failing, others),
        covering: [],
        failed: failing.map((tool) => ({ tool: tool.slug, requirement: demand.has(tool) })),
        elsewhere: others,
      },
    ]
  })
}

function reasonOf(
  demand: Demand,
  meeting: readonly Tool[],
  failing: readonly Tool[],
  elsewhere: Scenario['elsewhere'],
): string {
  const states = (tools: readonly Tool[]) => listed(tools.map((tool) => `${tool.name} (${demand.has(tool)})`))
  if (meeting.length > 0) return `${states(meeting)}; not ${states(failing)}.`
  const others = elsewhere.length > 0 ? ` Look at ${listed(elsewhere.map(({ name }) => name))}.` : ''
  return `None: ${states(failing)}.${others}`
}

export type { Demand }
