import { growTo } from '../core/typed.js'
import {
  ADD,
  ADD_BYTES,
  ADD_SHORTS,
  AND,
  AT_LEAST_SHORTS,
  assemble,
  constant,
  countdown,
  get,
  IS_ZERO,
  loadVector,
  locals,
  MULTIPLY,
  OR_INTEGERS,
  SHIFT_LEFT,
  SIGNS_OF_SHORTS,
  SPLAT_SHORTS,
  SUBTRACT_SHORTS,
  SWIZZLE,
  set,
  shiftShortsLeft,
  shiftShortsRight,
  splatBytes,
  storeI32,
  storeVector,
  type WasmFunction,
  ZERO,
} from '../core/wasm.js'

/** Rows of a block: one a byte lane. */
const LANES = 16
/** What a block leaves behind when one of its rows is good enough: its address, a bit for each such row, a sum for each row. */
const RECORD = 8 + LANES * 2
/** Blocks scanned in one call; bounds the room for records. */
const CHUNK = 4096
/** Every so many-th block is looked at first, to know what sum is good enough. */
const SAMPLED = 32
/** Dimensions looked up at once, and the bytes of their table: a sum for each pattern of signs. */
const GROUP = 4
const TABLE = 2 ** GROUP
const LARGEST_ENTRY = 127
const LARGEST_SUM = 2 ** 15 - 1
const PAGE = 65536
/** Codes begin at a cache line. */
const LINE = 64

/**
 * The sign of each dimension of every row, one bit, and from it a fast guess at which rows are similar to a query: Σ ±qᵢ, which orders rows
 * nearly as their dot products do (Gao and Long 2024, "RaBitQ", section 3, less the factor a row, which brought nothing here). Four dimensions
 * are looked up at once, for sixteen rows in one instruction (André, Kermarrec and Le Scouarnec 2015, "Cache locality is not enough", for the
 * layout): 3 ns a row of 256 dimensions, and 32 bytes. Figures stand in ARCHITECTURE.md.
 */
export class SignCodes {
  /** Number of rows. */
  length = 0
  private readonly dims: number
  private readonly tables: number
  /** The largest entry of a table, so that no sum overflows an int16. */
  private readonly largest: number
  private readonly layout: Layout
  private readonly memory: WebAssembly.Memory
  private readonly scan: (block: number, blocks: number, step: number, least: number) => void
  /** How often each sum was seen in the sample. */
  private readonly tally: Uint32Array

  /** @param stored what `bytes` gave for `length` rows */
  constructor(dims: number, stored?: { codes: Uint8Array; length: number }) {
    this.dims = dims
    this.tables = Math.ceil(dims / 8) * 2
    this.largest = Math.min(LARGEST_ENTRY, Math.floor(LARGEST_SUM / this.tables))
    this.tally = new Uint32Array(this.tables * this.largest + 1)
    this.layout = layoutOf(this.tables)
    this.length = stored?.length ?? 0
    this.memory = new WebAssembly.Memory({ initial: this.pages(this.length) })
    if (stored) new Uint8Array(this.memory.buffer).set(stored.codes, this.layout.codes)
    this.scan = assemble([scanFunction(this.tables, this.layout)], this.memory).scan as typeof this.scan
  }

  /** Adds a row: `dims` numbers of any scale. */
  push(row: Float32Array | Int8Array): void {
    const missing = this.pages(this.length + 1) - this.memory.buffer.byteLength / PAGE
    if (missing > 0) this.memory.grow(missing + 16)
    const codes = new Uint8Array(this.memory.buffer, this.layout.codes)
    const at = Math.floor(this.length / LANES) * this.layout.block + byteOf(this.length % LANES)
    for (let d = 0; d < row.length; d++) if (row[d]! >= 0) codes[at + (d >>> 3) * LANES]! |= 1 << (d & 7)
    this.length++
  }

  /** Of the rows from `from` on that `may` be answered, about the `wanted` ones with the largest sums, ascending. */
  candidates(query: Float32Array, wanted: number, from: number, may: (row: number) => boolean): Uint32Array {
    this.ask(query)
    const least = this.leastSum(wanted, from, may)
    let found = new Uint32Array(2 * wanted)
    let count = 0
    this.visit(from, 1, least, (row, enough) => {
      if (found.length < count + LANES) found = growTo(found, found.length * 2)
      for (let rest = enough; rest !== 0; rest &= rest - 1) {
        const one = row + 31 - Math.clz32(rest & -rest)
        if (one >= from && one < this.length && may(one)) found[count++] = one
      }
    })
    return found.subarray(0, count)
  }

