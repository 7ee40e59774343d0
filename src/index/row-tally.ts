/** Sums by id for one row at a time, on an array as long as the highest id: emptying costs only what was filled. */
export class RowTally {
  private sums: Float64Array
  private readonly ids: number[] = []

  constructor(size: number) {
    this.sums = new Float64Array(Math.max(1024, size))
  }

  /** `amount` is above 0. */
  add(id: number, amount: number): void {
    if (id >= this.sums.length) {
      const next = new Float64Array(Math.max(id + 1, this.sums.length * 2))
      next.set(this.sums)
      this.sums = next
    }
    if (this.sums[id] === 0) this.ids.push(id)
    this.sums[id]! += amount
  }

  /** Visits every id in order of first sight. */
  each(visit: (id: number) => void): void {
    for (const id of this.ids) visit(id)
  }

  /** Visits every id in order of first sight, and empties the tally. */
  drain(visit: (id: number, sum: number) => void): void {
    for (const id of this.ids) {
      visit(id, this.sums[id]!)
      this.sums[id] = 0
    }
    this.ids.length = 0
  }
}
