import { spread } from '../core/fnv.js'

/**
 * Sums by id for one row at a time: open addressing on a table that fits the longest row, not the highest id, so that it stays in the
 * processor's cache and a catalogue's first change does not have to lay out a place for every pair there is. Emptying costs only what was filled.
 */
export class RowTally {
  /** id + 1, 0 when free. */
  private keys = new Int32Array(1024)
  private sums = new Float64Array(1024)
  /** Slots in use, in order of first sight. */
  private slots: number[] = []

  /** `amount` is above 0. */
  add(id: number, amount: number): void {
    if (this.slots.length * 2 >= this.keys.length) this.grow()
    const slot = this.find(id)
    if (this.keys[slot] === 0) {
      this.keys[slot] = id + 1
      this.slots.push(slot)
    }
    this.sums[slot]! += amount
  }

  /** Visits every id in order of first sight. */
  each(visit: (id: number, sum: number) => void): void {
    for (const slot of this.slots) visit(this.keys[slot]! - 1, this.sums[slot]!)
  }

  /** Visits every id in order of first sight, and empties the tally. */
  drain(visit: (id: number, sum: number) => void): void {
    this.each(visit)
    for (const slot of this.slots) {
      this.keys[slot] = 0
      this.sums[slot] = 0
    }
    this.slots.length = 0
  }

  /** Where an id stands, or where it would. */
  private find(id: number): number {
    const { keys } = this
    const mask = keys.length - 1
    let slot = spread(Math.imul(id, 0x9e3779b1)) & mask
    while (keys[slot] !== 0 && keys[slot] !== id + 1) slot = (slot + 1) & mask
    return slot
  }

  private grow(): void {
    const filled: [id: number, sum: number][] = []
    this.drain((id, sum) => filled.push([id, sum]))
    this.keys = new Int32Array(this.keys.length * 2)
    this.sums = new Float64Array(this.sums.length * 2)
    for (const [id, sum] of filled) this.add(id, sum)
  }
}
