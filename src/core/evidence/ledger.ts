import { CounterTable, type Counts, type Sum } from './counters.js'
import { CellEdges } from './edges.js'

/** An edge as one number: cell · CELL + capability. */
const CELL = 2 ** 31

/** The counters at all four levels: overall, tool, capability, and edge (intent cell × capability). */
export class Ledger {
  readonly overall = new CounterTable()
  readonly tools = new CounterTable()
  readonly capabilities = new CounterTable()
  readonly toolSlugs: string[] = []
  readonly capabilityIds: string[] = []
  /** Tool index of each capability. */
  readonly toolOf: number[] = []
  /** Accepted selections of each capability, undecayed. */
  readonly timesMatched: number[] = []
  /** What differs from what was stored: tools, capabilities, and edges as numbers. */
  private readonly changed = { tools: new Set<number>(), capabilities: new Set<number>(), edges: new Set<number>() }
  private readonly toolIndex = new Map<string, number>()
  private readonly capabilityIndex = new Map<string, number>()
  /** By cell slot. */
  private readonly edges: (CellEdges | undefined)[] = []

  constructor() {
    this.overall.open()
  }

  /** Index of a capability that has evidence; -1 for any other. */
  find(id: string): number {
    return this.capabilityIndex.get(id) ?? -1
  }

  findTool(slug: string): number {
    return this.toolIndex.get(slug) ?? -1
  }

  /** Index of a capability, made when it is new. The tool is that of its first impression, or of a later one that names another. */
  capability(id: string, tool: string): number {
    let index = this.capabilityIndex.get(id)
    if (index === undefined) {
      index = this.capabilities.open()
      this.capabilityIndex.set(id, index)
      this.capabilityIds.push(id)
      this.timesMatched.push(0)
    }
    this.toolOf[index] = this.tool(tool)
    return index
  }

  tool(slug: string): number {
    let index = this.toolIndex.get(slug)
    if (index === undefined) {
      index = this.tools.open()
      this.toolIndex.set(slug, index)
      this.toolSlugs.push(slug)
    }
    return index
  }

  /** Adds at every level. A cell of -1 adds to no edge. */
  add(cell: number, id: string, tool: string, sum: Sum, amount: number): void {
    const cap = this.capability(id, tool)
    const toolIndex = this.toolOf[cap]!
    this.overall.add(0, sum, amount)
    this.tools.add(toolIndex, sum, amount)
    this.capabilities.add(cap, sum, amount)
    const { changed } = this
    changed.tools.add(toolIndex)
    changed.capabilities.add(cap)
    if (cell < 0) return
    this.openCell(cell).add(cap, sum, amount)
    changed.edges.add(cell * CELL + cap)
  }

  edgesOf(cell: number): CellEdges | undefined {
    return this.edges[cell]
  }

  edge(cell: number, cap: number): Counts | undefined {
    return this.edges[cell]?.get(cap)
  }

  setEdge(cell: number, cap: number, counts: Counts): void {
    this.openCell(cell).set(cap, counts)
  }

  /** Forgets a cell's edges. */
  dropCell(cell: number): void {
    for (const cap of this.edges[cell]?.caps() ?? []) this.changed.edges.add(cell * CELL + cap)
    this.edges[cell] = undefined
  }

  /** Keys of the rows of all that has changed, which count as stored from here on. */
  drain(): string[] {
    const { tools, capabilities, edges } = this.changed
    const keys = [
      ...[...tools].map((tool) => `t/${tool}`),
      ...[...capabilities].map((cap) => `c/${cap}`),
      ...[...edges].map((edge) => `e/${Math.floor(edge / CELL)}/${edge % CELL}`),
    ]
    for (const set of [tools, capabilities, edges]) set.clear()
    return keys
  }

  private openCell(cell: number): CellEdges {
    this.edges[cell] ??= new CellEdges()
    return this.edges[cell]
  }
}
