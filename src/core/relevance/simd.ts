import type { TokenTable } from '../embedding.js'
import {
  ADD,
  ADD_LANES,
  advance,
  assemble,
  constant,
  countdown,
  countup,
  DOT,
  get,
  LARGER_FLOATS,
  LOAD_I32,
  loadSplatFloat,
  loadVector,
  loadWidened,
  locals,
  MULTIPLY,
  MULTIPLY_FLOATS,
  pickLanes,
  set,
  splatFloats,
  storeI32,
  storeVector,
  TO_FLOATS,
  touch,
  type WasmFunction,
  ZERO,
} from '../wasm.js'
import { inverseNorm, type PieceCosines, ScalarCosines } from './late.js'

/** Asked rows are taken four at a time, so that each found row is loaded once for four products. */
const BLOCK = 4
const VECTOR = 16
const PAGE = 65536
const blocks = Array.from({ length: BLOCK }, (_, k) => k)

/** Sums the four lanes of each of four vectors: one lane each. */
function sumEach(first: number): number[] {
  const two = (a: number, b: number) => [
    ...[...get(a), ...get(b), ...pickLanes(0, 4, 1, 5), ...get(a), ...get(b), ...pickLanes(2, 6, 3, 7), ...ADD_LANES],
    ...set(a),
  ]
  const [a, c] = [first, first + 2]
  return [
    ...[...two(a, first + 1), ...two(c, first + 3)],
    ...[...get(a), ...get(c), ...pickLanes(0, 1, 4, 5), ...get(a), ...get(c), ...pickLanes(2, 3, 6, 7), ...ADD_LANES],
  ]
}

/**
 * `compare(asked, askedCount, found, foundCount, norms, out)`: cosines of every found row (ids, as a list at `found`) with every asked row
 * (int16 rows one after the other at `asked`, a multiple of four of them, their inverse norms behind them), to float32 at `out`, found-major.
 * `norms` is where the inverse norms of all rows stand.
 */
function compareFunction(dims: number): WasmFunction {
  const [ASKED, ASKED_COUNT, FOUND, FOUND_COUNT, NORMS, OUT, ROW, NORM, AT, ASKED_NORM, LEFT, P, I, V, SUM0] = locals()
  const stride = dims * 2
  const product = (k: number) => [
    ...[...get(V), ...get(P), ...loadVector(k * stride), ...DOT],
    ...[...get(SUM0 + k), ...ADD_LANES, ...set(SUM0 + k)],
  ]
  const eightDimensions = [
    ...[...get(ROW), ...get(I), ADD, ...loadWidened(0), ...set(V)],
    ...blocks.flatMap(product),
    ...advance(P, VECTOR),
  ]
  const block = [
    ...blocks.flatMap((k) => [...ZERO, ...set(SUM0 + k)]),
    ...[...get(AT), ...set(P), ...constant(0), ...set(I)],
    ...countup(I, 8, dims, eightDimensions),
    ...[...get(OUT), ...sumEach(SUM0), ...TO_FLOATS],
    ...[
      ...get(ASKED_NORM),
      ...loadVector(0),
      ...MULTIPLY_FLOATS,
      ...get(NORM),
      ...loadSplatFloat(0),
      ...MULTIPLY_FLOATS,
    ],
    ...storeVector(0),
    ...[...advance(OUT, VECTOR), ...advance(ASKED_NORM, VECTOR), ...advance(AT, BLOCK * stride)],
  ]
  const foundRow = [
    ...[...get(FOUND), ...LOAD_I32, ...constant(dims), MULTIPLY, ...set(ROW)],
    ...[...get(NORMS), ...get(FOUND), ...LOAD_I32, ...constant(4), MULTIPLY, ADD, ...set(NORM), ...advance(FOUND, 4)],
    ...[
      ...get(ASKED),
      ...set(AT),
      ...get(ASKED),
      ...get(ASKED_COUNT),
      ...constant(stride),
      MULTIPLY,
      ADD,
      ...set(ASKED_NORM),
    ],
    ...[...get(ASKED_COUNT), ...set(LEFT)],
    ...countdown(LEFT, BLOCK, block),
  ]
  const look = [
    ...get(P),
    ...LOAD_I32,
    ...constant(dims),
    MULTIPLY,
    ...set(ROW),
    ...touch(ROW, I, dims),
    ...advance(P, 4),
  ]
  const body = [
    ...[...get(FOUND), ...set(P), ...get(FOUND_COUNT), ...set(LEFT), ...countdown(LEFT, 1, look)],
    ...[...get(OUT), ...get(I), ...storeI32(0), ...countdown(FOUND_COUNT, 1, foundRow)],
  ]
  return { name: 'compare', parameters: 6, integers: 7, vectors: 5, body }
}

/** `best(places, count, width, cosines, out)`: of `count` rows, `width` bytes each, at `cosines`, the largest number in each column. */
function bestFunction(): WasmFunction {
  const [PLACES, COUNT, WIDTH, COSINES, OUT, LEFT, P, COLUMNS, BEST] = locals()
  const row = [
    ...[...get(COSINES), ...get(P), ...LOAD_I32, ...get(WIDTH), MULTIPLY, ADD, ...loadVector(0)],
    ...[...get(BEST), ...LARGER_FLOATS, ...set(BEST), ...advance(P, 4)],
  ]
  const columns = [
    ...[...splatFloats(-1), ...set(BEST), ...get(PLACES), ...set(P), ...get(COUNT), ...set(LEFT)],
    ...countdown(LEFT, 1, row),
    ...[...get(OUT), ...get(BEST), ...storeVector(0), ...advance(OUT, VECTOR), ...advance(COSINES, VECTOR)],
  ]
  const body = [...get(WIDTH), ...set(COLUMNS), ...countdown(COLUMNS, VECTOR, columns)]
  return { name: 'best', parameters: 5, integers: 3, vectors: 1, body }
}

