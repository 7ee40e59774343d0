import { CounterTable, type Counts, type Sum } from './counters.js'
import { CellEdges } from './edges.js'

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

  /** Adds at every level and gives the keys of the rows that changed. A cell of -1 adds to no edge. */
  add(cell: number, id: string, tool: string, sum: Sum, amount: number): string[] {
    const cap = this.capability(id, tool)
    const toolIndex = this.tool(tool)
    this.overall.add(0, sum, amount)
    this.tools.add(toolIndex, sum, amount)
    this.capabilities.add(cap, sum, amount)
    const keys = ['g', `t/${toolIndex}`, `c/${cap}`]
    if (cell >= 0) {
      this.openCell(cell).add(cap, sum, amount)
      keys.push(`e/${cell}/${cap}`)
    }
    return keys
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

  /** Forgets a cell's edges; gives the capabilities they led to. */
  dropCell(cell: number): Int32Array {
    const caps = this.edges[cell]?.caps() ?? new Int32Array(0)
    this.edges[cell] = undefined
    return caps
  }

  private openCell(cell: number): CellEdges {
    this.edges[cell] ??= new CellEdges()
    return this.edges[cell]
  }
}
