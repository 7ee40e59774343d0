import type { Hits, LabelSet } from '../core/document.js'
import { sortByLargest } from '../core/order.js'
import { growTo } from '../core/typed.js'

/** Rows are looked at in blocks, so that the sums of a block stay in the first-level cache. */
const BLOCK = 8192
const BINS = 2048
/** Looking a row up in a list costs about as much as walking this many of its entries. */
const LOOKUP_COST = 8
/** What rounding may do to a sum of bounds. */
const SLACK = 1e-6

/** One list of a search: the ascending rows of `rows[from .. to)` with their impacts, each worth `factor` a unit. */
export interface ScoredList {
  /** Ties between bounds go by this. */
  id: number
  rows: Uint32Array
  impacts: Uint16Array
  from: number
  to: number
  factor: number
  /** The most that any of them adds. */
  bound: number
}

/** The lists over the rows from `from` up to, but not including, `to`. */
export interface ScoredPart {
  lists: ScoredList[]
  from: number
  to: number
}

/** Which rows may be answered, and their labels. */
export interface Eligible {
  labels: Uint32Array
  /** 1 for removed rows. */
  dead: Uint8Array | undefined
  allowed: LabelSet | undefined
}

/**
 * The best rows by the sum of what the lists give them: max-score (Turtle and Flood 1995), block by block of rows. Within a block the
 * strongest lists come first; as soon as those to come cannot lift a new row above the worst of the best so far, they are only looked up in
 * the rows that can still get there. Holds scratch space for one search at a time.
 */
export class MaxScore {
  private readonly sums = new Float32Array(BLOCK)
  private readonly touched = new Uint16Array(BLOCK)
  private readonly bins = new Uint32Array(BINS)
  /** The rows kept so far and their scores. */
  private rows = new Uint32Array(1024)
  private scores = new Float32Array(1024)
  private kept = 0
  /** Eligible rows in bins from `floorBin` up, and the score that at least `depth` of them reach. */
  private above = 0
  private floorBin = 0
  private floor = 0

  /**
   * The best `depth` rows, best first, ties by row. Rows below `floor` may be missing.
   * @param parts consecutive ranges of rows, each with the lists over them (put in the order of their bounds, the strongest first); every
   * part has the same lists' bounds
   */
  search(parts: readonly ScoredPart[], depth: number, eligible: Eligible, floor: number): Hits {
    const most = parts[0]!.lists.reduce((sum, list) => sum + list.bound, 0)
    const scale = (BINS - 1) / (most * 1.0001)
    this.bins.fill(0)
    this.kept = 0
    this.above = 0
    this.floorBin = 0
    this.floor = floor
    for (const { lists, from, to } of parts) {
      lists.sort((a, b) => b.bound - a.bound || a.id - b.id)
      const cursors = new Uint32Array(lists.length)
      for (let i = 0; i < lists.length; i++) cursors[i] = lists[i]!.from
      for (let start = from; start < to; start += BLOCK) {
        const end = Math.min(start + BLOCK, to)
        const met = this.block(lists, cursors, start, end, most)
        this.take(met, start, depth, scale, eligible)
      }
    }
    return this.best(depth, eligible.labels)
  }

  /** Sums up one block; answers how many rows in `touched` may stand among the best. */
  private block(lists: readonly ScoredList[], cursors: Uint32Array, start: number, end: number, most: number): number {
    let rest = most
    let met = 0
    let next = 0
    for (; next < lists.length && this.floor <= rest * (1 + SLACK); next++) {
      met = this.accumulate(lists[next]!, cursors, next, start, end, met)
      rest -= lists[next]!.bound
    }
    for (; next < lists.length; next++) {
      met = this.dropBelow(this.floor - rest * (1 + SLACK), met)
      if (met === 0) return 0
      this.lift(lists[next]!, cursors, next, start, end, met)
      rest -= lists[next]!.bound
    }
    return met
  }