const known = new WeakMap<object, PieceCosines>()

/** The fastest cosines for a table; made once a table, since they hold a copy of it. */
export function cosinesOf(table: Pick<TokenTable, 'rows' | 'size' | 'dims'>): PieceCosines {
  const made = known.get(table)
  if (made !== undefined) return made
  const cosines = table.dims % 8 === 0 ? new SimdCosines(table) : new ScalarCosines(table)
  known.set(table, cosines)
  return cosines
}

/**
 * With 128-bit WebAssembly SIMD, about ten times as fast as the scalar ones and equal to them but for rounding. For tables whose rows are a
 * multiple of eight long. Its memory has room for a copy of the table (`size × dims` bytes), the inverse norms, then what each question needs.
 * A row is copied when it is first asked for: of a start's work, copying the whole table was a tenth.
 */
export class SimdCosines implements PieceCosines {
  private readonly table: Pick<TokenTable, 'rows' | 'size' | 'dims'>
  private readonly memory: WebAssembly.Memory
  private readonly normsAt: number
  /** Rows whose copy and norm are in the memory. */
  private readonly there: Uint8Array
  private readonly scratch: number
  private readonly kernels: {
    compare(asked: number, n: number, found: number, m: number, norms: number, out: number): void
    best(places: number, count: number, width: number, cosines: number, out: number): void
  }
  /** Asked pieces, rounded up to whole blocks. */
  private width = 0
  private cosinesAt = 0
  private placesAt = 0
  /** A view of the memory: growing that detaches it. */
  private cosines = new Float32Array(0)

  constructor(table: Pick<TokenTable, 'rows' | 'size' | 'dims'>) {
    this.table = table
    this.normsAt = roundUp(table.size * table.dims)
    this.scratch = roundUp(this.normsAt + table.size * 4)
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(this.scratch / PAGE) })
    this.there = new Uint8Array(table.size)
    this.kernels = assemble(
      [compareFunction(table.dims), bestFunction()],
      this.memory,
    ) as unknown as typeof this.kernels
  }

  compare(asked: Uint32Array, found: Uint32Array): void {
    const { dims } = this.table
    this.width = Math.ceil(asked.length / BLOCK) * BLOCK
    const foundAt = this.scratch + this.width * (dims * 2 + 4)
    this.cosinesAt = roundUp(foundAt + found.length * 4)
    const length = found.length * this.width
    this.placesAt = this.cosinesAt + length * 4 + this.width * 4
    this.reserve(this.placesAt)
    this.cosines = new Float32Array(this.memory.buffer, this.cosinesAt, length)
    if (length === 0) return
    this.bring(asked)
    this.bring(found)
    this.ask(asked)
    new Uint32Array(this.memory.buffer, foundAt, found.length).set(found)
    this.kernels.compare(this.scratch, this.width, foundAt, found.length, this.normsAt, this.cosinesAt)
    // what fills up the last block must never be the best
    for (let at = asked.length; at < this.width; at++)
      for (let f = at; f < length; f += this.width) this.cosines[f] = -1
  }

  private bring(pieces: Uint32Array): void {
    const { there, table } = this
    const { rows, dims } = table
    for (let i = 0; i < pieces.length; i++) {
      const id = pieces[i]!
      if (there[id] === 1) continue
      there[id] = 1
      const row = rows.subarray(id * dims, (id + 1) * dims)
      new Int8Array(this.memory.buffer, id * dims, dims).set(row)
      new Float32Array(this.memory.buffer, this.normsAt, table.size)[id] = inverseNorm(row)
    }
  }

  /** Writes the asked rows, widened, and their inverse norms; zeros fill up the last block. */
  private ask(asked: Uint32Array): void {
    const { rows, dims } = this.table
    const wide = new Int16Array(this.memory.buffer, this.scratch, this.width * dims)
    for (let a = 0; a < asked.length; a++) wide.set(rows.subarray(asked[a]! * dims, (asked[a]! + 1) * dims), a * dims)
    wide.fill(0, asked.length * dims)
    const all = new Float32Array(this.memory.buffer, this.normsAt, this.table.size)
    const norms = new Float32Array(this.memory.buffer, this.scratch + this.width * dims * 2, this.width)
    for (let a = 0; a < this.width; a++) norms[a] = a < asked.length ? all[asked[a]!]! : 0
  }

  bestToFound(places: Int32Array, count: number, best: Float32Array): void {
    const { width, placesAt, cosinesAt } = this
    if (width === 0) return
    this.reserve(placesAt + count * 4)
    new Int32Array(this.memory.buffer, placesAt, count).set(places.subarray(0, count))
    const bestAt = placesAt - width * 4
    this.kernels.best(placesAt, count, width * 4, cosinesAt, bestAt)
    const found = new Float32Array(this.memory.buffer, bestAt, width)
    for (let t = 0; t < best.length; t++) best[t] = found[t]!
  }

  bestToAsked(place: number): number {
    const { cosines, width } = this
    let best = -1
    for (let t = place * width; t < (place + 1) * width; t++) if (cosines[t]! > best) best = cosines[t]!
    return best
  }

  private reserve(bytes: number): void {
    const missing = bytes - this.memory.buffer.byteLength
    if (missing <= 0) return
    const { byteOffset, length } = this.cosines
    this.memory.grow(Math.ceil(missing / PAGE))
    this.cosines = new Float32Array(this.memory.buffer, byteOffset, length)
  }
}

const roundUp = (bytes: number): number => Math.ceil(bytes / VECTOR) * VECTOR
