/** Numbers pairs of ids in order of first sight; open addressing on typed arrays, about 20 bytes a pair. */
export class PairMap {
  size = 0
  private keys: Float64Array
  private ids: Int32Array
  private mask: number

  constructor(expected = 1024) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, expected * 1.6)))
    this.keys = new Float64Array(slots).fill(-1)
    this.ids = new Int32Array(slots)
    this.mask = slots - 1
  }

  /** The pair's id, or −1 when it was never added. Both parts are below 2²⁶. */
  get(a: number, b: number): number {
    const key = a * 0x4000000 + b
    for (let slot = this.slotOf(a, b); ; slot = (slot + 1) & this.mask) {
      const found = this.keys[slot]!
      if (found === key) return this.ids[slot]!
      if (found < 0) return -1
    }
  }

  /** Every pair with its id, in no particular order. */
  *entries(): Generator<[a: number, b: number, id: number]> {
    for (const [slot, key] of this.keys.entries()) {
      if (key >= 0) yield [Math.floor(key / 0x4000000), key % 0x4000000, this.ids[slot]!]
    }
  }

  add(a: number, b: number): number {
    if (this.size * 3 > this.mask * 2) this.grow()
    const key = a * 0x4000000 + b
    for (let slot = this.slotOf(a, b); ; slot = (slot + 1) & this.mask) {
      const found = this.keys[slot]!
      if (found === key) return this.ids[slot]!
      if (found < 0) {
        this.keys[slot] = key
        this.ids[slot] = this.size
        return this.size++
      }
    }
  }

  /** Fibonacci-style mixing of both parts (Knuth, TAOCP 3, 6.4). */
  private slotOf(a: number, b: number): number {
    let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)
    h ^= h >>> 15
    return (Math.imul(h, 0x2c1b3c6d) >>> 7) & this.mask
  }

  private grow(): void {
    const { keys, ids } = this
    this.keys = new Float64Array(keys.length * 2).fill(-1)
    this.ids = new Int32Array(keys.length * 2)
    this.mask = this.keys.length - 1
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!
      if (key < 0) continue
      let slot = this.slotOf(Math.floor(key / 0x4000000), key % 0x4000000)
      while (this.keys[slot]! >= 0) slot = (slot + 1) & this.mask
      this.keys[slot] = key
      this.ids[slot] = ids[i]!
    }
  }
}
