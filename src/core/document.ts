/** What the index knows of one capability. Made from the stored record by `documentOf`; `label` is its index position. */
export interface IndexDocument {
  label: number
  name: string
  description: string
  intents: readonly string[]
  tags: readonly string[]
  toolName: string
  toolDescription: string
}

/** One retriever's hits, best first. The two arrays have the same length. */
export interface Hits {
  labels: Uint32Array
  scores: Float32Array
}

/** A set of labels that a filter allows. `undefined` where a function takes it means "everything". */
export class LabelSet {
  private readonly bits: Uint32Array
  readonly size: number

  constructor(labels: Iterable<number>, highest: number) {
    this.bits = new Uint32Array((highest >>> 5) + 1)
    let size = 0
    for (const label of labels) {
      const bit = 1 << (label & 31)
      if ((this.bits[label >>> 5]! & bit) === 0) size++
      this.bits[label >>> 5]! |= bit
    }
    this.size = size
  }

  has(label: number): boolean {
    return (this.bits[label >>> 5]! & (1 << (label & 31))) !== 0
  }

  *[Symbol.iterator](): Generator<number> {
    for (let word = 0; word < this.bits.length; word++) {
      let rest = this.bits[word]!
      while (rest !== 0) {
        const low = rest & -rest
        yield (word << 5) + (31 - Math.clz32(low))
        rest ^= low
      }
    }
  }
}