  /** One byte for eight dimensions of a row; sixteen rows interleaved. */
  bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer, this.layout.codes, Math.ceil(this.length / LANES) * this.layout.block)
  }

  /** Writes the tables: for each pattern of signs of a group its sum, moved and scaled into 0 .. `this.largest`. */
  private ask(query: Float32Array): void {
    const { tables } = this
    const sizes = new Float32Array(tables)
    for (let d = 0; d < this.dims; d++) sizes[Math.floor(d / GROUP)]! += Math.abs(query[d]!)
    const most = sizes.reduce((most, size) => Math.max(most, size), 0)
    const scale = most === 0 ? 0 : this.largest / (2 * most)
    const into = new Uint8Array(this.memory.buffer, 0, tables * TABLE)
    for (let table = 0; table < tables; table++) {
      for (let pattern = 0; pattern < TABLE; pattern++) {
        let sum = sizes[table]!
        for (let i = 0; i < GROUP; i++) {
          const value = query[table * GROUP + i] ?? 0
          sum += ((pattern >>> i) & 1) === 1 ? value : -value
        }
        into[table * TABLE + pattern] = Math.round(sum * scale)
      }
    }
  }

  /** The sum that about `wanted` of the rows reach, by a sample of them. */
  private leastSum(wanted: number, from: number, may: (row: number) => boolean): number {
    const { tally } = this
    tally.fill(0)
    this.visit(from, SAMPLED, 0, (row, _, sums, at) => {
      const last = Math.min(row + LANES, this.length)
      for (let one = Math.max(row, from); one < last; one++) if (may(one)) tally[sums[at + one - row]!]!++
    })
    let missing = Math.ceil(wanted / SAMPLED)
    let least = tally.length - 1
    while (least > 0 && missing > tally[least]!) missing -= tally[least--]!
    return least
  }

  /** Visits the rows from `from` on, of every `step`-th block, that stand in blocks where one has at least a sum. */
  private visit(from: number, step: number, least: number, see: Visitor): void {
    const { block, codes, records, end } = this.layout
    const blocks = Math.ceil(this.length / LANES)
    for (let first = Math.floor(from / LANES); first < blocks; first += CHUNK * step) {
      const count = Math.min(CHUNK, Math.ceil((blocks - first) / step))
      this.scan(codes + first * block, count, step * block, least)
      const found = (new Uint32Array(this.memory.buffer, end, 1)[0]! - records) / RECORD
      const heads = new Uint32Array(this.memory.buffer, records, (found * RECORD) / 4)
      const sums = new Int16Array(this.memory.buffer, records, (found * RECORD) / 2)
      for (let i = 0; i < found; i++) {
        const head = (i * RECORD) / 4
        see(((heads[head]! - codes) / block) * LANES, heads[head + 1]!, sums, 2 * head + 4)
      }
    }
  }

  private pages(rows: number): number {
    return Math.ceil((this.layout.codes + Math.ceil(rows / LANES) * this.layout.block) / PAGE)
  }
}

/** Told the first row of a block, a bit for each of its rows that is good enough, and where its sums stand, in row order. */
type Visitor = (row: number, enough: number, sums: Int16Array, at: number) => void

/** Where things lie in the memory: the tables at 0, then the end of the records, the records, the codes; and the length of a block. */
interface Layout {
  end: number
  records: number
  codes: number
  block: number
}

function layoutOf(tables: number): Layout {
  const end = tables * TABLE
  const records = end + LANES
  return { end, records, codes: Math.ceil((records + (CHUNK + 1) * RECORD) / LINE) * LINE, block: (tables / 2) * LANES }
}

/** Sums of even bytes end in the first eight lanes, of odd ones in the last: so that lanes are in row order. */
const byteOf = (lane: number): number => (lane < 8 ? 2 * lane : 2 * (lane - 8) + 1)

/**
 * `scan(block, blocks, step, least)`: for `blocks` blocks, the first at an address and each `step` bytes behind the one before, the sums of
 * their rows; leaves a record of those blocks in which one is at least `least`, and the end of the records.
 */
function scanFunction(tables: number, layout: Layout): WasmFunction {
  const [BLOCK, LEFT, STEP, LEAST, OUT, ENOUGH, CODES, SUMS, EVEN, ODD, NIBBLE, LEASTS] = locals()
  const lookUp = (table: number, patterns: number[]) => [
    ...[...constant(0), ...loadVector(table * TABLE)],
    ...[...patterns, ...get(NIBBLE), ...AND, ...SWIZZLE],
  ]
  // bytes are summed two and two as int16: the odd ones apart, and all, from which they are taken away in the end
  const eightDimensions = (k: number) => [
    ...[...get(BLOCK), ...loadVector(k * LANES), ...set(CODES)],
    ...lookUp(2 * k, get(CODES)),
    ...lookUp(2 * k + 1, [...get(CODES), ...shiftShortsRight(GROUP)]),
    ...[...ADD_BYTES, ...set(SUMS)],
    ...[...get(EVEN), ...get(SUMS), ...ADD_SHORTS, ...set(EVEN)],
    ...[...get(ODD), ...get(SUMS), ...shiftShortsRight(8), ...ADD_SHORTS, ...set(ODD)],
  ]
  const enough = (sums: number) => [...get(sums), ...get(LEASTS), ...AT_LEAST_SHORTS, ...SIGNS_OF_SHORTS]
  const block = [
    ...[...ZERO, ...set(EVEN), ...ZERO, ...set(ODD)],
    ...Array.from({ length: tables / 2 }, (_, k) => eightDimensions(k)).flat(),
    ...[...get(EVEN), ...get(ODD), ...shiftShortsLeft(8), ...SUBTRACT_SHORTS, ...set(EVEN)],
    ...[...enough(EVEN), ...enough(ODD), ...constant(8), SHIFT_LEFT, OR_INTEGERS, ...set(ENOUGH)],
    ...[...get(OUT), ...get(BLOCK), ...storeI32(0), ...get(OUT), ...get(ENOUGH), ...storeI32(4)],
    ...[...get(OUT), ...get(EVEN), ...storeVector(8), ...get(OUT), ...get(ODD), ...storeVector(8 + LANES)],
    // the record stands when there is a bit
    ...[...get(OUT), ...get(ENOUGH), IS_ZERO, IS_ZERO, ...constant(RECORD), MULTIPLY, ADD, ...set(OUT)],
    ...[...get(BLOCK), ...get(STEP), ADD, ...set(BLOCK)],
  ]
  const body = [
    ...[...splatBytes(TABLE - 1), ...set(NIBBLE), ...get(LEAST), ...SPLAT_SHORTS, ...set(LEASTS)],
    ...[...constant(layout.records), ...set(OUT)],
    ...countdown(LEFT, 1, block),
    ...[...constant(layout.end), ...get(OUT), ...storeI32(0)],
  ]
  return { name: 'scan', parameters: 4, integers: 2, vectors: 6, body }
}
