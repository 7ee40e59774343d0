import { growableU32 } from './growable.js'
import type { NamedArrays, SectionReader } from './sections.js'

/** Numbers pairs of ids in order of first sight; open addressing on typed arrays, about 16 bytes a pair. */
export class PairMap {
  /** The two parts of every pair, by id. */
  private readonly firsts
  private readonly seconds
  /** id + 1, 0 when free. */
  private slots: Int32Array

  constructor(firsts = growableU32(), seconds = growableU32(), slots: Int32Array = new Int32Array(1024)) {
    this.firsts = firsts
    this.seconds = seconds
    this.slots = slots
  }

  get size(): number {
    return this.firsts.length
  }

  /** The pair's id, or −1 when it was never added. */
  get(a: number, b: number): number {
    return this.slots[this.find(a, b)]! - 1
  }

  add(a: number, b: number): number {
    if (this.size * 3 > this.slots.length * 2) this.grow()
    const slot = this.find(a, b)
    if (this.slots[slot] !== 0) return this.slots[slot]! - 1
    this.firsts.push(a)
    this.seconds.push(b)
    this.slots[slot] = this.size
    return this.size - 1
  }

  parts(id: number): [a: number, b: number] {
    return [this.firsts.raw[id]!, this.seconds.raw[id]!]
  }

  sections(name: string): NamedArrays {
    return [
      [`${name}.firsts`, this.firsts.view()],
      [`${name}.seconds`, this.seconds.view()],
      [`${name}.slots`, this.slots],
    ]
  }

  /** Takes the arrays over. */
  static from(reader: SectionReader, name: string): PairMap {
    const firsts = growableU32(reader.u32(`${name}.firsts`))
    return new PairMap(firsts, growableU32(reader.u32(`${name}.seconds`)), reader.i32(`${name}.slots`))
  }

  /** Where a pair stands, or where it would. */
  private find(a: number, b: number): number {
    const { slots } = this
    const firsts = this.firsts.raw
    const seconds = this.seconds.raw
    const mask = slots.length - 1
    for (let slot = hashOf(a, b) & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot]! - 1
      if (id < 0 || (firsts[id] === a && seconds[id] === b)) return slot
    }
  }

  private grow(): void {
    const firsts = this.firsts.raw
    const seconds = this.seconds.raw
    const slots = new Int32Array(this.slots.length * 2)
    const mask = slots.length - 1
    for (let id = 0; id < this.size; id++) {
      let slot = hashOf(firsts[id]!, seconds[id]!) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = id + 1
    }
    this.slots = slots
  }
}

/** Fibonacci-style mixing of both parts (Knuth, TAOCP 3, 6.4). */
function hashOf(a: number, b: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)
  h ^= h >>> 15
  return Math.imul(h, 0x2c1b3c6d) >>> 7
}
