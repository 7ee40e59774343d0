import type { Hits, LabelSet } from '../core/document.js'
import { AppError } from '../core/errors.js'
import { sortByLargest } from '../core/order.js'
import { placesOfLargest } from '../core/selection.js'
import { growTo, roomFor } from '../core/typed.js'
import { HnswGraph } from './hnsw.js'
import { BATCH, type RowMatrix, SimdRows } from './row-matrix.js'
import { SignCodes } from './sign-codes.js'
import { overRows, type Steps } from './slices.js'

/** How many rows are compared in which way; the figures behind the defaults stand in ARCHITECTURE.md. */
export interface Limits {
  /** Up to so many rows, all are compared: a tenth of a millisecond. */
  exact: number
  /** So many of the newest rows are found by their sign codes, 3 ns each; the graph holds the older ones. */
  scanned: number
}
export const LIMITS: Limits = { exact: 8192, scanned: 2 ** 20 }
/** Candidates by sign codes that are compared, per row wanted and at least: recall@10 .996 at 100,000 rows. */
const COMPARED = 8
const LEAST_COMPARED = 1024
/** Rows kept while walking the graph; recall@10 by ef stands in ARCHITECTURE.md. */
const EF_SEARCH = 256
/** Below this share of allowed capabilities an exact scan is cheaper than walking the graph past the forbidden ones. */
const EXACT_SHARE = 0.03
/** Share of tombstones from which they go, and labels copied in a step of that: less than a millisecond. */
const WASTE_SHARE = 0.25
const COPIED = 256
/** How far a vector's squared length may be from 1: int8 tables and float32 sums stay well inside. */
const UNIT_TOLERANCE = 1e-3

/**
 * Nearest neighbours of a query among the capabilities' vectors. A capability has one or more rows: its text, then its intents; its
 * similarity is that of its best row. Row numbers and labels only ever increase; a removed row is a tombstone, an update is tombstone +
 * new row.
 */
export class SemanticIndex {
  readonly dims: number
  private readonly limits: Limits
  private readonly matrix: RowMatrix
  /** Of all rows, once they are more than are all compared. */
  private codes: SignCodes | undefined
  private graph: HnswGraph
  private live = 0
  private tombstones = 0
  /** Row → label. */
  private owner = new Uint32Array(1024)
  /** Label → first row and number of rows; 0 rows for unknown, removed and vectorless labels. */
  private firstRow = new Uint32Array(1024)
  private rowCount = new Uint8Array(1024)

  constructor(dims: number, matrix: RowMatrix = new SimdRows(dims), limits = LIMITS) {
    this.dims = dims
    this.matrix = matrix
    this.limits = limits
    this.graph = new HnswGraph(matrix)
  }

  /** Capabilities that have vectors. */
  get count(): number {
    return this.live
  }

  /** Whether tombstones should go: not where a graph would have to be built anew, which an index run does. */
  get isWasteful(): boolean {
    return this.waste > WASTE_SHARE && this.matrix.length > this.limits.exact && this.graph.count === 0
  }

  /** Share of rows that are tombstones; a rebuild pays from about .25. */
  get waste(): number {
    return this.matrix.length === 0 ? 0 : this.tombstones / this.matrix.length
  }

  has(label: number): boolean {
    return this.rowsOf(label) > 0
  }

  /**
   * Adds a capability's rows (`n × dims` floats, unit length each, at most 255; zero rows are left out).
   * @throws AppError `internal` when a vector is not finite or not of unit length, or the label was there before
   */
  add(label: number, vectors: Float32Array): void {
    if (this.has(label))
      throw new AppError('internal', `Label ${label} is in the semantic index already; labels are never reused.`)
    const usable = splitRows(vectors, this.dims).filter((row) => row.some((x) => x !== 0))
    for (const row of usable) assertUnit(label, row)
    this.assign(label, usable.length)
    for (const row of usable) this.matrix.push(row)
    this.encode()
    const { scanned } = this.limits
    if (this.matrix.length > this.graph.count + scanned) this.graph.grow(this.matrix.length - scanned)
  }

  /** Gives a label the next rows. */
  private assign(label: number, rows: number): void {
    const { length } = this.matrix
    this.owner = growTo(this.owner, roomFor(this.owner.length, length + rows))
    this.firstRow = growTo(this.firstRow, roomFor(this.firstRow.length, label + 1))
    this.rowCount = growTo(this.rowCount, roomFor(this.rowCount.length, label + 1))
    this.firstRow[label] = length
    this.rowCount[label] = rows
    this.owner.fill(label, length, length + rows)
    if (rows > 0) this.live++
  }

