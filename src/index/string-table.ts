import { fnv1a, mix, SEED, spread } from '../core/fnv.js'
import { growableU16, growableU32 } from './growable.js'
import type { NamedArrays, SectionReader } from './sections.js'

/**
 * Numbers strings in order of first sight; open addressing over UTF-16 codes on typed arrays, so that a snapshot holds it as it stands in
 * memory and loading makes no strings.
 */
export class StringTable {
  /** Codes of string `id`: `codes[starts[id] .. starts[id + 1])`. */
  private readonly codes
  private readonly starts
  /** id + 1, 0 when free. */
  private slots: Int32Array

  constructor(codes = growableU16(), starts = growableU32(), slots: Int32Array = new Int32Array(1024)) {
    this.codes = codes
    this.starts = starts
    this.slots = slots
    if (starts.length === 0) starts.push(0)
  }

  get size(): number {
    return this.starts.length - 1
  }

  /** The string's id, or −1 when it was never added. */
  idOf(text: string): number {
    return this.slots[this.find(text, hashOf(text))]! - 1
  }

  add(text: string): number {
    if (this.size * 2 > this.slots.length) this.grow()
    const slot = this.find(text, hashOf(text))
    if (this.slots[slot] !== 0) return this.slots[slot]! - 1
    for (let i = 0; i < text.length; i++) this.codes.push(text.charCodeAt(i))
    this.starts.push(this.codes.length)
    this.slots[slot] = this.size
    return this.size - 1
  }

  text(id: number): string {
    const starts = this.starts.raw
    return String.fromCharCode(...this.codes.raw.subarray(starts[id]!, starts[id + 1]!))
  }

  sections(name: string): NamedArrays {
    return [
      [`${name}.codes`, this.codes.view()],
      [`${name}.starts`, this.starts.view()],
      [`${name}.slots`, this.slots],
    ]
  }

  /** Takes the arrays over. */
  static from(reader: SectionReader, name: string): StringTable {
    const codes = growableU16(reader.u16(`${name}.codes`))
    return new StringTable(codes, growableU32(reader.u32(`${name}.starts`)), reader.i32(`${name}.slots`))
  }

  /** Where a string stands, or where it would. */
  private find(text: string, hash: number): number {
    const { slots } = this
    const codes = this.codes.raw
    const starts = this.starts.raw
    const mask = slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot]! - 1
      if (id < 0 || equals(codes, starts[id]!, starts[id + 1]!, text)) return slot
    }
  }

  private grow(): void {
    const codes = this.codes.raw
    const starts = this.starts.raw
    const slots = new Int32Array(this.slots.length * 2)
    const mask = slots.length - 1
    for (let id = 0; id < this.size; id++) {
      let hash = SEED
      for (let i = starts[id]!; i < starts[id + 1]!; i++) hash = mix(hash, codes[i]!)
      let slot = spread(hash) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = id + 1
    }
    this.slots = slots
  }
}

const hashOf = (text: string): number => spread(fnv1a(text))

function equals(codes: Uint16Array, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) return false
  for (let i = 0; i < text.length; i++) if (codes[from + i] !== text.charCodeAt(i)) return false
  return true
}
