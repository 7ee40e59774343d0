import type { EvidenceSummary } from '../core/api/search.js'
import type { Counts } from '../core/evidence/counters.js'
import { reading } from '../core/evidence/decay.js'
import { estimate } from '../core/evidence/estimate.js'
import type { Evidence } from '../core/evidence/evidence.js'
import { summarize } from '../core/evidence/explain.js'

/**
 * What recorded matches say of capabilities of one tool, over all needs: by id, those that were ever shown or chosen.
 * @param now milliseconds since 1970; counts are decayed to it
 */
export function evidenceOf(
  { ledger }: Evidence,
  slug: string,
  ids: readonly string[],
  now: number,
): Map<string, EvidenceSummary> {
  const decayed = (counts: Counts) => counts.map((count) => count * reading(now)) as unknown as Counts
  const overall = decayed(ledger.overall.get(0))
  const toolIndex = ledger.findTool(slug)
  const tool = toolIndex < 0 ? undefined : decayed(ledger.tools.get(toolIndex))
  const found = new Map<string, EvidenceSummary>()
  for (const id of ids) {
    const cap = ledger.find(id)
    if (cap < 0) continue
    // over all needs the capability itself is the finest level
    const weighed = { estimate: estimate({ overall, tool, edge: decayed(ledger.capabilities.get(cap)) }) }
    found.set(id, summarize(weighed, ledger.timesMatched[cap]!))
  }
  return found
}
