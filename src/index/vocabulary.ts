import { isStopWord, stemOf } from '../core/text/words.js'
import { growableI32, growableU8, growableU32 } from './growable.js'
import type { NamedArrays, SectionReader } from './sections.js'
import { StringTable } from './string-table.js'

/** Word id 0 is no word: it stands between two entries of a field (two tags, two intents), so that no pair spans them. */
export const BREAK = 0

/** What the inner loops read of the words, valid until the next `add`; there may be spare room behind. */
export interface WordTables {
  /** Word id → stem id; −1 for the break. */
  stemOf: Int32Array
  /** 1 for stop words and the break. */
  stop: Uint8Array
  /** Word id → its 4-gram ids: `grams[gramStart[w] .. gramStart[w + 1])`. */
  gramStart: Uint32Array
  grams: Uint32Array
}

/** The words of the indexed texts with what depends on the word alone: its stem, whether it is a stop word, and its character 4-grams. */
export class Vocabulary {
  private readonly words
  private readonly stems
  private readonly gramTable
  private readonly stemOfWord
  private readonly stop
  private readonly gramStart
  private readonly gramsFlat
  /** Stem id → 1 + its last word, word id → 1 + the word of the same stem before it; 0 without. */
  private readonly lastWord = growableU32()
  private readonly wordBefore = growableU32()

  constructor(reader?: SectionReader) {
    const table = (name: string) => (reader ? StringTable.from(reader, name) : new StringTable())
    this.words = table('words')
    this.stems = table('stems')
    this.gramTable = table('grams')
    this.stemOfWord = growableI32(reader?.i32('words.stem'))
    this.stop = growableU8(reader?.u8('words.stop'))
    this.gramStart = growableU32(reader?.u32('words.gramStart'))
    this.gramsFlat = growableU32(reader?.u32('words.grams'))
    if (!reader) {
      this.words.add('')
      this.stemOfWord.push(-1)
      this.stop.push(1)
      this.gramStart.pushAll([0, 0])
    }
    for (let word = 0; word < this.words.size; word++) this.chain(word)
  }

  private chain(word: number): void {
    const stem = this.stemOfWord.raw[word]!
    while (this.lastWord.length <= stem) this.lastWord.push(0)
    this.wordBefore.push(stem < 0 ? 0 : this.lastWord.raw[stem]!)
    if (stem >= 0) this.lastWord.raw[stem] = word + 1
  }

  /** Words, the break included. */
  get wordCount(): number {
    return this.words.size
  }

  get stemCount(): number {
    return this.stems.size
  }

  get gramCount(): number {
    return this.gramTable.size
  }

  add(word: string): number {
    const before = this.words.size
    const id = this.words.add(word)
    if (id < before) return id
    this.stemOfWord.push(this.stems.add(stemOf(word)))
    this.stop.push(isStopWord(word) ? 1 : 0)
    for (const gram of gramsOf(word)) this.gramsFlat.push(this.gramTable.add(gram))
    this.gramStart.push(this.gramsFlat.length)
    this.chain(id)
    return id
  }

  word(id: number): string {
    return this.words.text(id)
  }

  stem(id: number): string {
    return this.stems.text(id)
  }

  gram(id: number): string {
    return this.gramTable.text(id)
  }

  /** −1 for a word never indexed. */
  wordId(word: string): number {
    return this.words.idOf(word)
  }

  /** The stem of a word, and its id: −1 for a stem never indexed. */
  stemOf(word: string): { stem: string; id: number } {
    const known = this.words.idOf(word)
    if (known >= 0) {
      const id = this.stemOfWord.raw[known]!
      return { stem: this.stem(id), id }
    }
    const stem = stemOf(word)
    return { stem, id: this.stemId(stem) }
  }

  /** A word of a stem; −1 when no word has it. */
  firstWordOf(stem: number): number {
    return this.lastWord.raw[stem]! - 1
  }

  /** Another word of the same stem; −1 when all have been named. */
  nextWordOf(word: number): number {
    return this.wordBefore.raw[word]! - 1
  }

  /** −1 for a stem never indexed. */
  stemId(stem: string): number {
    return this.stems.idOf(stem)
  }

  /** −1 for a 4-gram never indexed. */
  gramId(gram: string): number {
    return this.gramTable.idOf(gram)
  }

  tables(): WordTables {
    return {
      stemOf: this.stemOfWord.raw,
      stop: this.stop.raw,
      gramStart: this.gramStart.raw,
      grams: this.gramsFlat.raw,
    }
  }

  sections(): NamedArrays {
    return [
      ...this.words.sections('words'),
      ...this.stems.sections('stems'),
      ...this.gramTable.sections('grams'),
      ['words.stem', this.stemOfWord.view()],
      ['words.stop', this.stop.view()],
      ['words.gramStart', this.gramStart.view()],
      ['words.grams', this.gramsFlat.view()],
    ]
  }
}

/** Character 4-grams of `<word>`; a shorter word is its own only gram. */
export function gramsOf(word: string): string[] {
  const padded = `<${word}>`
  if (padded.length <= 4) return [padded]
  const grams: string[] = []
  for (let i = 0; i + 4 <= padded.length; i++) grams.push(padded.slice(i, i + 4))
  return grams
}
