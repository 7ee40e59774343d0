import { editDistance } from '../core/text/distance.js'
import { growTo } from '../core/typed.js'
import { overRows, type Steps } from './slices.js'
import type { Vocabulary } from './vocabulary.js'

/** Shorter words have too many neighbours. */
const SHORTEST = 4
/** From this length on two edits are forgiven, below it one. */
const LONG = 8
/** A word of the catalogue must stand there this often before it corrects anything: rare words are often typos themselves. */
const FEWEST_USES = 2
/** Occurrences and words between two looks at what else waits: a few milliseconds. */
const COUNTED_AT_ONCE = 1 << 20
const KNOWN_AT_ONCE = 1 << 13

/** Finds the word of the catalogue that a never-seen word was probably meant to be. */
export class Spelling {
  private readonly vocabulary: Vocabulary
  private uses = new Uint32Array(0)
  /** Word id → which letters it has, one bit a letter. */
  private letters = new Uint32Array(0)
  /** First letter and length → word ids. */
  private readonly buckets = new Map<string, number[]>()

  private constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary
    this.makeRoom()
  }

  /** @param words word ids of all texts, one entry an occurrence; those that come while it runs must be added afterwards */
  static *build(vocabulary: Vocabulary, words: Uint32Array): Steps<Spelling> {
    const spelling = new Spelling(vocabulary)
    const { uses } = spelling
    for (let from = 0; from < words.length; from += COUNTED_AT_ONCE) {
      const to = Math.min(from + COUNTED_AT_ONCE, words.length)
      for (let i = from; i < to; i++) uses[words[i]!]!++
      yield
    }
    const { wordCount } = vocabulary
    yield* overRows(
      () => wordCount,
      (id) => uses[id]! >= FEWEST_USES && spelling.know(id),
      KNOWN_AT_ONCE,
    )
    return spelling
  }

  /** Takes up further texts. */
  add(words: Uint32Array): void {
    this.makeRoom()
    for (const id of words) if (++this.uses[id]! === FEWEST_USES) this.know(id)
  }

  private makeRoom(): void {
    const { wordCount } = this.vocabulary
    if (wordCount <= this.uses.length) return
    this.uses = growTo(this.uses, wordCount + (wordCount >> 3))
    this.letters = growTo(this.letters, this.uses.length)
  }

  private know(id: number): void {
    const word = this.vocabulary.word(id)
    if (!/^[a-z]{4,}$/.test(word)) return
    this.letters[id] = lettersOf(word)
    const key = `${word[0]}${word.length}`
    const bucket = this.buckets.get(key)
    if (bucket) bucket.push(id)
    else this.buckets.set(key, [id])
  }

  /** The nearest word with the same first letter, the more used one when equally near; undefined when none is near enough. */
  correct(word: string): string | undefined {
    if (word.length < SHORTEST || !/^[a-z]+$/.test(word)) return undefined
    const most = word.length >= LONG ? 2 : 1
    const letters = lettersOf(word)
    let best: { word: string; distance: number; uses: number } | undefined
    for (let length = word.length - most; length <= word.length + most; length++) {
      for (const id of this.buckets.get(`${word[0]}${length}`) ?? []) {
        // one edit changes at most two of the letters that occur
        if (bitsOf(letters ^ this.letters[id]!) > 2 * most) continue
        const candidate = this.vocabulary.word(id)
        const distance = editDistance(word, candidate, best?.distance ?? most)
        const uses = this.uses[id]!
        if (
          distance > most ||
          (best && (distance > best.distance || (distance === best.distance && uses <= best.uses)))
        )
          continue
        best = { word: candidate, distance, uses }
      }
    }
    return best?.word
  }
}

function lettersOf(word: string): number {
  let letters = 0
  for (let i = 0; i < word.length; i++) letters |= 1 << (word.charCodeAt(i) - 97)
  return letters
}

/** Population count (Warren 2012, "Hacker's Delight", section 5-1). */
function bitsOf(x: number): number {
  let n = x - ((x >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
