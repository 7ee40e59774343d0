import type { PairSet } from './pair-set.js'
import { Random } from './random.js'

/** Share of the batches from one source, unless sources are apart. */
const HALF = 0.5
/** A source needs so many pairs to fill batches of its own. */
const SOURCE_MINIMUM = 2
/** Sources are drawn in proportion to size^.7: large ones do not drown the others. */
const SOURCE_POWER = 0.7

/**
 * Draws batches of pairs. Half of them come from one source, where the other pairs of the batch are harder negatives;
 * the rest from everywhere. Every worker runs the same sampler from the same state, so none has to be told.
 */
export class Sampler {
  readonly random: Random
  private readonly batch: number
  /** Share of the batches that come from one source. */
  private readonly oneSource: number
  private readonly everywhere: Drawer
  private readonly bySource: Drawer[]
  private readonly shares: Float64Array
  private order: Int32Array | undefined
  private orderShare = 0

  /**
   * @param pool the pairs to draw from (held-out ones are not among them)
   * @param apart every batch comes from one source, sources drawn by the weight of their pairs: no source's positives are
   *   negatives of another's
   */
  constructor(
    pairs: PairSet,
    pool: Int32Array,
    { batch, seed, apart }: { batch: number; seed: number; apart: boolean },
  ) {
    this.random = new Random(seed)
    this.batch = batch
    this.oneSource = apart ? 1 : HALF
    this.everywhere = new Drawer(pool, pairs.weights)
    const groups = new Map<number, number[]>()
    for (const pair of pool) {
      const group = groups.get(pairs.sources[pair]!)
      if (group) group.push(pair)
      else groups.set(pairs.sources[pair]!, [pair])
    }
    const large = [...groups.entries()]
      .sort(([a], [b]) => a - b)
      .map(([, group]) => group)
      .filter((group) => apart || group.length >= SOURCE_MINIMUM * batch)
    const weightOf = (group: readonly number[]) => group.reduce((sum, pair) => sum + pairs.weights[pair]!, 0)
    this.bySource = large.map((group) => new Drawer(Int32Array.from(group), pairs.weights))
    this.shares = cumulate(
      Float64Array.from(large, (group) => (apart ? weightOf(group) : group.length ** SOURCE_POWER)),
    )
  }

  /** Fills `out` (batch) with pair numbers; no pair twice while there are enough. */
  draw(out: Int32Array): void {
    const random = this.random
    if (this.order && random.next() < this.orderShare) {
      const start = random.below(Math.max(1, this.order.length - this.batch + 1))
      for (let i = 0; i < this.batch; i++) out[i] = this.order[(start + i) % this.order.length]!
      return
    }
    const oneSource = random.next() < this.oneSource && this.bySource.length > 0
    const drawer = oneSource ? this.bySource[find(this.shares, random.next())]! : this.everywhere
    const seen = new Set<number>()
    for (let i = 0, tries = 0; i < this.batch; tries++) {
      const pair = drawer.draw(random)
      if (seen.has(pair) && tries < 16 * this.batch) continue
      seen.add(pair)
      out[i++] = pair
    }
  }

  /**
   * Sets an order in which neighbours are alike: from then on, `share` of the batches are runs of it (hard negatives).
   * @param order the pool's pairs
   */
  useOrder(order: Int32Array, share: number): void {
    this.order = order
    this.orderShare = share
  }
}

/** Draws from a list in proportion to weights. */
class Drawer {
  private readonly list: Int32Array
  private readonly cumulated: Float64Array

  constructor(list: Int32Array, weights: Float32Array) {
    this.list = list
    this.cumulated = cumulate(Float64Array.from(list, (pair) => weights[pair]!))
  }

  draw(random: Random): number {
    return this.list[find(this.cumulated, random.next())]!
  }
}

/** Running sums, scaled to end at 1. */
function cumulate(weights: Float64Array): Float64Array {
  const sums = new Float64Array(weights.length)
  let total = 0
  for (const [i, weight] of weights.entries()) {
    total += weight
    sums[i] = total
  }
  for (let i = 0; i < sums.length; i++) sums[i]! /= total
  return sums
}

/** First position whose running sum exceeds `x`. */
function find(sums: Float64Array, x: number): number {
  let low = 0
  let high = sums.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (sums[middle]! > x) high = middle
    else low = middle + 1
  }
  return low
}
