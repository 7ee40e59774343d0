import type { ComparedTool, HeadToHead } from '../core/api/compare.js'
import type { SearchContext } from './ask.js'
import type { LiveTool } from './live-catalogue.js'

/** What recorded matches say of a tool, over all its capabilities. */
export function totalsOf({ live, evidence }: SearchContext, slug: string, now: number): ComparedTool['matches'] {
  const outcomes = evidence.outcomes?.(slug, now) ?? { succeeded: 0, failed: 0 }
  return { timesMatched: evidence.breakdown?.(live, slug)?.timesMatched ?? 0, ...outcomes }
}

/** Searches that showed several of the tools and ended in a selection of one of them. */
export function headToHeadOf({ evidence }: SearchContext, tools: readonly LiveTool[]): HeadToHead {
  const slugs = tools.map(({ tool }) => tool.slug)
  const wins = evidence.contests?.(slugs) ?? slugs.map((tool) => ({ tool, selected: 0, succeeded: 0, failed: 0 }))
  const n = wins.reduce((sum, one) => sum + one.selected, 0)
  return { n, wins, note: noteOf(tools, wins, n) }
}

function noteOf(tools: readonly LiveTool[], wins: HeadToHead['wins'], n: number): string {
  if (n === 0) {
    return `No evidence yet: no recorded search showed ${tools.length === 2 ? 'both' : 'several of them'} and ended in a choice.`
  }
  const parts = wins.map(({ tool, selected }) => {
    const { name } = tools.find((entry) => entry.tool.slug === tool)!.tool
    return `${name} ${selected}`
  })
  return `Of ${n} recorded searches that showed ${tools.length === 2 ? 'both' : 'several of them'} and ended in a choice, people took ${parts.join(', ')}.`
}
