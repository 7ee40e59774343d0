/** A binary heap of rows in typed arrays, the smallest key on top. */
export class RowQueue {
  length = 0
  private rows = new Uint32Array(256)
  private keys = new Float32Array(256)

  /** The smallest key. */
  get key(): number {
    return this.keys[0]!
  }

  clear(): void {
    this.length = 0
  }

  push(row: number, key: number): void {
    if (this.length === this.rows.length) this.grow()
    const { rows, keys } = this
    let at = this.length++
    while (at > 0) {
      const parent = (at - 1) >>> 1
      if (keys[parent]! <= key) break
      keys[at] = keys[parent]!
      rows[at] = rows[parent]!
      at = parent
    }
    keys[at] = key
    rows[at] = row
  }

  /** Takes out the row with the smallest key. */
  pop(): number {
    const { rows, keys } = this
    const top = rows[0]!
    const last = --this.length
    const key = keys[last]!
    let at = 0
    for (let child = 1; child < last; child = 2 * at + 1) {
      if (child + 1 < last && keys[child + 1]! < keys[child]!) child++
      if (keys[child]! >= key) break
      keys[at] = keys[child]!
      rows[at] = rows[child]!
      at = child
    }
    keys[at] = key
    rows[at] = rows[last]!
    return top
  }

  /** Empties the heap: the `k` rows with the largest keys, largest first. */
  drain(k: number): { rows: Uint32Array; keys: Float32Array } {
    while (this.length > k) this.pop()
    const rows = new Uint32Array(this.length)
    const keys = new Float32Array(this.length)
    for (let i = this.length - 1; i >= 0; i--) {
      keys[i] = this.keys[0]!
      rows[i] = this.pop()
    }
    return { rows, keys }
  }

  private grow(): void {
    const rows = new Uint32Array(this.length * 2)
    const keys = new Float32Array(this.length * 2)
    rows.set(this.rows)
    keys.set(this.keys)
    this.rows = rows
    this.keys = keys
  }
}
