import { LEAST_WEIGHT } from './buckets.js'
import { decayed } from './decay.js'
import { Sketches } from './sketches.js'
import { unit } from './vector.js'

/** A need joins the nearest cell from this cosine on, else it founds one. Calibrated with the bundled embedding, see RANKING in the documentation. */
export const JOIN = 0.6
/** Cells below this cosine lend nothing. */
export const LEND = 0.35
/** How many cells a need borrows from. */
const LENDERS = 5
/** More cells than this are never kept: the emptiest makes room. */
export const CELL_LIMIT = 8192
/** From this many cells on, sketches choose which are compared exactly. */
const EXACT_LIMIT = 192
const COMPARED = 24
/** Half-life in days of a cell's usual flow. */
const FLOW_HALF_LIFE = 30

export interface Near {
  slot: number
  cosine: number
}

/** One cluster of needs: a weighted sum of the quantised embeddings of the matches in it. */
interface Cell {
  /** Never given twice; slots are. */
  serial: number
  /** Sum of weights in granules of `LEAST_WEIGHT`. Whole numbers, so that a retraction is exact. */
  mass: number
  sums: Float64Array
  flow: number
  flowAt: number
}

/** The vector's products with four others. Four sums at a time run four times as fast as one after the other, and each is the same to the bit. */
function dots(
  v: Float32Array,
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  d: Float32Array,
  out: Float64Array,
): void {
  let [s, t, u, w] = [0, 0, 0, 0]
  for (let i = 0; i < v.length; i++) {
    const x = v[i]!
    s += a[i]! * x
    t += b[i]! * x
    u += c[i]! * x
    w += d[i]! * x
  }
  out[0] = s
  out[1] = t
  out[2] = u
  out[3] = w
}

/** Leader clustering of needs. At most `CELL_LIMIT` cells; finding the nearest compares sign sketches first, at most `COMPARED` exactly. */
export class Cells {
  readonly all: (Cell | undefined)[] = []
  private readonly centroids: (Float32Array | undefined)[] = []
  /** Made when there are too many cells to compare all. */
  private sketches: Sketches | undefined
  /** Mass of each slot's cell once more, in one block: looking through it for the least costs microseconds. Infinity where there is no cell. */
  private masses = new Float64Array(64).fill(Number.POSITIVE_INFINITY)
  private readonly free: number[] = []
  private live = 0
  private serials = 0

  get count(): number {
    return this.live
  }

  get nextSerial(): number {
    return this.serials
  }

  /** The cells nearest to a unit vector, nearest first, the older of equals first. */
  nearest(vector: Float32Array, k = LENDERS): Near[] {
    const found: Near[] = []
    const slots = this.candidates(vector)
    const products = new Float64Array(4)
    for (let at = 0; at < slots.length; at += 4) {
      // at the end the last is taken more than once
      const of = (i: number) => this.centroids[slots[Math.min(at + i, slots.length - 1)]!]!
      dots(vector, of(0), of(1), of(2), of(3), products)
      for (let i = 0; i < 4 && at + i < slots.length; i++) this.place(found, slots[at + i]!, products[i]!, k)
    }
    return found
  }

  /** Puts a cell among the `k` nearest so far. */
  private place(found: Near[], slot: number, cosine: number, k: number): void {
    const last = found.at(-1)
    if (last !== undefined && found.length === k && cosine < last.cosine) return
    const isBefore = (other: Near): boolean =>
      other.cosine > cosine || (other.cosine === cosine && this.olderThan(other.slot, slot))
    let at = found.length
    while (at > 0 && !isBefore(found[at - 1]!)) at--
    found.splice(at, 0, { slot, cosine })
    if (found.length > k) found.pop()
  }

  /** What the nearest cells lend: ((cos − LEND)/(1 − LEND))². Relative to the first it would be lent to needs that nobody has had. */
  lenders(vector: Float32Array): { slot: number; weight: number }[] {
    return this.nearest(vector)
      .filter(({ cosine }) => cosine > LEND)
      .map(({ slot, cosine }) => ({ slot, weight: ((cosine - LEND) / (1 - LEND)) ** 2 }))
  }

