import { editDistance } from '../core/text/distance.js'
import type { Vocabulary } from './vocabulary.js'

/** Shorter words have too many neighbours. */
const SHORTEST = 4
/** From this length on two edits are forgiven, below it one. */
const LONG = 8
/** A word of the catalogue must stand there this often before it corrects anything: rare words are often typos themselves. */
const FEWEST_USES = 2

/** Finds the word of the catalogue that a never-seen word was probably meant to be. */
export class Spelling {
  private readonly vocabulary: Vocabulary
  private readonly uses: Uint32Array
  /** First letter and length → word ids. */
  private readonly buckets = new Map<string, number[]>()

  /** @param words word ids of all texts, one entry an occurrence */
  constructor(vocabulary: Vocabulary, words: Uint32Array) {
    this.vocabulary = vocabulary
    this.uses = new Uint32Array(vocabulary.words.length)
    for (const word of words) this.uses[word]!++
    for (const [id, word] of vocabulary.words.entries()) {
      if (this.uses[id]! < FEWEST_USES || !/^[a-z]{4,}$/.test(word)) continue
      const key = `${word[0]}${word.length}`
      const bucket = this.buckets.get(key)
      if (bucket) bucket.push(id)
      else this.buckets.set(key, [id])
    }
  }

  /** The nearest word with the same first letter, the more used one when equally near; undefined when none is near enough. */
  correct(word: string): string | undefined {
    if (word.length < SHORTEST || !/^[a-z]+$/.test(word)) return undefined
    const most = word.length >= LONG ? 2 : 1
    let best: { word: string; distance: number; uses: number } | undefined
    for (let length = word.length - most; length <= word.length + most; length++) {
      for (const id of this.buckets.get(`${word[0]}${length}`) ?? []) {
        const candidate = this.vocabulary.words[id]!
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
