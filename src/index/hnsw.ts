import { growTo, roomFor } from '../core/typed.js'
import type { RowMatrix } from './row-matrix.js'
import { RowQueue } from './row-queue.js'

/** Neighbours a row on upper levels, twice as many on the lowest (Malkov and Yashunin 2018, section 4.1). */
const M = 16
const M0 = 2 * M
/** Links of a row on a level: their number, then themselves. */
const BLOCK = M + 1
const BLOCK0 = M0 + 1
const EF_CONSTRUCTION = 200
/** Levels are drawn with the probability that makes neighbouring levels overlap least: section 4.1's m_L. */
const LEVEL_FACTOR = 1 / Math.log(M)
const MOST_LEVELS = 16

/**
 * Hierarchical navigable small world graph (Malkov and Yashunin 2018, "Efficient and robust approximate nearest neighbor search using HNSW
 * graphs") over the first `count` rows of a matrix, in row order. Rows are never taken out: whoever asks says which ones may be answered.
 * The same rows in the same order give the same graph.
 */
export class HnswGraph {
  count = 0
  private readonly matrix: RowMatrix
  private entry = 0
  private top = -1
  /** `count × BLOCK0` */
  private links0: Uint32Array
  /** Row → where its blocks of the levels above 0 begin in `upper`; meaningless for rows without. */
  private upperAt: Uint32Array
  private upper: Uint32Array
  private upperLength = 0
  private levels: Uint8Array
  /** Row → number of the search that saw it last. */
  private seen: Uint32Array
  private search = 0
  /** Rows to go on from, by −similarity. */
  private readonly open = new RowQueue()
  private readonly best = new RowQueue()

  constructor(matrix: RowMatrix) {
    this.matrix = matrix
    this.links0 = new Uint32Array(0)
    this.upperAt = new Uint32Array(0)
    this.upper = new Uint32Array(BLOCK * 64)
    this.levels = new Uint8Array(0)
    this.seen = new Uint32Array(0)
  }

  /** Takes up rows `count .. rows` of the matrix. */
  grow(rows: number): void {
    this.reserve(rows)
    while (this.count < rows) this.insert(this.count++)
  }

  /**
   * About the `k` nearest rows to the matrix's query that `may` be answered, nearest first. `ef ≥ k` is the number of rows kept while walking.
   */
  nearest(k: number, ef: number, may: (row: number) => boolean): { rows: Uint32Array; keys: Float32Array } {
    if (this.count === 0) return { rows: new Uint32Array(0), keys: new Float32Array(0) }
    let at = this.entry
    for (let level = this.top; level > 0; level--) at = this.descend(at, level, -1)
    this.walk(at, ef, 0, -1, may)
    return this.best.drain(k)
  }

  sections(): [string, Uint8Array][] {
    const bytes = (array: Uint32Array | Uint8Array, length: number) =>
      new Uint8Array(array.buffer, array.byteOffset, length * array.BYTES_PER_ELEMENT)
    return [
      ['head', bytes(Uint32Array.of(this.count, this.entry, this.top + 1), 3)],
      ['links', bytes(this.links0, this.count * BLOCK0)],
      ['levels', bytes(this.levels, this.count)],
      ['upperAt', bytes(this.upperAt, this.count)],
      ['upper', bytes(this.upper, this.upperLength)],
    ]
  }

  /** @param section bytes by the names of `sections`, in memory of their own */
  static restore(matrix: RowMatrix, section: (name: string) => Uint8Array<ArrayBuffer>): HnswGraph {
    const graph = new HnswGraph(matrix)
    const [count, entry, levels] = new Uint32Array(section('head').buffer)
    graph.count = count!
    graph.entry = entry!
    graph.top = levels! - 1
    graph.links0 = new Uint32Array(section('links').buffer)
    graph.levels = section('levels')
    graph.upperAt = new Uint32Array(section('upperAt').buffer)
    graph.upper = new Uint32Array(section('upper').buffer)
    graph.upperLength = graph.upper.length
    graph.seen = new Uint32Array(count!)
    return graph
  }

  private insert(row: number): void {
    const level = levelOf(row)
    this.levels[row] = level
    this.upperAt[row] = this.upperLength
    this.upperLength += level * BLOCK
    this.upper = growTo(this.upper, roomFor(this.upper.length, this.upperLength))
    if (row > 0) {
      let at = this.entry
      for (let l = this.top; l > level; l--) at = this.descend(at, l, row)
      for (let l = Math.min(level, this.top); l >= 0; l--) {
        this.walk(at, EF_CONSTRUCTION, l, row, anyRow)
        const near = this.best.drain(EF_CONSTRUCTION)
        at = near.rows[0]!
        this.connect(row, l, this.diverse(near.rows, near.keys, M))
      }
    }
    if (level > this.top) {
      this.top = level
      this.entry = row
    }
  }

