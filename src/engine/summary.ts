import type { ToolSummary } from '../core/api/search.js'
import type { Tool } from '../core/catalogue.js'
import type { SearchContext } from './ask.js'

/** A tool as lists show it, with its rank where one is known. */
export function summaryOf({ live, evidence }: SearchContext, tool: Tool): ToolSummary {
  const { slug, name, type, layer, url, pricing } = tool
  const rank = evidence.rank(live, slug)
  return {
    slug,
    name,
    type,
    ...(layer && { layer }),
    ...(url && { url }),
    ...(pricing && { pricing }),
    ...(rank !== undefined && { rank }),
  }
}
