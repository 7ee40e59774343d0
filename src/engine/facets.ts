import type { Scored } from './evidence-hook.js'
import type { Live } from './live.js'

/** How many of these results have which value, by filter; values with the most results first. */
export function facetsOf({ catalogue }: Live, kept: readonly Scored[]): Record<string, Record<string, number>> {
  const facets: Record<string, Map<string, number>> = {}
  const count = (facet: string, values: readonly string[]) => {
    facets[facet] ??= new Map()
    for (const value of values) facets[facet].set(value, (facets[facet].get(value) ?? 0) + 1)
  }
  for (const one of kept) {
    const { tool } = catalogue.ownerOf(one.ranked.label)!
    count('type', [tool.type])
    count('pricing', [tool.pricing?.model ?? 'unknown'])
    count('layer', tool.layer ? [tool.layer] : [])
    count('category', tool.categories ?? [])
    count('tag', tool.tags ?? [])
  }
  return Object.fromEntries(
    Object.entries(facets).map(([facet, counts]) => [
      facet,
      Object.fromEntries([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))),
    ]),
  )
}
