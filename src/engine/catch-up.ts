import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ToolOutline } from '../core/outline.js'
import { type EngineParts, entries, type Live, loadLive, outlineOf } from './live.js'

/** Above this share of changed tools a fresh index is cheaper, and its graph better, than one that follows. */
const RELOAD_SHARE = 0.25
/** Tools taken up between two looks at what else waits, where they bring nothing to index. */
const TOOLS_AT_ONCE = 16

/**
 * Brings a generation in memory to the store's newest, in place when little has changed: tool by tool, so that a search in between finds
 * each as it was or as it is. Where an index run is about to write the files of a large change, the generation stays as it is until they
 * are there: ask again.
 */
export async function catchUp(parts: EngineParts, live: Live): Promise<Live> {
  const { store } = parts
  const { index, catalogue, embedder } = live
  const newest = (await store.catalogue.generation())!
  const hashes = await store.catalogue.toolHashes()
  const changed = new Set(
    [...hashes].filter(([slug, hash]) => catalogue.tools.get(slug)?.hash !== hash).map(([slug]) => slug),
  )
  if (newest.model !== live.generation.model || changed.size > Math.max(100, hashes.size * RELOAD_SHARE)) {
    if (await parts.filesAreComing?.(newest, live.generation.id)) return live
    if (!parts.replace) {
      const loaded = await loadLive(parts, embedder)
      await loaded.index.relevance.prepare()
      return loaded
    }
    parts.replace()
    return live
  }
  for (const [slug, { labels }] of catalogue.tools) {
    if (hashes.has(slug)) continue
    index.remove([...labels])
    catalogue.remove(slug)
  }
  if (parts.far) await parts.far.refresh(newest)
  else await follow(parts, live, changed)
  await takeAll(parts, live, changed)
  embedder.setIdf?.(index.relevance.pieceIdf())
  live.generation = newest
  return live
}

/** Indexes what came, with its tools; takes them out of `changed`. */
async function follow(parts: EngineParts, live: Live, changed: Set<string>): Promise<void> {
  const { store } = parts
  const coming = new Set<string>()
  const noteTool = (slug: string) => {
    if (changed.delete(slug)) coming.add(slug)
  }
  await live.index.follow(
    await store.catalogue.labels(),
    (after) => entries(store, live.embedder.model, after, noteTool),
    async () => {
      const outlines = await outlinesOf(parts, coming)
      coming.clear()
      return () => {
        for (const outline of outlines) take(live, outline)
      }
    },
  )
}

/** Tools of which nothing, or nothing new, is in the index. */
async function takeAll(parts: EngineParts, live: Live, changed: ReadonlySet<string>): Promise<void> {
  const slugs = [...changed]
  for (let i = 0; i < slugs.length; i += TOOLS_AT_ONCE) {
    for (const outline of await outlinesOf(parts, slugs.slice(i, i + TOOLS_AT_ONCE))) take(live, outline)
    await nextTurn()
  }
}

async function outlinesOf({ store }: EngineParts, slugs: Iterable<string>): Promise<ToolOutline[]> {
  const outlines: ToolOutline[] = []
  for (const slug of slugs) {
    const stored = await store.catalogue.tool(slug)
    if (stored) outlines.push(outlineOf(stored))
  }
  return outlines
}

/** Puts a tool in the place of what it was. */
function take({ index, catalogue }: Live, outline: ToolOutline): void {
  const kept = new Set(outline.capabilities.map(({ label }) => label))
  const before = catalogue.tools.get(outline.tool.slug)?.labels ?? []
  index.remove([...before].filter((label) => !kept.has(label)))
  catalogue.put(outline)
}
