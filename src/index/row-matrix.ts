import { growTo } from '../core/typed.js'
import {
  ADD,
  ADD_LANES,
  advance,
  assemble,
  constant,
  countdown,
  DOT,
  get,
  LOAD_I32,
  loadVector,
  loadWidened,
  MULTIPLY,
  set,
  storeI32,
  sumLanes,
  touch,
  type WasmFunction,
  ZERO,
} from '../core/wasm.js'

/** Rows compared in one call. */
export const BATCH = 1024
const PAGE = 65536
/** Rows begin at multiples of this, a cache line. */
const LINE = 64

/**
 * Vectors as int8 with a scale each (value = scale × int8), and the one question asked of them: how similar are these rows to that vector?
 * The caller writes row numbers to `list`, calls `compareQuery` or `compareRow`, and reads the dot products from `sims`, same order.
 */
export interface RowMatrix {
  readonly dims: number
  /** Number of rows. */
  readonly length: number
  readonly list: Uint32Array
  readonly sims: Float32Array
  /** Adds a row of `dims` floats. Error per component ≤ scale / 2. */
  push(row: Float32Array): void
  /** Adds a row of another matrix as it is stored there. */
  copy(from: RowMatrix, at: number): void
  /** Sets the vector that `compareQuery` compares with. */
  ask(query: Float32Array): void
  /** Compares the first `n ≤ BATCH` rows of `list` with the query. */
  compareQuery(n: number): void
  /** Compares them with a row. */
  compareRow(row: number, n: number): void
  /** A row as it is stored: proportional to its floats. Valid until the next `push`. */
  stored(at: number): Int8Array
  /** What a unit of a stored row is worth. */
  scale(at: number): number
  /** A row, dequantized. */
  row(at: number): Float32Array
  /** Rows of `stride` int8 each, and their scales. */
  bytes(): { rows: Uint8Array; scales: Uint8Array }
}

/** Length of a stored row: whole groups of eight, the rest zeros. */
const strideOf = (dims: number): number => Math.ceil(dims / 8) * 8

/** Writes a row as int8 at `offset`; answers its scale. */
function quantize(row: Float32Array, into: Int8Array, offset: number): number {
  let largest = 0
  for (const x of row) largest = Math.max(largest, Math.abs(x))
  if (largest === 0) return 0
  for (let i = 0; i < row.length; i++) into[offset + i] = Math.round((row[i]! * 127) / largest)
  return largest / 127
}

/** The largest int16 of a query such that no sum of products with int8 overflows an int32. */
const queryLimit = (stride: number): number => Math.min(32767, Math.floor((2 ** 31 - 1) / (127 * stride)))

/** In plain JavaScript: for the few rows of an index that lives for one question, and the measure of the other one. */
export class ScalarRows implements RowMatrix {
  readonly dims: number
  readonly list = new Uint32Array(BATCH)
  readonly sims = new Float32Array(BATCH)
  length = 0
  private rows = new Int8Array(0)
  private scales = new Float32Array(0)
  private query: Float32Array = new Float32Array(0)

  constructor(dims: number) {
    this.dims = dims
  }

  push(row: Float32Array): void {
    this.makeRoom()
    this.scales[this.length] = quantize(row, this.rows, this.length * strideOf(this.dims))
    this.length++
  }

  copy(from: RowMatrix, at: number): void {
    this.makeRoom()
    this.scales[this.length] = from.scale(at)
    this.rows.set(from.stored(at), this.length * strideOf(this.dims))
    this.length++
  }

  private makeRoom(): void {
    if (this.length < this.scales.length) return
    const capacity = Math.max(16, this.length * 2)
    this.scales = growTo(this.scales, capacity)
    this.rows = growTo(this.rows, capacity * strideOf(this.dims))
  }

  ask(query: Float32Array): void {
    this.query = query
  }

  compareQuery(n: number): void {
    this.compare(this.query, n)
  }

  compareRow(row: number, n: number): void {
    this.compare(this.row(row), n)
  }

