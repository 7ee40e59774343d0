import { isStopWord, stemOf } from '../core/text/words.js'
import { Growable } from './growable.js'

/** Word id 0 is no word: it stands between two entries of a field (two tags, two intents), so that no pair spans them. */
export const BREAK = 0

/**
 * The words of the indexed texts with what depends on the word alone: its stem, whether it is a stop word, and its character 4-grams.
 * Everything is derived from the list of words, so the list is all that a snapshot holds.
 */
export class Vocabulary {
  readonly words: string[] = ['']
  readonly stems: string[] = []
  /** Word id → stem id; −1 for the break. */
  private readonly stemOfWord = new Growable((n) => new Int32Array(n))
  private readonly stop = new Growable((n) => new Uint8Array(n))
  /** Word id → its 4-gram ids: `grams[gramStart[w] .. gramStart[w + 1])`. */
  private readonly gramStart = new Growable((n) => new Uint32Array(n))
  private readonly gramsFlat = new Growable((n) => new Uint32Array(n))
  private readonly wordIds = new Map<string, number>()
  private readonly stemIds = new Map<string, number>()
  private readonly gramIds = new Map<string, number>()

  constructor(words: readonly string[] = []) {
    this.stemOfWord.push(-1)
    this.stop.push(1)
    this.gramStart.push(0)
    this.gramStart.push(0)
    for (const word of words) this.add(word)
  }

  /** Every 4-gram with its id. */
  grams(): Iterable<[gram: string, id: number]> {
    return this.gramIds
  }

  get gramCount(): number {
    return this.gramIds.size
  }

  add(word: string): number {
    const known = this.wordIds.get(word)
    if (known !== undefined) return known
    const id = this.words.length
    this.words.push(word)
    this.wordIds.set(word, id)
    const stem = stemOf(word)
    let stemId = this.stemIds.get(stem)
    if (stemId === undefined) {
      stemId = this.stems.length
      this.stems.push(stem)
      this.stemIds.set(stem, stemId)
    }
    this.stemOfWord.push(stemId)
    this.stop.push(isStopWord(word) ? 1 : 0)
    for (const gram of gramsOf(word)) {
      let gramId = this.gramIds.get(gram)
      if (gramId === undefined) {
        gramId = this.gramIds.size
        this.gramIds.set(gram, gramId)
      }
      this.gramsFlat.push(gramId)
    }
    this.gramStart.push(this.gramsFlat.length)
    return id
  }

  /** The stem of a word, and its id: −1 for a stem never indexed. */
  stemOf(word: string): { stem: string; id: number } {
    const known = this.wordIds.get(word)
    if (known !== undefined) {
      const id = this.stemOfWord.view()[known]!
      return { stem: this.stems[id]!, id }
    }
    const stem = stemOf(word)
    return { stem, id: this.stemId(stem) }
  }

  /** −1 for a stem never indexed. */
  stemId(stem: string): number {
    return this.stemIds.get(stem) ?? -1
  }

  /** −1 for a 4-gram never indexed. */
  gramId(gram: string): number {
    return this.gramIds.get(gram) ?? -1
  }

  /** Flat arrays for the inner loops, valid until the next `add`. */
  tables(): { stemOf: Int32Array; stop: Uint8Array; gramStart: Uint32Array; grams: Uint32Array } {
    return {
      stemOf: this.stemOfWord.view(),
      stop: this.stop.view(),
      gramStart: this.gramStart.view(),
      grams: this.gramsFlat.view(),
    }
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
