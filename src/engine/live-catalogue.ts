import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Filters } from '../core/api/search.js'
import { isFree, type Tool } from '../core/catalogue.js'
import { LabelSet } from '../core/document.js'
import { fnv1a } from '../core/fnv.js'
import { foldName, hashOfName } from '../core/fold-name.js'
import type { CapabilityOutline, ToolOutline } from '../core/outline.js'
import { growTo, roomFor } from '../core/typed.js'
import type { Outlines } from '../index/outlines.js'
import { LabelsByHash } from './labels-by-hash.js'
import { NameIndex } from './name-index.js'

/** A tool as the live index keeps it: its record without the texts of its capabilities. */
export class LiveTool {
  readonly tool: Tool
  /** Content hash of the stored record. */
  readonly hash: string
  /** Of its capabilities, in the order of the record. */
  readonly labels: Uint32Array
  private readonly read: () => CapabilityOutline[]
  private outlines: CapabilityOutline[] | undefined

  constructor(
    { tool, hash }: Pick<ToolOutline, 'tool' | 'hash'>,
    labels: Uint32Array,
    read: () => CapabilityOutline[],
  ) {
    this.tool = tool
    this.hash = hash
    this.labels = labels
    this.read = read
  }

  /** Read when somebody asks. */
  get capabilities(): CapabilityOutline[] {
    this.outlines ??= this.read()
    return this.outlines
  }
}

/** Tools taken out of a snapshot between two looks at what else waits: a few milliseconds. */
const TOOLS_AT_ONCE = 256

/** Who owns which label, which names are exact, and which labels a filter allows. Kept in memory beside the index. */
export class LiveCatalogue {
  readonly tools = new Map<string, LiveTool>()
  private readonly owners: (LiveTool | undefined)[] = []
  private bornAt = new Float64Array(0)
  private readonly byId = new LabelsByHash()
  private readonly byName = new LabelsByHash()
  /** By name and by slug. */
  private readonly toolNames = new NameIndex()

  /** The catalogue of a snapshot; other work goes on in between. */
  static async of(outlines: Outlines): Promise<LiveCatalogue> {
    const catalogue = new LiveCatalogue()
    const { ids, names, bornAt, highestLabel } = outlines
    catalogue.reserve(highestLabel)
    for (const { tool, hash, labels, first, capabilities } of outlines.tools()) {
      const entry = new LiveTool({ tool, hash }, labels, capabilities)
      catalogue.enter(entry)
      for (let i = 0; i < labels.length; i++) {
        catalogue.own(labels[i]!, entry, { id: ids[first + i]!, name: names[first + i]!, bornAt: bornAt[first + i]! })
      }
      if (catalogue.tools.size % TOOLS_AT_ONCE === 0) await nextTurn()
    }
    return catalogue
  }

  put(outline: ToolOutline): void {
    this.remove(outline.tool.slug)
    const { capabilities } = outline
    const entry = new LiveTool(
      outline,
      Uint32Array.from(capabilities, ({ label }) => label),
      () => capabilities,
    )
    this.enter(entry)
    for (const { label, id, name, bornAt } of capabilities) {
      this.own(label, entry, { id: fnv1a(id), name: hashOfName(name), bornAt })
    }
  }

  private enter(entry: LiveTool): void {
    const { slug, name } = entry.tool
    this.tools.set(slug, entry)
    this.toolNames.add(name, slug)
    this.toolNames.add(slug, slug)
  }

  private reserve(highest: number): void {
    // no holes: an array with many becomes a hash table, and this one is looked into for every candidate of every search
    while (this.owners.length <= highest) this.owners.push(undefined)
    this.bornAt = growTo(this.bornAt, roomFor(this.bornAt.length, highest + 1))
    this.byId.reserve(highest)
    this.byName.reserve(highest)
  }

  private own(
    label: number,
    entry: LiveTool,
    { id, name, bornAt }: { id: number; name: number; bornAt: number },
  ): void {
    this.reserve(label)
    this.owners[label] = entry
    this.bornAt[label] = bornAt
    this.byId.add(label, id)
    this.byName.add(label, name)
  }

