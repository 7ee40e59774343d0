import hnswlib from 'hnswlib-node'
import type { Hits, LabelSet } from '../core/document.js'
import { AppError } from '../core/errors.js'
import { growTo } from './typed.js'

/** HNSW parameters (Malkov & Yashunin 2018): M 16 and efConstruction 200 gave recall@10 .988 at ef 64 and .998 at ef 128 on 100,000 × 256. */
const M = 16
const EF_CONSTRUCTION = 200
const EF_SEARCH = 128
/** Below this share of allowed capabilities an exact scan is cheaper than walking the graph past the forbidden ones. */
const EXACT_SHARE = 0.03
/** How far a vector's squared length may be from 1: int8 tables and float32 sums stay well inside. */
const UNIT_TOLERANCE = 1e-3

/**
 * Nearest neighbours of a query among the capabilities' vectors. A capability has one or more rows (`dims` int8 each, one scale a row):
 * its text, then its intents; its similarity is that of its best row. The graph holds rows; row numbers and labels only ever increase,
 * a removed row is a tombstone, an update is tombstone + new row (hnswlib loses elements silently when labels are reused).
 */
export class SemanticIndex {
  readonly dims: number
  /** Absent in a flat index, which compares with every row. */
  private graph: hnswlib.HierarchicalNSW | undefined
  private rows = 0
  private live = 0
  private tombstones = 0
  /** `rows × dims`, row-major: exact similarities and scans run on these, so scores do not depend on how a candidate was found. */
  private matrix: Int8Array
  private scales: Float32Array
  /** Row → label. */
  private owner: Uint32Array
  /** Label → first row and number of rows; 0 rows for unknown, removed and vectorless labels. */
  private firstRow: Uint32Array
  private rowCount: Uint8Array

  constructor(dims: number, capacity = 1024, flat = false) {
    this.dims = dims
    if (!flat) this.graph = newGraph(dims, capacity)
    this.matrix = new Int8Array(capacity * dims)
    this.scales = new Float32Array(capacity)
    this.owner = new Uint32Array(capacity)
    this.firstRow = new Uint32Array(capacity)
    this.rowCount = new Uint8Array(capacity)
  }

  /** Capabilities that have vectors. */
  get count(): number {
    return this.live
  }

  /** Share of rows that are tombstones; a rebuild pays from about .25. */
  get waste(): number {
    return this.rows === 0 ? 0 : this.tombstones / this.rows
  }

  has(label: number): boolean {
    return label < this.rowCount.length && this.rowCount[label]! > 0
  }

  /**
   * Adds a capability's rows (`n × dims` floats, unit length each, at most 255; zero rows are left out).
   * @throws AppError `internal` when a vector is not finite or not of unit length: hnswlib would accept a NaN and rank it first
   */
  add(label: number, vectors: Float32Array): void {
    if (this.has(label))
      throw new AppError('internal', `Label ${label} is in the semantic index already; labels are never reused.`)
    const usable = splitRows(vectors, this.dims).filter((row) => row.some((x) => x !== 0))
    for (const row of usable) assertUnit(label, row)
    this.reserve(label, this.rows + usable.length)
    this.firstRow[label] = this.rows
    this.rowCount[label] = usable.length
    if (usable.length > 0) this.live++
    for (const row of usable) this.addRow(label, row)
  }

  private addRow(label: number, row: Float32Array): void {
    this.graph?.addPoint(Array.from(row), this.rows)
    this.owner[this.rows] = label
    this.scales[this.rows] = quantize(row, this.matrix, this.rows * this.dims)
    this.rows++
  }

  private reserve(label: number, rows: number): void {
    if (rows > this.owner.length) {
      const capacity = Math.max(rows, this.owner.length * 2)
      this.graph?.resizeIndex(capacity)
      this.matrix = growTo(this.matrix, capacity * this.dims)
      this.scales = growTo(this.scales, capacity)
      this.owner = growTo(this.owner, capacity)
    }
    if (label >= this.firstRow.length) {
      const capacity = Math.max(label + 1, this.firstRow.length * 2)
      this.firstRow = growTo(this.firstRow, capacity)
      this.rowCount = growTo(this.rowCount, capacity)
    }
  }