  serial(slot: number): number {
    return this.all[slot]!.serial
  }

  flow(slot: number, now: number): number {
    const cell = this.all[slot]!
    return (decayed(cell.flow, cell.flowAt, now, FLOW_HALF_LIFE) * Math.LN2) / FLOW_HALF_LIFE
  }

  /** An empty cell. Gives its slot; when there are too many, the slot of the emptiest, whose content the caller forgets first (`emptiest`). */
  found(dims: number): number {
    const slot = this.free.pop() ?? this.all.length
    this.all[slot] = { serial: this.serials++, mass: 0, sums: new Float64Array(dims), flow: 0, flowAt: 0 }
    this.refresh(slot)
    this.live++
    return slot
  }

  /** The cell to forget before another is founded, when the limit is reached. */
  emptiest(): number | undefined {
    if (this.live < CELL_LIMIT) return undefined
    const { masses } = this
    let slot = 0
    for (let i = 1; i < this.all.length; i++) if (masses[i]! < masses[slot]!) slot = i
    return slot
  }

  forget(slot: number): void {
    this.all[slot] = undefined
    this.centroids[slot] = undefined
    this.sketches?.put(slot, undefined)
    this.masses[slot] = Number.POSITIVE_INFINITY
    this.free.push(slot)
    this.free.sort((a, b) => b - a)
    this.live--
  }

  /** Moves a cell towards (sign 1) or back from (−1) a quantised need. An emptied cell must be forgotten by the caller. */
  move(slot: number, vector: Int8Array, weight: number, sign: 1 | -1): void {
    const cell = this.all[slot]!
    const granules = sign * Math.max(1, Math.round(weight / LEAST_WEIGHT))
    cell.mass += granules
    for (let i = 0; i < vector.length; i++) cell.sums[i]! += granules * vector[i]!
    this.refresh(slot)
  }

  addFlow(slot: number, weight: number, now: number): void {
    const cell = this.all[slot]!
    cell.flow = decayed(cell.flow, cell.flowAt, now, FLOW_HALF_LIFE) + weight
    cell.flowAt = Math.max(cell.flowAt, now)
  }

  pack(slot: number): string {
    const cell = this.all[slot]!
    return JSON.stringify([cell.serial, cell.mass, cell.flow, cell.flowAt, Array.from(cell.sums)])
  }

  restore(slot: number, packed: string): void {
    const [serial, mass, flow, flowAt, sums] = JSON.parse(packed) as [number, number, number, number, number[]]
    this.all[slot] = { serial, mass, sums: Float64Array.from(sums), flow, flowAt }
    this.live++
    this.refresh(slot)
  }

  /** After the last `restore`: which slots are free and which serial comes next. */
  restored(nextSerial: number): void {
    this.serials = nextSerial
    this.free.length = 0
    for (let slot = this.all.length - 1; slot >= 0; slot--) if (this.all[slot] === undefined) this.free.push(slot)
  }

  private olderThan(a: number, b: number): boolean {
    return this.all[a]!.serial < this.all[b]!.serial
  }

  private refresh(slot: number): void {
    const centroid = unit(this.all[slot]!.sums)
    this.centroids[slot] = centroid
    if (this.masses.length < this.all.length) {
      const masses = new Float64Array(this.all.length * 2).fill(Number.POSITIVE_INFINITY)
      masses.set(this.masses)
      this.masses = masses
    }
    this.masses[slot] = this.all[slot]!.mass
    this.sketches?.put(slot, centroid)
  }

  /** Slots whose cells are compared exactly: none of another model's, whose vectors have another length. */
  private candidates(vector: Float32Array): number[] {
    if (this.live <= EXACT_LIMIT) {
      return [...this.all.keys()].filter((slot) => this.centroids[slot]?.length === vector.length)
    }
    if (this.sketches?.dims !== vector.length) {
      this.sketches = new Sketches(vector.length, CELL_LIMIT)
      for (const [slot, centroid] of this.centroids.entries()) this.sketches.put(slot, centroid)
    }
    return this.sketches.nearest(vector, COMPARED)
  }
}