  /** Adds a list to all its rows in a block; answers how many rows have been met by now. */
  private accumulate(
    { rows, impacts, to, factor }: ScoredList,
    cursors: Uint32Array,
    index: number,
    start: number,
    end: number,
    already: number,
  ): number {
    const { sums, touched } = this
    let met = already
    let i = cursors[index]!
    for (; i < to; i++) {
      const row = rows[i]!
      if (row >= end) break
      const at = row - start
      if (sums[at] === 0) touched[met++] = at
      sums[at]! += impacts[i]! * factor
    }
    cursors[index] = i
    return met
  }

  /** Forgets the rows met whose sum is below `least`; answers how many are left. */
  private dropBelow(least: number, met: number): number {
    const { sums, touched } = this
    let kept = 0
    for (let i = 0; i < met; i++) {
      const at = touched[i]!
      if (sums[at]! >= least) touched[kept++] = at
      else sums[at] = 0
    }
    return kept
  }

  /** Adds a list to those of its rows in a block that have been met. */
  private lift(
    { rows, impacts, to, factor }: ScoredList,
    cursors: Uint32Array,
    index: number,
    start: number,
    end: number,
    met: number,
  ): void {
    const { sums, touched } = this
    const from = lowerBound(rows, cursors[index]!, to, start)
    const last = lowerBound(rows, from, Math.min(to, from + BLOCK), end)
    cursors[index] = last
    if (met * LOOKUP_COST > last - from) {
      for (let i = from; i < last; i++) {
        const at = rows[i]! - start
        if (sums[at]! > 0) sums[at]! += impacts[i]! * factor
      }
      return
    }
    for (let i = 0; i < met; i++) {
      const row = touched[i]! + start
      const found = lowerBound(rows, from, last, row)
      if (found < last && rows[found] === row) sums[touched[i]!]! += impacts[found]! * factor
    }
  }

  /** Keeps the eligible rows of a block that reach the floor, raises it, and empties the sums. */
  private take(met: number, start: number, depth: number, scale: number, { labels, dead, allowed }: Eligible): void {
    const { sums, touched, bins } = this
    if (this.kept + met > this.rows.length) {
      this.rows = growTo(this.rows, 2 * (this.kept + met))
      this.scores = growTo(this.scores, this.rows.length)
    }
    for (let i = 0; i < met; i++) {
      const at = touched[i]!
      const score = sums[at]!
      sums[at] = 0
      const row = start + at
      if (score < this.floor || (dead !== undefined && dead[row] === 1)) continue
      if (allowed !== undefined && !allowed.has(labels[row]!)) continue
      this.rows[this.kept] = row
      this.scores[this.kept++] = score
      const bin = (score * scale) | 0
      bins[bin]!++
      if (bin >= this.floorBin) this.above++
    }
    if (this.above < depth) return
    while (this.above - bins[this.floorBin]! >= depth) this.above -= bins[this.floorBin++]!
    // a hair lower: the division must not exclude a row that stands exactly on the border
    this.floor = Math.max(this.floor, (this.floorBin / scale) * (1 - 1e-6))
  }

  private best(depth: number, labels: Uint32Array): Hits {
    const { rows, scores, floor } = this
    const order = new Uint32Array(this.kept)
    let reach = 0
    for (let i = 0; i < this.kept; i++) if (scores[i]! >= floor) order[reach++] = i
    sortByLargest(order.subarray(0, reach), scores, rows)
    const hits = Math.min(reach, depth)
    const found = { labels: new Uint32Array(hits), scores: new Float32Array(hits) }
    for (let i = 0; i < hits; i++) {
      found.labels[i] = labels[rows[order[i]!]!]!
      found.scores[i] = scores[order[i]!]!
    }
    return found
  }
}

/** The first index from `from` on, at most `to`, whose row is not below `row`. */
export function lowerBound(rows: Uint32Array, from: number, to: number, row: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (rows[middle]! < row) low = middle + 1
    else high = middle
  }
  return low
}
