import { growTo } from '../typed.js'
import type { Counts, Sum } from './counters.js'
import { gallop } from './gallop.js'

const FIRST = 8

/**
 * What one intent cell knows of capabilities: four forward-decayed sums each, ascending by capability. Together in two blocks, because a
 * search looks up all its candidates in five cells: they are walked side by side, and only what both have is touched.
 */
export class CellEdges {
  private keys = new Int32Array(FIRST)
  private values = new Float64Array(FIRST * 4)
  size = 0

  /** The capabilities, ascending. */
  caps(): Int32Array {
    return this.keys.subarray(0, this.size)
  }

  get(cap: number): Counts | undefined {
    const at = this.placeOf(cap)
    if (this.keys[at] !== cap || at >= this.size) return undefined
    const v = at * 4
    return [this.values[v]!, this.values[v + 1]!, this.values[v + 2]!, this.values[v + 3]!]
  }

  set(cap: number, counts: Counts): void {
    const at = this.open(cap)
    this.values.set(counts, at * 4)
  }

  /** Adds to one sum; a capability whose sums are all 0 again is forgotten. */
  add(cap: number, sum: Sum, amount: number): void {
    const at = this.open(cap)
    const { values } = this
    values[at * 4 + sum]! += amount
    for (let i = at * 4; i < at * 4 + 4; i++) if (values[i] !== 0) return
    this.keys.copyWithin(at, at + 1, this.size)
    values.copyWithin(at * 4, (at + 1) * 4, this.size * 4)
    this.size--
  }

  /**
   * Adds `weight` times the sums of each candidate to its four numbers in `out`.
   * @param ascending capabilities, ascending; `numbers` says which candidate each of them is
   */
  lend(ascending: Int32Array, numbers: Int32Array, weight: number, out: Float64Array): void {
    const { keys, values, size } = this
    let at = 0
    for (let i = 0; i < ascending.length; i++) {
      const cap = ascending[i]!
      at = gallop(keys, at, size, cap)
      if (at === size) return
      if (keys[at] !== cap) continue
      const to = numbers[i]! * 4
      const from = at * 4
      out[to]! += values[from]! * weight
      out[to + 1]! += values[from + 1]! * weight
      out[to + 2]! += values[from + 2]! * weight
      out[to + 3]! += values[from + 3]! * weight
    }
  }

  private placeOf(cap: number): number {
    return gallop(this.keys, 0, this.size, cap)
  }

  /** Place of a capability, made when it is new. */
  private open(cap: number): number {
    const at = this.placeOf(cap)
    if (at < this.size && this.keys[at] === cap) return at
    if (this.size === this.keys.length) this.grow()
    this.keys.copyWithin(at + 1, at, this.size)
    this.values.copyWithin((at + 1) * 4, at * 4, this.size * 4)
    this.keys[at] = cap
    this.values.fill(0, at * 4, (at + 1) * 4)
    this.size++
    return at
  }

  private grow(): void {
    const room = this.keys.length + Math.max(FIRST, this.keys.length >> 1)
    this.keys = growTo(this.keys, room)
    this.values = growTo(this.values, room * 4)
  }
}