  /** Links a new row with its neighbours and them with it; a full neighbour keeps the most diverse. */
  private connect(row: number, level: number, neighbours: number[]): void {
    const most = level === 0 ? M0 : M
    const links = level === 0 ? this.links0 : this.upper
    const own = this.block(row, level)
    links[own] = neighbours.length
    for (const [i, other] of neighbours.entries()) {
      links[own + 1 + i] = other
      const block = this.block(other, level)
      const count = links[block]!
      if (count < most) {
        links[block + 1 + count] = row
        links[block] = count + 1
      } else {
        const kept = this.diverseOf(other, [...links.subarray(block + 1, block + 1 + count), row], most)
        links[block] = kept.length
        links.set(kept, block + 1)
      }
    }
  }

  private diverseOf(row: number, others: number[], most: number): number[] {
    const { matrix } = this
    matrix.list.set(others)
    matrix.compareRow(row, others.length)
    const sims = matrix.sims.slice(0, others.length)
    const order = others.map((_, i) => i).sort((a, b) => sims[b]! - sims[a]! || others[a]! - others[b]!)
    return this.diverse(
      Uint32Array.from(order, (i) => others[i]!),
      Float32Array.from(order, (i) => sims[i]!),
      most,
    )
  }

  /** Algorithm 4: of rows sorted by similarity, those that are nearer to the base than to any one taken before. */
  private diverse(rows: Uint32Array, sims: Float32Array, most: number): number[] {
    const { matrix } = this
    const taken: number[] = []
    for (let i = 0; i < rows.length && taken.length < most; i++) {
      matrix.list.set(taken)
      matrix.compareRow(rows[i]!, taken.length)
      let nearer = true
      for (let j = 0; j < taken.length && nearer; j++) nearer = matrix.sims[j]! <= sims[i]!
      if (nearer) taken.push(rows[i]!)
    }
    return taken
  }

  /** Algorithm 2 with ef 1: the row of a level from which no link leads nearer. */
  private descend(from: number, level: number, base: number): number {
    const { matrix } = this
    let at = from
    matrix.list[0] = at
    this.compare(base, 1)
    let sim = matrix.sims[0]!
    for (;;) {
      const block = this.block(at, level)
      const count = this.upper[block]!
      if (count === 0) return at
      matrix.list.set(this.upper.subarray(block + 1, block + 1 + count))
      this.compare(base, count)
      let next = -1
      for (let i = 0; i < count; i++) {
        if (matrix.sims[i]! > sim) {
          sim = matrix.sims[i]!
          next = matrix.list[i]!
        }
      }
      if (next < 0) return at
      at = next
    }
  }

  /** Algorithm 2: leaves up to `ef` rows near to the base (−1: the query) in `best`. */
  private walk(from: number, ef: number, level: number, base: number, may: (row: number) => boolean): void {
    const { matrix, open, best, seen } = this
    const { list, sims } = matrix
    const links = level === 0 ? this.links0 : this.upper
    const search = this.nextSearch()
    open.clear()
    best.clear()
    seen[from] = search
    list[0] = from
    this.compare(base, 1)
    open.push(from, -sims[0]!)
    if (may(from)) best.push(from, sims[0]!)
    while (open.length > 0) {
      if (best.length >= ef && -open.key < best.key) return
      const block = this.block(open.pop(), level)
      const end = block + 1 + links[block]!
      let n = 0
      for (let i = block + 1; i < end; i++) {
        const row = links[i]!
        if (seen[row] === search) continue
        seen[row] = search
        list[n++] = row
      }
      if (n === 0) continue
      this.compare(base, n)
      for (let i = 0; i < n; i++) {
        const sim = sims[i]!
        if (best.length >= ef && sim <= best.key) continue
        open.push(list[i]!, -sim)
        if (!may(list[i]!)) continue
        best.push(list[i]!, sim)
        if (best.length > ef) best.pop()
      }
    }
  }

  private compare(base: number, n: number): void {
    if (base < 0) this.matrix.compareQuery(n)
    else this.matrix.compareRow(base, n)
  }

  private nextSearch(): number {
    if (this.search === 0xffffffff) {
      this.seen.fill(0)
      this.search = 0
    }
    return ++this.search
  }

  private block(row: number, level: number): number {
    return level === 0 ? row * BLOCK0 : this.upperAt[row]! + (level - 1) * BLOCK
  }

  private reserve(rows: number): void {
    const room = roomFor(this.levels.length, rows)
    this.levels = growTo(this.levels, room)
    this.upperAt = growTo(this.upperAt, room)
    this.seen = growTo(this.seen, room)
    this.links0 = growTo(this.links0, room * BLOCK0)
  }
}

const anyRow = () => true

/** A row's highest level: geometric, drawn by a hash of the row's number (the finaliser of MurmurHash3) so that a rebuild draws the same. */
function levelOf(row: number): number {
  let h = row + 0x9e3779b9
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  const uniform = (((h ^ (h >>> 16)) >>> 0) + 1) / 2 ** 32
  return Math.min(MOST_LEVELS, Math.floor(-Math.log(uniform) * LEVEL_FACTOR))
}
