import { FIELD_COUNT } from './field-impacts.js'
import type { Forward } from './forward.js'
import { BREAK, type Vocabulary } from './vocabulary.js'

/** Name, description and intents: the fields that say what the capability does. */
export const TEXT_FIELDS = 3

/** What the cosines of the re-ranker compare: 4-grams and adjacent content stems of the text fields of a row. */
export class TextRows {
  private readonly forward: Forward
  private readonly vocabulary: Vocabulary

  constructor(forward: Forward, vocabulary: Vocabulary) {
    this.forward = forward
    this.vocabulary = vocabulary
  }

  /** Where the words of name, description and intents of a row end. */
  private textEnd(row: number): number {
    const lengths = this.forward.fieldLengths.raw
    let end = this.forward.wordStart.raw[row]!
    for (let field = 0; field < TEXT_FIELDS; field++) end += lengths[row * FIELD_COUNT + field]!
    return end
  }

  /** Every 4-gram occurrence of the content words. */
  eachGram(row: number, visit: (gram: number) => void): void {
    const words = this.forward.words.raw
    const { stop, gramStart, grams } = this.vocabulary.tables()
    for (let i = this.forward.wordStart.raw[row]!, end = this.textEnd(row); i < end; i++) {
      const word = words[i]!
      if (stop[word] === 1) continue
      for (let g = gramStart[word]!; g < gramStart[word + 1]!; g++) visit(grams[g]!)
    }
  }

  /** Adjacent content stems; a pair spans neither entries nor fields. */
  eachPair(row: number, visit: (a: number, b: number) => void): void {
    const words = this.forward.words.raw
    const lengths = this.forward.fieldLengths.raw
    const { stop, stemOf } = this.vocabulary.tables()
    let next = this.forward.wordStart.raw[row]!
    for (let field = 0; field < TEXT_FIELDS; field++) {
      let previous = -1
      for (const end = next + lengths[row * FIELD_COUNT + field]!; next < end; next++) {
        const word = words[next]!
        if (word === BREAK) {
          previous = -1
          continue
        }
        if (stop[word] === 1) continue
        if (previous >= 0) visit(previous, stemOf[word]!)
        previous = stemOf[word]!
      }
    }
  }
}
