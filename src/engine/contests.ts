import type { ComparedTool, HeadToHead } from '../core/api/compare.js'
import { listed } from '../core/compare/words.js'
import type { SearchContext } from './ask.js'
import type { LiveTool } from './live-catalogue.js'

/** What recorded matches say of a tool, over all its capabilities. */
export function totalsOf({ live, evidence }: SearchContext, slug: string, now: number): ComparedTool['matches'] {
  const outcomes = evidence.outcomes?.(slug, now) ?? { succeeded: 0, failed: 0 }
  return { timesMatched: evidence.breakdown?.(live, slug)?.timesMatched ?? 0, ...outcomes }
}

/** Choices in searches that showed several of the tools. */
export async function headToHeadOf({ evidence }: SearchContext, tools: readonly LiveTool[]): Promise<HeadToHead> {
  const slugs = tools.map(({ tool }) => tool.slug)
  const counted = await evidence.contests?.(slugs)
  if (!counted) {
    const wins = slugs.map((tool) => ({ tool, selected: 0, succeeded: 0, failed: 0 }))
    return { n: 0, wins, note: 'No evidence: matches are not looked at here.' }
  }
  const n = counted.wins.reduce((sum, one) => sum + one.selected, 0)
  return { n, wins: counted.wins, note: noteOf(tools, counted, n) }
}

function noteOf(
  tools: readonly LiveTool[],
  { wins, complete }: { wins: HeadToHead['wins']; complete: boolean },
  n: number,
): string {
  const so = complete ? '' : ' The log is still being counted.'
  const which = tools.length === 2 ? 'both' : 'several of them'
  if (n === 0) return `No evidence yet: no recorded search showed ${which} and ended in a choice.${so}`
  const parts = wins.map(({ tool, selected, succeeded, failed }) => {
    const { name } = tools.find((entry) => entry.tool.slug === tool)!.tool
    const worked = succeeded + failed > 0 ? ` (${succeeded} of ${succeeded + failed} worked)` : ''
    return `${name} ${selected}${worked}`
  })
  const what =
    tools.length === 2 ? 'recorded choices in searches that showed both' : 'recorded choices of one before another'
  return `Of ${n} ${what}, ${listed(parts)}.${so}`
}
