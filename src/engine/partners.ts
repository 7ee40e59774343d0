import { partnersOf } from '../core/compare/pairing.js'
import type { Partners } from '../core/compare/relation.js'
import type { Live } from './live.js'
import type { LiveCatalogue } from './live-catalogue.js'

/** A partner of more than this share of all tools joins nothing; in a small catalogue, of more than this many. */
const HUB = 0.1
const FEW = 10

/** How many tools name each slug as a partner, by catalogue; counted once a generation. */
const counted = new WeakMap<LiveCatalogue, { generation: number; counts: Map<string, number> }>()

function countsOf({ catalogue, generation }: Live): Map<string, number> {
  const known = counted.get(catalogue)
  if (known?.generation === generation.id) return known.counts
  const counts = new Map<string, number>()
  for (const { tool } of catalogue.tools.values()) {
    for (const slug of new Set(partnersOf(tool).map((partner) => partner.slug))) {
      counts.set(slug, (counts.get(slug) ?? 0) + 1)
    }
  }
  counted.set(catalogue, { generation: generation.id, counts })
  return counts
}

/** What relations need to know of third tools. */
export function partnersIn(live: Live): Partners {
  const counts = countsOf(live)
  const { tools } = live.catalogue
  return {
    nameOf: (slug) => tools.get(slug)?.tool.name,
    isHub: (slug) => (counts.get(slug) ?? 0) > Math.max(FEW, HUB * tools.size),
  }
}
