import { BREAK, type Vocabulary } from './vocabulary.js'

/** Mark of a stop word; it stays. */
export const STOP = 1

/**
 * A byte of marks a word, for the length of one query: walking over texts, most words need no look into any larger table. Bits above `STOP`
 * are the user's.
 */
export class WordMarks {
  /** By word id; room for all words after `prepare`. */
  bytes = new Uint8Array(0)
  private readonly vocabulary: Vocabulary
  /** Words whose stop mark is set. */
  private known = 0
  private readonly marked: number[] = []

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary
  }

  /** Takes up words that have come since. */
  prepare(): void {
    const { wordCount } = this.vocabulary
    if (this.known === wordCount) return
    if (this.bytes.length < wordCount) {
      const next = new Uint8Array(wordCount + (wordCount >> 3))
      next.set(this.bytes)
      this.bytes = next
    }
    const { stop } = this.vocabulary.tables()
    for (let word = Math.max(this.known, BREAK + 1); word < wordCount; word++) this.bytes[word] = stop[word]! * STOP
    this.known = wordCount
  }

  set(word: number, mark: number): void {
    this.bytes[word]! |= mark
    this.marked.push(word)
  }

  /** Marks every word of a stem. */
  setStem(stem: number, mark: number): void {
    for (let word = this.vocabulary.firstWordOf(stem); word >= 0; word = this.vocabulary.nextWordOf(word)) {
      this.set(word, mark)
    }
  }

  /** Takes all marks off but those of stop words. */
  clear(): void {
    for (const word of this.marked) this.bytes[word]! &= STOP
    this.marked.length = 0
  }
}