  private compare(vector: Float32Array, n: number): void {
    const stride = strideOf(this.dims)
    for (let i = 0; i < n; i++) {
      const start = this.list[i]! * stride
      let sum = 0
      for (let d = 0; d < this.dims; d++) sum += vector[d]! * this.rows[start + d]!
      this.sims[i] = sum * this.scales[this.list[i]!]!
    }
  }

  stored(at: number): Int8Array {
    const start = at * strideOf(this.dims)
    return this.rows.subarray(start, start + this.dims)
  }

  scale(at: number): number {
    return this.scales[at]!
  }

  row(at: number): Float32Array {
    return Float32Array.from(this.stored(at), (x) => x * this.scales[at]!)
  }

  bytes(): { rows: Uint8Array; scales: Uint8Array } {
    return {
      rows: new Uint8Array(this.rows.buffer, 0, this.length * strideOf(this.dims)),
      scales: new Uint8Array(this.scales.buffer, 0, this.length * 4),
    }
  }
}

/** With 128-bit WebAssembly SIMD: the rows lie in its memory, after the query (int16), the list and the sums. */
export class SimdRows implements RowMatrix {
  readonly dims: number
  readonly list = new Uint32Array(BATCH)
  readonly sims = new Float32Array(BATCH)
  length = 0
  private scales: Float32Array
  private readonly stride: number
  private readonly layout: Layout
  private readonly memory: WebAssembly.Memory
  private readonly dots: { query(n: number): void; row(address: number, n: number): void }
  /** What the int16 query's units are worth. */
  private unit = 0
  private addresses!: Uint32Array
  private sums!: Int32Array

  /** @param stored what `bytes` gave; with the memory of `roomFor` when the rows lie there already */
  constructor(
    dims: number,
    stored?: { rows: Uint8Array; scales: Uint8Array<ArrayBuffer>; memory?: WebAssembly.Memory | undefined },
  ) {
    this.dims = dims
    this.stride = strideOf(dims)
    this.layout = layoutOf(this.stride)
    this.scales = stored ? new Float32Array(stored.scales.buffer) : new Float32Array(1024)
    this.length = stored ? this.scales.length : 0
    this.memory = stored?.memory ?? new WebAssembly.Memory({ initial: this.pages(this.length) })
    this.view()
    if (stored && !stored.memory) new Uint8Array(this.memory.buffer).set(stored.rows, this.layout.rows)
    this.dots = assemble(kernels(this.stride, this.layout), this.memory) as unknown as typeof this.dots
  }

  /** Memory for rows that are about to be read, and where in it they belong. */
  static roomFor(dims: number, bytes: number): { memory: WebAssembly.Memory; rows: Uint8Array<ArrayBuffer> } {
    const at = layoutOf(strideOf(dims)).rows
    const memory = new WebAssembly.Memory({ initial: Math.ceil((at + bytes) / PAGE) })
    return { memory, rows: new Uint8Array(memory.buffer as ArrayBuffer, at, bytes) }
  }

  push(row: Float32Array): void {
    this.makeRoom()
    this.scales[this.length] = quantize(row, this.stored(this.length), 0)
    this.length++
  }

  copy(from: RowMatrix, at: number): void {
    this.makeRoom()
    this.scales[this.length] = from.scale(at)
    this.stored(this.length).set(from.stored(at))
    this.length++
  }

  private makeRoom(): void {
    if (this.length === this.scales.length) this.scales = growTo(this.scales, this.length + (this.length >>> 1) + 16)
    const missing = this.pages(this.length + 1) - this.memory.buffer.byteLength / PAGE
    if (missing <= 0) return
    this.memory.grow(missing + 16)
    this.view()
  }

  ask(query: Float32Array): void {
    let largest = 0
    for (let i = 0; i < query.length; i++) largest = Math.max(largest, Math.abs(query[i]!))
    this.unit = largest / queryLimit(this.stride)
    const into = new Int16Array(this.memory.buffer, 0, this.stride)
    const factor = largest === 0 ? 0 : 1 / this.unit
    for (let i = 0; i < query.length; i++) into[i] = Math.round(query[i]! * factor)
  }

  compareQuery(n: number): void {
    if (n === 0) return
    this.addresses.set(this.list.subarray(0, n))
    this.dots.query(n)
    this.read(n, this.unit)
  }