  /** The same without its tombstones. Labels that come or go while it runs must be taken over afterwards, by `catchUpWith`. */
  *compacted(): Steps<SemanticIndex> {
    const compact = new SemanticIndex(this.dims, new SimdRows(this.dims), this.limits)
    const labels = this.rowCount.length
    const copy = (label: number) => compact.copy(this, label)
    yield* overRows(() => labels, copy, COPIED)
    return compact
  }

  /** Brings a compacted copy of another index to its state; of that index, only labels above `seen` have come since. */
  catchUpWith(other: SemanticIndex, seen: number): void {
    for (let label = seen + 1; label < other.rowCount.length; label++) this.copy(other, label)
    this.remove([...this.labels()].filter((label) => !other.has(label)))
  }

  /** Takes over a label's rows where it has some and they are not here. */
  private copy(from: SemanticIndex, label: number): void {
    const rows = from.rowsOf(label)
    if (rows === 0 || this.has(label)) return
    this.assign(label, rows)
    for (let i = 0; i < rows; i++) this.matrix.copy(from.matrix, from.firstRow[label]! + i)
    this.encode()
  }

  private encode(): void {
    if (this.matrix.length <= this.limits.exact) return
    this.codes ??= new SignCodes(this.dims)
    for (let row = this.codes.length; row < this.matrix.length; row++) this.codes.push(this.matrix.stored(row))
  }

  /** Takes the newest rows into the graph, too, unless all of them together are few enough to be scanned. */
  settle(): void {
    if (this.matrix.length > this.limits.scanned) this.graph.grow(this.matrix.length)
  }

  remove(labels: Iterable<number>): void {
    for (const label of labels) {
      if (!this.has(label)) continue
      this.tombstones += this.rowCount[label]!
      this.rowCount[label] = 0
      this.live--
    }
  }

  /** The `k` most similar allowed capabilities, best first, ties by label. Scores are cosines in [-1,1]. */
  search(query: Float32Array, k: number, allowed?: LabelSet): Hits {
    if (this.live === 0 || k === 0) return { labels: new Uint32Array(0), scores: new Float32Array(0) }
    const isSelective = allowed !== undefined && allowed.size < Math.max(this.live * EXACT_SHARE, 4 * k)
    if (this.codes === undefined || isSelective) return this.exact(query, k, allowed)
    const may = this.answerable(allowed)
    // several rows a capability: ask for more rows than capabilities are wanted
    const wanted = Math.ceil((k * (this.matrix.length - this.tombstones)) / this.live)
    const compared = Math.max(LEAST_COMPARED, wanted * COMPARED)
    const newer = this.codes.candidates(query, compared, this.graph.count, may)
    this.matrix.ask(query)
    const older = this.graph.nearest(wanted, Math.max(EF_SEARCH, wanted), may).rows
    const rows = new Uint32Array(older.length + newer.length)
    rows.set(older)
    rows.subarray(0, older.length).sort()
    rows.set(newer, older.length)
    const labels = this.ownersOfBest(rows, k)
    if (labels.length < Math.min(k, allowed?.size ?? this.live)) return this.exact(query, k, allowed)
    return this.best(query, labels, k)
  }

  /** The `k` labels whose best of some rows, given in ascending order, is most similar to the matrix's query; ascending. */
  private ownersOfBest(rows: Uint32Array, k: number): Uint32Array {
    const { matrix, owner } = this
    const labels = new Uint32Array(rows.length)
    const best = new Float32Array(rows.length)
    let last = -1
    for (let from = 0; from < rows.length; from += BATCH) {
      const n = Math.min(BATCH, rows.length - from)
      matrix.list.set(rows.subarray(from, from + n))
      matrix.compareQuery(n)
      const { list, sims } = matrix
      for (let i = 0; i < n; i++) {
        const label = owner[list[i]!]!
        // rows of a label follow each other
        if (last < 0 || label !== labels[last]) {
          labels[++last] = label
          best[last] = sims[i]!
        } else if (sims[i]! > best[last]!) best[last] = sims[i]!
      }
    }
    return placesOfLargest(best.subarray(0, last + 1), k).map((at) => labels[at]!)
  }

  /** Which rows may be answered: not of removed labels, nor of those that are not allowed. */
  private answerable(allowed: LabelSet | undefined): (row: number) => boolean {
    if (allowed === undefined && this.tombstones === 0) return () => true
    const { owner, rowCount } = this
    return (row) => rowCount[owner[row]!]! > 0 && (allowed === undefined || allowed.has(owner[row]!))
  }

  /** As `search`, by comparing with every allowed capability. */
  exact(query: Float32Array, k: number, allowed?: LabelSet): Hits {
    return this.best(
      query,
      Uint32Array.from(allowed ?? this.labels()).filter((label) => this.has(label)),
      k,
    )
  }