  remove(labels: Iterable<number>): void {
    for (const label of labels) {
      if (!this.has(label)) continue
      const first = this.firstRow[label]!
      for (let row = first; row < first + this.rowCount[label]!; row++) {
        this.graph?.markDelete(row)
        this.tombstones++
      }
      this.rowCount[label] = 0
      this.live--
    }
  }

  /** The `k` most similar allowed capabilities, best first, ties by label. Scores are cosines in [-1,1]. */
  search(query: Float32Array, k: number, allowed?: LabelSet): Hits {
    if (this.live === 0) return { labels: new Uint32Array(0), scores: new Float32Array(0) }
    if (this.graph === undefined) return this.best(query, allowedOf(this.labels(), allowed), k)
    if (allowed && allowed.size < Math.max(this.live * EXACT_SHARE, 4 * k)) return this.exact(query, k, allowed)
    const share = allowed ? allowed.size / this.live : 1
    // several rows a capability and filtered-out ones: ask for more rows than capabilities are wanted
    const wanted = Math.ceil(((k * this.rows) / this.live / share) * (allowed ? 1.5 : 1))
    const rowsAsked = Math.min(wanted, this.rows - this.tombstones)
    this.graph.setEf(Math.max(EF_SEARCH, rowsAsked))
    const { neighbors } = this.graph.searchKnn(Array.from(query), rowsAsked)
    const labels = new Set<number>()
    for (const row of neighbors) {
      const label = this.owner[row]!
      if (!allowed || allowed.has(label)) labels.add(label)
    }
    if (allowed && labels.size < Math.min(k, allowed.size)) return this.exact(query, k, allowed)
    return this.best(query, Uint32Array.from(labels), k)
  }

  /** As `search`, by comparing with every allowed capability. */
  exact(query: Float32Array, k: number, allowed?: LabelSet): Hits {
    return this.best(query, Uint32Array.from(allowed ?? this.labels()), k)
  }

  private best(query: Float32Array, labels: Uint32Array, k: number): Hits {
    const scores = this.cosines(query, labels)
    const order = Array.from(labels.keys()).filter((i) => this.has(labels[i]!))
    order.sort((a, b) => scores[b]! - scores[a]! || labels[a]! - labels[b]!)
    order.length = Math.min(order.length, k)
    return { labels: Uint32Array.from(order, (i) => labels[i]!), scores: Float32Array.from(order, (i) => scores[i]!) }
  }