  compareRow(row: number, n: number): void {
    if (n === 0) return
    this.addresses.set(this.list.subarray(0, n))
    this.dots.row(this.layout.rows + row * this.stride, n)
    this.read(n, this.scales[row]!)
  }

  private read(n: number, unit: number): void {
    const { sims, sums, scales, list } = this
    for (let i = 0; i < n; i++) sims[i] = sums[i]! * scales[list[i]!]! * unit
  }

  stored(at: number): Int8Array {
    return new Int8Array(this.memory.buffer, this.layout.rows + at * this.stride, this.dims)
  }

  scale(at: number): number {
    return this.scales[at]!
  }

  row(at: number): Float32Array {
    return Float32Array.from(this.stored(at), (x) => x * this.scales[at]!)
  }

  bytes(): { rows: Uint8Array; scales: Uint8Array } {
    return {
      rows: new Uint8Array(this.memory.buffer, this.layout.rows, this.length * this.stride),
      scales: new Uint8Array(this.scales.buffer, 0, this.length * 4),
    }
  }

  private pages(rows: number): number {
    return Math.ceil((this.layout.rows + rows * this.stride) / PAGE)
  }

  /** Growing the memory detaches all views of it. */
  private view(): void {
    this.addresses = new Uint32Array(this.memory.buffer, this.layout.list, BATCH)
    this.sums = new Int32Array(this.memory.buffer, this.layout.sums, BATCH)
  }
}

interface Layout {
  list: number
  sums: number
  rows: number
}

function layoutOf(stride: number): Layout {
  const list = Math.ceil((stride * 2) / LINE) * LINE
  const sums = list + BATCH * 4
  return { list, sums, rows: sums + BATCH * 4 }
}

/**
 * `query(n)` and `row(address, n)`: integer dot products of the int16 vector at 0, or of the int8 row at an address, with the `n` rows whose
 * numbers stand in the list. The row length is baked in and the loop over it unrolled.
 */
function kernels(stride: number, layout: Layout): WasmFunction[] {
  const groups = Array.from({ length: stride / 8 }, (_, k) => k)
  const one = (name: string, parameters: number, asked: (k: number) => number[]): WasmFunction => {
    const N = parameters - 1
    const [LIST, OUT, ROW, LEFT, SEEN, SUM0] = [N + 1, N + 2, N + 3, N + 4, N + 5, N + 6]
    const address = [
      ...get(LIST),
      ...LOAD_I32,
      ...constant(stride),
      MULTIPLY,
      ...constant(layout.rows),
      ADD,
      ...set(ROW),
    ]
    // two sums in turn, so that an addition need not wait for the one before
    const product = (k: number) => [
      ...[...get(ROW), ...loadWidened(k * 8), ...asked(k), ...DOT],
      ...[...get(SUM0 + (k % 2)), ...ADD_LANES, ...set(SUM0 + (k % 2))],
    ]
    const nextRow = [
      ...address,
      ...[...ZERO, ...set(SUM0), ...ZERO, ...set(SUM0 + 1)],
      ...groups.flatMap(product),
      ...[...get(SUM0), ...get(SUM0 + 1), ...ADD_LANES, ...set(SUM0)],
      ...[...get(OUT), ...sumLanes(SUM0), ...storeI32(0)],
      ...[...advance(LIST, 4), ...advance(OUT, 4)],
    ]
    const look = [...address, ...touch(ROW, SEEN, stride), ...advance(LIST, 4)]
    const body = [
      ...[...constant(layout.list), ...set(LIST), ...get(N), ...set(LEFT), ...countdown(LEFT, 1, look)],
      ...[...constant(layout.sums), ...get(SEEN), ...storeI32(0)],
      ...[...constant(layout.list), ...set(LIST), ...constant(layout.sums), ...set(OUT)],
      ...countdown(N, 1, nextRow),
    ]
    return { name, parameters, integers: 5, vectors: 2, body }
  }
  return [
    one('query', 1, (k) => [...constant(0), ...loadVector(k * 16)]),
    one('row', 2, (k) => [...get(0), ...loadWidened(k * 8)]),
  ]
}