  remove(slug: string): void {
    const entry = this.tools.get(slug)
    if (!entry) return
    this.tools.delete(slug)
    this.toolNames.remove(entry.tool.name, slug)
    this.toolNames.remove(slug, slug)
    for (const label of entry.labels) {
      this.owners[label] = undefined
      this.byId.remove(label)
      this.byName.remove(label)
    }
  }

  get highestLabel(): number {
    return this.owners.length - 1
  }

  ownerOf(label: number): LiveTool | undefined {
    return this.owners[label]
  }

  outlineOf(label: number): CapabilityOutline | undefined {
    const owner = this.owners[label]
    return owner?.capabilities[owner.labels.indexOf(label)]
  }

  /** When a capability of the catalogue came to be, milliseconds since 1970. */
  bornAtOf(label: number): number {
    return this.bornAt[label]!
  }

  labelOf(id: string): number | undefined {
    return this.byId.find(fnv1a(id)).find((label) => this.outlineOf(label)!.id === id)
  }

  /** Labels of the capabilities with exactly this name, ascending; where there is none, of those whose tool has it. */
  named(query: string): { labels: number[]; byTool: boolean } {
    const near = this.byName.find(hashOfName(query))
    if (near.length > 0) {
      const name = foldName(query)
      const own = near.filter((label) => foldName(this.outlineOf(label)!.name) === name)
      if (own.length > 0) return { labels: own.sort((a, b) => a - b), byTool: false }
    }
    const labels = this.exactTools(query).flatMap((tool) => [...tool.labels])
    return { labels, byTool: labels.length > 0 }
  }

  /** Tools with exactly this name or slug, by slug. */
  exactTools(query: string): LiveTool[] {
    const near = this.toolNames.find(query)
    if (near.length === 0) return []
    const folded = foldName(query)
    return [...near]
      .sort()
      .map((slug) => this.tools.get(slug)!)
      .filter(({ tool }) => foldName(tool.name) === folded || foldName(tool.slug) === folded)
  }

  /** Labels that the filters allow; undefined when there are none. */
  allowed(filters: Filters): LabelSet | undefined {
    const tests = filterTests(filters)
    if (tests.length === 0) return undefined
    const labels: number[] = []
    for (const { tool, labels: own } of this.tools.values()) {
      if (!tests.every(({ passes }) => passes(tool))) continue
      for (const label of own) labels.push(label)
    }
    return new LabelSet(labels, Math.max(0, this.highestLabel))
  }
}

export interface FilterTest {
  name: keyof Filters
  /** As written in a query string. */
  parameter: string
  passes(tool: Tool): boolean
  /** What a tool that does not pass has instead, in words. */
  fails(tool: Tool): string
}

/** One test a filter that is set. */
export function filterTests(filters: Filters): FilterTest[] {
  const tests: FilterTest[] = []
  const any = (
    name: keyof Filters,
    wanted: readonly string[] | undefined,
    has: (tool: Tool) => readonly string[],
  ): void => {
    if (!wanted || wanted.length === 0) return
    const set = new Set(wanted)
    tests.push({
      name,
      parameter: `${name}=${wanted.join(',')}`,
      passes: (tool) => has(tool).some((value) => set.has(value)),
      fails: (tool) => `${name}: ${has(tool).join(', ') || 'not stated'}`,
    })
  }
  any('type', filters.type, (tool) => [tool.type])
  any('pricing', filters.pricing, (tool) => [tool.pricing?.model ?? 'unknown'])
  any('category', filters.category, (tool) => tool.categories ?? [])
  any('tag', filters.tag, (tool) => tool.tags ?? [])
  any('layer', filters.layer, (tool) => (tool.layer ? [tool.layer] : []))
  any('tool', filters.tool, (tool) => [tool.slug])
  if (filters.free === 'on') {
    tests.push({
      name: 'free',
      parameter: 'free=on',
      passes: (tool) => isFree(tool.pricing),
      fails: (tool) => `pricing: ${tool.pricing?.model ?? 'unknown'}`,
    })
  }
  return tests
}