  /** The `k` best of some labels that have vectors, given in ascending order. */
  private best(query: Float32Array, labels: Uint32Array, k: number): Hits {
    const cosines = this.cosines(query, labels)
    const order = sortByLargest(placesOfLargest(cosines, k), cosines, labels)
    return { labels: order.map((i) => labels[i]!), scores: Float32Array.from(order, (i) => cosines[i]!) }
  }

  /** Cosine of the query (unit length) with each label's best row; 0 for labels without vectors. */
  cosines(query: Float32Array, labels: Uint32Array): Float32Array {
    const out = new Float32Array(labels.length)
    this.matrix.ask(query)
    let from = 0
    while (from < labels.length) {
      let rows = 0
      let to = from
      while (to < labels.length && rows + this.rowsOf(labels[to]!) <= BATCH) rows = this.gather(labels[to++]!, rows)
      this.matrix.compareQuery(rows)
      this.reduce(labels, from, to, out)
      from = to
    }
    return out
  }

  private rowsOf(label: number): number {
    return label < this.rowCount.length ? this.rowCount[label]! : 0
  }

  /** Puts a label's rows on the matrix's list, from `at` on; answers where the next ones go. */
  private gather(label: number, at: number): number {
    const rows = this.rowsOf(label)
    for (let i = 0; i < rows; i++) this.matrix.list[at + i] = this.firstRow[label]! + i
    return at + rows
  }

  /** The best of each label's compared rows, which stand one label after the other. */
  private reduce(labels: Uint32Array, from: number, to: number, out: Float32Array): void {
    const { sims } = this.matrix
    let at = 0
    for (let i = from; i < to; i++) {
      const end = at + this.rowsOf(labels[i]!)
      if (at < end) out[i] = sims[at++]!
      for (; at < end; at++) if (sims[at]! > out[i]!) out[i] = sims[at]!
    }
  }

  /** Labels that have vectors, ascending. */
  *labels(): Generator<number> {
    for (let label = 0; label < this.rowCount.length; label++) if (this.rowCount[label]! > 0) yield label
  }

  /** The vector of a label's first row, dequantized; undefined without vectors. */
  vector(label: number): Float32Array | undefined {
    return this.has(label) ? this.matrix.row(this.firstRow[label]!) : undefined
  }

  /** All rows of a label, dequantized: its text first, then its intents; [] without vectors. */
  vectors(label: number): Float32Array[] {
    if (!this.has(label)) return []
    return Array.from({ length: this.rowCount[label]! }, (_, i) => this.matrix.row(this.firstRow[label]! + i))
  }

  /** What `restore` makes an equal index from. Valid until the next `add`. */
  sections(): Map<string, Uint8Array> {
    const bytes = (array: Uint8Array | Uint32Array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    const { rows, scales } = this.matrix.bytes()
    return new Map([
      ['semantic.head', bytes(Uint32Array.of(this.dims, this.live, this.tombstones))],
      ['semantic.rows', rows],
      ['semantic.scales', scales],
      ['semantic.codes', this.codes?.bytes() ?? new Uint8Array(0)],
      ['semantic.owner', bytes(this.owner.subarray(0, this.matrix.length))],
      ['semantic.firstRow', bytes(this.firstRow)],
      ['semantic.rowCount', bytes(this.rowCount)],
      ...this.graph.sections().map(([name, part]) => [`semantic.graph.${name}`, part] as const),
    ])
  }

  /**
   * Restores what `sections` saved.
   * @param memory that of `SimdRows.roomFor`, when the rows were read there
   * @throws AppError `damaged-file` when a section is missing; the caller has verified their checksums
   */
  static restore(sections: ReadonlyMap<string, Uint8Array<ArrayBuffer>>, memory?: WebAssembly.Memory): SemanticIndex {
    const section = (name: string) => {
      const bytes = sections.get(`semantic.${name}`)
      if (!bytes)
        throw new AppError('damaged-file', `The snapshot has no section semantic.${name}; it will be rebuilt.`)
      return bytes
    }
    const [dims, live, tombstones] = new Uint32Array(section('head').buffer)
    const matrix = new SimdRows(dims!, { rows: section('rows'), scales: section('scales'), memory })
    const index = new SemanticIndex(dims!, matrix)
    index.live = live!
    index.tombstones = tombstones!
    index.owner = new Uint32Array(section('owner').buffer)
    index.firstRow = new Uint32Array(section('firstRow').buffer)
    index.rowCount = section('rowCount')
    const codes = section('codes')
    if (codes.length > 0) index.codes = new SignCodes(dims!, { codes, length: matrix.length })
    index.graph = HnswGraph.restore(matrix, (name) => section(`graph.${name}`))
    return index
  }
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
