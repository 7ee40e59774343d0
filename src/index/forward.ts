import type { IndexDocument } from '../core/document.js'
import type { TokenTable } from '../core/embedding.js'
import { FIELDS } from '../core/relevance/bm25.js'
import { isStopWord, joinedIdentifier, spacedName, wordsOf } from '../core/text/words.js'
import { growTo } from '../core/typed.js'
import { growableU8, growableU16, growableU32 } from './growable.js'
import { damaged, type NamedArrays, type SectionReader } from './sections.js'
import { overRows, type Steps } from './slices.js'
import { BREAK, Vocabulary } from './vocabulary.js'

/** Late interaction looks at the name and this much of the description (more pieces gained nothing). */
const DESCRIPTION_PIECES = 60
const NAME_PIECES = 40
const INTENT_PIECES = 40
const FIELD_COUNT = FIELDS.length
const MOST_WORDS_A_FIELD = 2000

/**
 * Every indexed text as numbers, in order of label: word ids by field, and piece ids for late interaction. All other structures
 * (postings, idf, norms) are computed from it. `n` is the number of rows, `at` a row.
 */
export class Forward {
  readonly labels
  /** Words of row `at`: `words[wordStart[at] .. wordStart[at + 1])`, field after field. */
  readonly wordStart
  readonly words
  /** Entries (words and breaks) of each field: `FIELDS.length` numbers a row. */
  readonly fieldLengths
  /** Pieces of row `at`: `pieces[pieceStart[at] .. pieceStart[at + 1])`, the name's `namePieces[at]` first. */
  readonly pieceStart
  readonly pieces
  readonly namePieces

  /** @param reader what `sections` gave; taken over */
  constructor(reader?: SectionReader) {
    this.labels = growableU32(reader?.u32('labels'))
    this.wordStart = growableU32(reader?.u32('wordStart') ?? Uint32Array.of(0))
    this.words = growableU32(reader?.u32('words'))
    this.fieldLengths = growableU16(reader?.u16('fieldLengths'))
    this.pieceStart = growableU32(reader?.u32('pieceStart') ?? Uint32Array.of(0))
    this.pieces = growableU32(reader?.u32('pieces'))
    this.namePieces = growableU8(reader?.u8('namePieces'))
    if (reader && !this.isWhole()) throw damaged('its sections have lengths that do not belong together')
  }

  private isWhole(): boolean {
    const { count, wordStart, pieceStart } = this
    return (
      wordStart.length === count + 1 &&
      pieceStart.length === count + 1 &&
      this.namePieces.length === count &&
      this.fieldLengths.length === count * FIELD_COUNT &&
      wordStart.raw[count] === this.words.length &&
      pieceStart.raw[count] === this.pieces.length
    )
  }

  sections(): NamedArrays {
    const { labels, wordStart, words, fieldLengths, pieceStart, pieces, namePieces } = this
    const all = { labels, wordStart, words, fieldLengths, pieceStart, pieces, namePieces }
    return Object.entries(all).map(([name, array]) => [name, array.view()])
  }

  get count(): number {
    return this.labels.length
  }

  add(document: IndexDocument, vocabulary: Vocabulary, table: TokenTable): void {
    const name = wordsOf(document.name)
    const joined = joinedIdentifier(document.name)
    const fields = [
      joined === undefined ? [name] : [name, [joined]],
      [content(document.description)],
      document.intents.map(content),
      document.tags.map(wordsOf),
      [wordsOf(document.toolName)],
      [content(document.toolDescription)],
    ]
    for (const field of fields) {
      let length = 0
      for (const [index, entry] of field.entries()) {
        if (index > 0) {
          this.words.push(BREAK)
          length++
        }
        for (const word of entry.slice(0, MOST_WORDS_A_FIELD - length)) {
          this.words.push(vocabulary.add(word))
          length++
        }
        if (length >= MOST_WORDS_A_FIELD) break
      }
      this.fieldLengths.push(length)
    }
    this.wordStart.push(this.words.length)
    const namePieces = table.pieces(spacedName(document.name), NAME_PIECES)
    this.pieces.pushAll(namePieces)
    this.namePieces.push(namePieces.length)
    this.pieces.pushAll(table.pieces(document.description, DESCRIPTION_PIECES))
    if (document.intents.length > 0) this.pieces.pushAll(table.pieces(document.intents.join('. '), INTENT_PIECES))
    this.pieceStart.push(this.pieces.length)
    this.labels.push(document.label)
  }

  /**
   * A copy of the rows for which `keep` says yes, over a vocabulary of their words alone: what adding only them would have made. Rows that
   * are added meanwhile are copied too: `seen` says up to which.
   */
  *filter(keep: (at: number) => boolean, from: Vocabulary): Steps<Texts & { seen: number }> {
    const kept: Texts = { forward: new Forward(), vocabulary: new Vocabulary() }
    const renumber = new Renumbering(from, kept.vocabulary)
    let seen = 0
    const copy = (at: number) => {
      seen = at + 1
      if (keep(at)) kept.forward.copy(this, at, renumber)
    }
    yield* overRows(() => this.count, copy)
    return { ...kept, seen }
  }

  /** Adds row `at` of other forward data, whose words are renumbered. */
  copy(other: Forward, at: number, renumber: Renumbering): void {
    this.labels.push(other.labels.raw[at]!)
    for (let i = other.wordStart.raw[at]!, end = other.wordStart.raw[at + 1]!; i < end; i++) {
      this.words.push(renumber.of(other.words.raw[i]!))
    }
    this.wordStart.push(this.words.length)
    this.pieces.pushAll(other.pieces.raw.subarray(other.pieceStart.raw[at]!, other.pieceStart.raw[at + 1]!))
    this.pieceStart.push(this.pieces.length)
    this.namePieces.push(other.namePieces.raw[at]!)
    this.fieldLengths.pushAll(other.fieldLengths.raw.subarray(at * FIELD_COUNT, (at + 1) * FIELD_COUNT))
  }
}

/** Words of one vocabulary as numbers of another, which takes up those it does not have. */
export class Renumbering {
  private readonly from: Vocabulary
  private readonly to: Vocabulary
  /** Word of `from` → word of `to`; 0 for the break and those not met yet. */
  private known: Uint32Array

  constructor(from: Vocabulary, to: Vocabulary) {
    this.from = from
    this.to = to
    this.known = new Uint32Array(from.wordCount)
  }

  of(word: number): number {
    if (word === BREAK) return BREAK
    if (word >= this.known.length) this.known = growTo(this.known, 2 * word)
    if (this.known[word] === 0) this.known[word] = this.to.add(this.from.word(word))
    return this.known[word]!
  }
}

/** The texts of an index and the words they are made of. */
export interface Texts {
  forward: Forward
  vocabulary: Vocabulary
}

const content = (text: string): string[] => wordsOf(text).filter((word) => !isStopWord(word))