  /** Cosine of the query (unit length) with each label's best row; 0 for labels without vectors. */
  cosines(query: Float32Array, labels: Uint32Array): Float32Array {
    const out = new Float32Array(labels.length)
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!
      const count = label < this.rowCount.length ? this.rowCount[label]! : 0
      if (count === 0) continue
      const first = this.firstRow[label]!
      let best = -1
      for (let row = first; row < first + count; row++) best = Math.max(best, this.dot(query, row))
      out[i] = best
    }
    return out
  }

  private dot(query: Float32Array, row: number): number {
    const { dims, matrix } = this
    const start = row * dims
    let sum = 0
    for (let i = 0; i < dims; i++) sum += query[i]! * matrix[start + i]!
    return sum * this.scales[row]!
  }

  /** Labels that have vectors, ascending. */
  *labels(): Generator<number> {
    for (let label = 0; label < this.rowCount.length; label++) if (this.rowCount[label]! > 0) yield label
  }

  /** The vector of a label's first row, dequantized; undefined without vectors. */
  vector(label: number): Float32Array | undefined {
    return this.has(label) ? this.dequantized(this.firstRow[label]!) : undefined
  }

  /** All rows of a label, dequantized: its text first, then its intents; [] without vectors. */
  vectors(label: number): Float32Array[] {
    if (!this.has(label)) return []
    const first = this.firstRow[label]!
    return Array.from({ length: this.rowCount[label]! }, (_, i) => this.dequantized(first + i))
  }

  private dequantized(row: number): Float32Array {
    const scale = this.scales[row]!
    return Float32Array.from(this.matrix.subarray(row * this.dims, (row + 1) * this.dims), (x) => x * scale)
  }

  /** The graph goes to a file of its own, in hnswlib's format; `sections` hold the rest. */
  async writeGraph(file: string): Promise<void> {
    if (this.graph === undefined) throw new AppError('internal', 'A flat index has no graph to write.')
    await this.graph.writeIndex(file)
  }

  sections(): Map<string, Uint8Array> {
    const bytes = (array: Int8Array | Uint8Array | Uint32Array | Float32Array) =>
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    return new Map([
      ['semantic.head', bytes(Uint32Array.of(this.dims, this.rows, this.live, this.tombstones))],
      ['semantic.matrix', bytes(this.matrix.subarray(0, this.rows * this.dims))],
      ['semantic.scales', bytes(this.scales.subarray(0, this.rows))],
      ['semantic.owner', bytes(this.owner.subarray(0, this.rows))],
      ['semantic.firstRow', bytes(this.firstRow)],
      ['semantic.rowCount', bytes(this.rowCount)],
    ])
  }

  /** Restores what `sections` and `writeGraph` saved. The caller has verified the files' checksums: hnswlib reads blindly. */
  static async restore(
    sections: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
    graphFile: string,
  ): Promise<SemanticIndex> {
    const section = (name: string) => {
      const bytes = sections.get(`semantic.${name}`)
      if (!bytes)
        throw new AppError('damaged-file', `The snapshot has no section semantic.${name}; it will be rebuilt.`)
      return bytes
    }
    const [dims, rows, live, tombstones] = new Uint32Array(section('head').buffer)
    const index = new SemanticIndex(dims!, 1)
    index.rows = rows!
    index.live = live!
    index.tombstones = tombstones!
    index.matrix = new Int8Array(section('matrix').buffer)
    index.scales = new Float32Array(section('scales').buffer)
    index.owner = new Uint32Array(section('owner').buffer)
    index.firstRow = new Uint32Array(section('firstRow').buffer)
    index.rowCount = section('rowCount')
    const graph = new hnswlib.HierarchicalNSW('ip', index.dims)
    index.graph = graph
    await graph.readIndex(graphFile)
    if (graph.getCurrentCount() !== index.rows) {
      throw new AppError(
        'damaged-file',
        `${graphFile} holds ${graph.getCurrentCount()} rows instead of ${index.rows}; it will be rebuilt.`,
      )
    }
    // the graph's capacity follows `owner`, whatever it was saved with
    graph.resizeIndex(Math.max(index.rows, 1))
    return index
  }
}

function allowedOf(labels: Iterable<number>, allowed: LabelSet | undefined): Uint32Array {
  const all = Uint32Array.from(labels)
  return allowed ? all.filter((label) => allowed.has(label)) : all
}

function newGraph(dims: number, capacity: number): hnswlib.HierarchicalNSW {
  const graph = new hnswlib.HierarchicalNSW('ip', dims)
  // a fixed seed: the same capabilities in the same order give the same graph, so an order survives a rebuild
  graph.initIndex({ maxElements: capacity, m: M, efConstruction: EF_CONSTRUCTION, randomSeed: 100 })
  return graph
}

function splitRows(vectors: Float32Array, dims: number): Float32Array[] {
  if (vectors.length % dims !== 0 || vectors.length / dims > 255) {
    throw new AppError('internal', `${vectors.length} floats are not at most 255 rows of ${dims}.`)
  }
  return Array.from({ length: vectors.length / dims }, (_, i) => vectors.subarray(i * dims, (i + 1) * dims))
}

function assertUnit(label: number, row: Float32Array): void {
  let squared = 0
  for (const x of row) squared += x * x
  if (!(Math.abs(squared - 1) < UNIT_TOLERANCE)) {
    throw new AppError('internal', `The vector of label ${label} is not of unit length (squared length ${squared}).`)
  }
}

/** Writes a row as int8 at `offset`; answers its scale (value = scale × int8). Error per component ≤ scale / 2. */
function quantize(row: Float32Array, matrix: Int8Array, offset: number): number {
  let largest = 0
  for (const x of row) largest = Math.max(largest, Math.abs(x))
  const scale = largest / 127
  for (let i = 0; i < row.length; i++) matrix[offset + i] = Math.round(row[i]! / scale)
  return scale
}
