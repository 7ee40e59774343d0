import { LEAST_WEIGHT } from './buckets.js'
import { decayed } from './decay.js'
import { unit } from './vector.js'

/** A need joins the nearest cell from this cosine on, else it founds one. Calibrated with the bundled embedding, see RANKING in the documentation. */
export const JOIN = 0.6
/** Cells below this cosine lend nothing. */
export const LEND = 0.35
/** How many cells a need borrows from. */
const LENDERS = 5
/** More cells than this are never kept: the emptiest makes room. */
export const CELL_LIMIT = 8192
/** From this many cells on, sign sketches choose which are compared exactly. */
const EXACT_LIMIT = 192
const COMPARED = 96
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

const BITS = new Uint8Array(65536)
for (let i = 1; i < 65536; i++) BITS[i] = BITS[i >> 1]! + (i & 1)

/** Components that each of the 64 sketch bits looks at, and with which sign: a fixed sparse projection. */
const SPREAD = 8
const PICKS = Uint16Array.from({ length: 64 * SPREAD }, (_, i) => {
  const bit = Math.floor(i / SPREAD)
  const j = i % SPREAD
  return bit * 5 + j * 37 + ((bit * j) % 11)
})
const SIGNS = Int8Array.from({ length: 64 * SPREAD }, (_, i) => (((i / SPREAD) >> (i % 6)) & 1 ? -1 : 1))

/** 64 sign bits of a vector: near vectors differ in few of them. */
function sketch(vector: Float32Array): [number, number] {
  const words: [number, number] = [0, 0]
  const n = vector.length
  for (let b = 0, i = 0; b < 64; b++) {
    let sum = 0
    for (let j = 0; j < SPREAD; j++, i++) sum += SIGNS[i]! * vector[PICKS[i]! % n]!
    if (sum > 0) words[b >> 5]! |= 1 << (b & 31)
  }
  return words
}

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Leader clustering of needs. At most `CELL_LIMIT` cells; finding the nearest compares sign sketches first, at most `COMPARED` exactly. */
export class Cells {
  readonly all: (Cell | undefined)[] = []
  private readonly centroids: (Float32Array | undefined)[] = []
  private sketches = new Uint32Array(128)
  private readonly free: number[] = []
  private live = 0
  private serials = 0

  get count(): number {
    return this.live
  }

  get nextSerial(): number {
    return this.serials
  }

  /** The cells nearest to a unit vector, nearest first. */
  nearest(vector: Float32Array, k = LENDERS): Near[] {
    const found: Near[] = []
    for (const slot of this.candidates(vector)) {
      const centroid = this.centroids[slot]
      if (centroid?.length !== vector.length) continue
      const cosine = dot(centroid, vector)
      let at = found.length
      while (
        at > 0 &&
        (found[at - 1]!.cosine < cosine ||
          (found[at - 1]!.cosine === cosine && this.olderThan(slot, found[at - 1]!.slot)))
      )
        at--
      if (at < k) {
        found.splice(at, 0, { slot, cosine })
        if (found.length > k) found.pop()
      }
    }
    return found
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
    this.live++
    return slot
  }

  /** The cell to forget before another is founded, when the limit is reached. */
  emptiest(): number | undefined {
    if (this.live < CELL_LIMIT) return undefined
    let slot: number | undefined
    this.all.forEach((cell, i) => {
      if (cell !== undefined && (slot === undefined || cell.mass < this.all[slot]!.mass)) slot = i
    })
    return slot
  }

  forget(slot: number): void {
    this.all[slot] = undefined
    this.centroids[slot] = undefined
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
    if (this.sketches.length < this.all.length * 2) {
      const larger = new Uint32Array(this.all.length * 4)
      larger.set(this.sketches)
      this.sketches = larger
    }
    const [low, high] = centroid ? sketch(centroid) : [0, 0]
    this.sketches[slot * 2] = low
    this.sketches[slot * 2 + 1] = high
  }

  private candidates(vector: Float32Array): Iterable<number> {
    if (this.live <= EXACT_LIMIT) return this.all.keys()
    const [low, high] = sketch(vector)
    const distances = new Uint8Array(this.all.length)
    const histogram = new Uint32Array(65)
    for (let slot = 0; slot < this.all.length; slot++) {
      const a = this.sketches[slot * 2]! ^ low
      const b = this.sketches[slot * 2 + 1]! ^ high
      const distance = BITS[a & 65535]! + BITS[a >>> 16]! + BITS[b & 65535]! + BITS[b >>> 16]!
      distances[slot] = distance
      histogram[distance]!++
    }
    let limit = 0
    for (let total = histogram[0]!; limit < 64 && total < COMPARED; ) total += histogram[++limit]!
    const chosen: number[] = []
    for (let slot = 0; slot < distances.length; slot++) if (distances[slot]! <= limit) chosen.push(slot)
    return chosen
  }
}
