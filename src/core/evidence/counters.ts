import { growTo, roomFor } from '../typed.js'
/** The four sums of one counter: expected selections, selections, successes, failures. */
export const EXPECTED = 0
export const SELECTED = 1
export const SUCCEEDED = 2
export const FAILED = 3
export type Sum = 0 | 1 | 2 | 3
export type Counts = [expected: number, selected: number, succeeded: number, failed: number]

/** Counters in one growing block of doubles, four a slot, forward-decayed whole numbers (see decay.ts). */
export class CounterTable {
  values = new Float64Array(4 * 64)
  size = 0

  /** Appends an empty counter and gives its slot. */
  open(): number {
    const slot = this.size++
    this.values = growTo(this.values, roomFor(this.values.length, this.size * 4))
    return slot
  }

  add(slot: number, sum: Sum, amount: number): void {
    this.values[slot * 4 + sum]! += amount
  }

  set(slot: number, counts: Counts): void {
    while (this.size <= slot) this.open()
    this.values.set(counts, slot * 4)
  }

  get(slot: number): Counts {
    const at = slot * 4
    return [this.values[at]!, this.values[at + 1]!, this.values[at + 2]!, this.values[at + 3]!]
  }
}
