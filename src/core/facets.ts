import type { Filters } from './api/search.js'
import { isFree, type Tool } from './catalogue.js'

/** What filters can ask of a tool, as `name:value`; the form in which a database keeps it. */
export const facetsOfTool = (tool: Tool): string[] => [
  `type:${tool.type}`,
  `pricing:${tool.pricing?.model ?? 'unknown'}`,
  `tool:${tool.slug}`,
  ...(tool.layer ? [`layer:${tool.layer}`] : []),
  ...(tool.categories ?? []).map((category) => `category:${category}`),
  ...(tool.tags ?? []).map((tag) => `tag:${tag}`),
  ...(isFree(tool.pricing) ? ['free:on'] : []),
]

/** What filters ask: of each group one facet must be there. */
export function facetFilter(filters: Filters): string[][] {
  const { type, pricing, category, tag, layer, tool, free } = filters
  const groups = Object.entries({ type, pricing, category, tag, layer, tool }).map(([name, values]) =>
    (values ?? []).map((value) => `${name}:${value}`),
  )
  return [...groups.filter((group) => group.length > 0), ...(free === 'on' ? [['free:on']] : [])]
}
