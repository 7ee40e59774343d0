import type { Capability } from '../core/catalogue.js'
import { type Portrait, weighWords, wordCounts } from '../core/compare/likeness.js'
import { type Side, sideOf } from '../core/compare/subject.js'
import { AppError } from '../core/errors.js'
import type { SearchContext } from './ask.js'
import type { Live } from './live.js'
import type { LiveTool } from './live-catalogue.js'

/** A capability with what it is compared by. */
export interface Drawn {
  capability: Capability
  portrait: Portrait
}

/** Portraits kept in memory, at most this many a generation; about 6 KB each. */
const KEPT = 4096

/** By live index, so that they go when it goes. A changed capability has a new label, so none is ever stale. */
const drawn = new WeakMap<Live['index'], Map<number, Drawn>>()
/** How many were asked for since the process began, by where they came from. */
export const portraitReads = { memory: 0, store: 0 }

/** Capabilities with their portraits, by label; removed ones are left out. The store is read for those not drawn before. */
export async function portraitsOf(
  { live, parts }: SearchContext,
  labels: Iterable<number>,
): Promise<Map<number, Drawn>> {
  const kept = drawn.get(live.index) ?? new Map<number, Drawn>()
  drawn.set(live.index, kept)
  const found = new Map<number, Drawn>()
  const missing: number[] = []
  for (const label of labels) {
    const known = kept.get(label)
    if (known) found.set(label, known)
    else missing.push(label)
  }
  portraitReads.memory += found.size
  portraitReads.store += missing.length
  if (missing.length === 0) return found
  if (kept.size + missing.length > KEPT) kept.clear()
  for (const capability of await parts.store.catalogue.capabilities(missing)) {
    const one = { capability, portrait: draw(live, capability) }
    kept.set(capability.label, one)
    found.set(capability.label, one)
  }
  return found
}

function draw({ index }: Live, capability: Capability): Portrait {
  const counts = wordCounts(capability)
  return {
    rows: index.semantic.vectors(capability.label),
    words: weighWords(counts, index.relevance.stemIdf([...counts.keys()])),
  }
}

/** Tools made ready, at most this many a generation. */
const SIDES_KEPT = 512
const ready = new WeakMap<Live['index'], Map<string, { entry: LiveTool; side: Side }>>()

/**
 * Tools made ready for comparison, in the order asked.
 * @param most capabilities a tool, the first ones of larger tools
 * @throws AppError `not-found` for a slug that is not live
 */
export async function sidesOf(context: SearchContext, slugs: readonly string[], most: number): Promise<Side[]> {
  const kept = ready.get(context.live.index) ?? new Map<string, { entry: LiveTool; side: Side }>()
  ready.set(context.live.index, kept)
  const tools = slugs.map((slug) => {
    const entry = context.live.catalogue.tools.get(slug)
    if (!entry) throw new AppError('not-found', `There is no tool "${slug}".`)
    const key = `${slug} ${Math.min(most, entry.labels.length)}`
    const known = kept.get(key)
    const side = known?.entry === entry ? known.side : undefined
    portraitReads.memory += side?.capabilities.length ?? 0
    return { entry, key, side, labels: side ? [] : [...entry.labels.subarray(0, most)] }
  })
  const all = await portraitsOf(
    context,
    tools.flatMap(({ labels }) => labels),
  )
  return tools.map(({ entry, key, side, labels }) => {
    if (side) return side
    const present = labels.flatMap((label) => all.get(label) ?? [])
    const made = sideOf({
      tool: entry.tool,
      capabilities: present.map((one) => one.capability),
      portraits: present.map((one) => one.portrait),
      total: entry.labels.length,
    })
    if (kept.size >= SIDES_KEPT) kept.clear()
    kept.set(key, { entry, side: made })
    return made
  })
}
