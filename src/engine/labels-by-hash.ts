import { spread } from '../core/fnv.js'
import { growTo, roomFor } from '../core/typed.js'

/**
 * Labels by a hash of something that they have: whoever is found may have another, and is compared by the asker. Chains through columns by
 * label, twelve bytes each, where a map has sixty.
 */
export class LabelsByHash {
  /** Label + 1 of the first of each chain, 0 when there is none; a power of two. */
  private heads = new Int32Array(1024)
  /** The same of what comes after a label. */
  private next = new Int32Array(0)
  private hashes = new Int32Array(0)

  /** Makes room for labels up to and with `highest`. */
  reserve(highest: number): void {
    const room = roomFor(this.next.length, highest + 1)
    this.next = growTo(this.next, room)
    this.hashes = growTo(this.hashes, room)
    if (highest >= this.heads.length) this.spreadOut(highest)
  }

  /** A label that is not in it, and for which there is room. */
  add(label: number, hash: number): void {
    this.hashes[label] = hash
    this.chain(label)
  }

  remove(label: number): void {
    const { next } = this
    const at = this.chainOf(label)
    if (this.heads[at] === label + 1) {
      this.heads[at] = next[label]!
      return
    }
    let before = this.heads[at]! - 1
    while (before >= 0 && next[before] !== label + 1) before = next[before]! - 1
    if (before >= 0) next[before] = next[label]!
  }

  /** Those added with this hash, the newest first. */
  find(hash: number): number[] {
    const found: number[] = []
    for (let at = this.heads[spread(hash) & (this.heads.length - 1)]!; at > 0; at = this.next[at - 1]!) {
      if (this.hashes[at - 1] === hash) found.push(at - 1)
    }
    return found
  }

  private chainOf(label: number): number {
    return spread(this.hashes[label]!) & (this.heads.length - 1)
  }

  private chain(label: number): void {
    const at = this.chainOf(label)
    this.next[label] = this.heads[at]!
    this.heads[at] = label + 1
  }

  private spreadOut(highest: number): void {
    const before = this.heads
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2(highest + 1)))
    for (const head of before) {
      const labels: number[] = []
      for (let at = head; at > 0; at = this.next[at - 1]!) labels.push(at - 1)
      // the oldest first, so that the newest are found first again
      for (const label of labels.reverse()) this.chain(label)
    }
  }
}
