import type { Filters } from '../core/api/search.js'
import { isFree, type Tool } from '../core/catalogue.js'
import { LabelSet } from '../core/document.js'
import type { CapabilityOutline, ToolOutline } from '../store/store.js'
import { foldName, NameIndex } from './name-index.js'

/** A tool as the live index keeps it: its record without the texts of its capabilities. */
export interface LiveTool {
  tool: Tool
  /** Content hash of the stored record. */
  hash: string
  capabilities: CapabilityOutline[]
}

/** Who owns which label, which names are exact, and which labels a filter allows. Kept in memory beside the index. */
export class LiveCatalogue {
  readonly tools = new Map<string, LiveTool>()
  private readonly owners: (LiveTool | undefined)[] = []
  private readonly outlines: (CapabilityOutline | undefined)[] = []
  private readonly labelsById = new Map<string, number>()
  private readonly capabilityNames = new NameIndex<number>()
  /** By name and by slug. */
  private readonly toolNames = new NameIndex<string>()

  put({ tool, hash, capabilities }: ToolOutline): void {
    this.remove(tool.slug)
    const entry: LiveTool = { tool, hash, capabilities }
    this.tools.set(tool.slug, entry)
    this.toolNames.add(tool.name, tool.slug)
    this.toolNames.add(tool.slug, tool.slug)
    for (const outline of capabilities) {
      // no holes: an array with many becomes a hash table, and these two are looked into for every candidate of every search
      while (this.owners.length <= outline.label) {
        this.owners.push(undefined)
        this.outlines.push(undefined)
      }
      this.owners[outline.label] = entry
      this.outlines[outline.label] = outline
      this.labelsById.set(outline.id, outline.label)
      this.capabilityNames.add(outline.name, outline.label)
    }
  }

  remove(slug: string): void {
    const entry = this.tools.get(slug)
    if (!entry) return
    this.tools.delete(slug)
    this.toolNames.remove(entry.tool.name, slug)
    this.toolNames.remove(slug, slug)
    for (const { label, id, name } of entry.capabilities) {
      this.owners[label] = undefined
      this.outlines[label] = undefined
      if (this.labelsById.get(id) === label) this.labelsById.delete(id)
      this.capabilityNames.remove(name, label)
    }
  }

  get highestLabel(): number {
    return this.owners.length - 1
  }

  ownerOf(label: number): LiveTool | undefined {
    return this.owners[label]
  }

  outlineOf(label: number): CapabilityOutline | undefined {
    return this.outlines[label]
  }

  labelOf(id: string): number | undefined {
    return this.labelsById.get(id)
  }

  /** Labels of the capabilities with exactly this name, ascending; where there is none, of those whose tool has it. */
  named(query: string): { labels: number[]; byTool: boolean } {
    const near = this.capabilityNames.find(query)
    if (near.length > 0) {
      const name = foldName(query)
      const own = near.filter((label) => foldName(this.outlines[label]!.name) === name)
      if (own.length > 0) return { labels: own.sort((a, b) => a - b), byTool: false }
    }
    const labels = this.exactTools(query).flatMap((tool) => tool.capabilities.map(({ label }) => label))
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
    for (const { tool, capabilities } of this.tools.values()) {
      if (!tests.every(({ passes }) => passes(tool))) continue
      for (const { label } of capabilities) labels.push(label)
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
