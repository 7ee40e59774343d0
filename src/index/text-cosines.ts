import { tfIdf } from '../core/relevance/tfidf.js'
import type { CosineStatistics } from './cosine-statistics.js'
import { FIELD_COUNT } from './field-impacts.js'
import type { Forward, Texts } from './forward.js'
import type { PairMap } from './pair-map.js'
import { TEXT_FIELDS } from './text-rows.js'
import { gramsOf, type Vocabulary } from './vocabulary.js'
import { STOP, WordMarks } from './word-marks.js'

/** A query as a tf-idf vector over the ids that the index knows; the norm counts what it never saw, too. */
interface SparseQuery {
  ids: number[]
  weights: number[]
  idf: number[]
  norm: number
}

/** Marks of words: has been looked at, shares 4-grams with the query, has a stem that stands in a pair of the query. */
const SEEN = 2
const GRAMS = 4
const PAIRED = 8

/** tf-idf cosines of a query to the text fields of rows: by character 4-grams and by pairs of adjacent content stems. */
export class TextCosines {
  private readonly forward: Forward
  private readonly vocabulary: Vocabulary
  private readonly pairs: PairMap
  private readonly statistics: CosineStatistics
  private readonly marks: WordMarks
  /** Scratch: gram → slot in the current query, −1 outside. */
  private gramSlot = new Int32Array(0)

  constructor({ forward, vocabulary }: Texts, pairs: PairMap, statistics: CosineStatistics) {
    this.forward = forward
    this.vocabulary = vocabulary
    this.pairs = pairs
    this.statistics = statistics
    this.marks = new WordMarks(vocabulary)
  }

  /** @param stems those of `words` */
  of(
    words: readonly string[],
    stems: readonly string[],
    rows: Uint32Array,
  ): { chargram: Float32Array; bigram: Float32Array } {
    const { statistics } = this
    const grams = this.gramsOf(words)
    const { query: pairs, parts } = this.pairsOf(stems)
    const counts = { grams: new Uint16Array(grams.ids.length), pairs: new Uint16Array(pairs.ids.length) }
    const cosines = { chargram: new Float32Array(rows.length), bigram: new Float32Array(rows.length) }
    this.mark(grams, parts)
    for (let at = 0; at < rows.length; at++) {
      this.count(rows[at]!, counts.grams, counts.pairs, parts)
      cosines.chargram[at] = cosine(grams, counts.grams, statistics.gramNorm(rows[at]!))
      cosines.bigram[at] = cosine(pairs, counts.pairs, statistics.pairNorm(rows[at]!))
    }
    for (const id of grams.ids) this.gramSlot[id] = -1
    this.marks.clear()
    return cosines
  }

  /** Words that the index knows bring their grams as numbers; only others have to be cut up. */
  private gramsOf(words: readonly string[]): SparseQuery {
    const { vocabulary, statistics } = this
    const { gramStart, grams } = vocabulary.tables()
    const bag: (number | string)[] = []
    for (const word of words) {
      const known = vocabulary.wordId(word)
      if (known >= 0) for (let g = gramStart[known]!; g < gramStart[known + 1]!; g++) bag.push(grams[g]!)
      else for (const gram of gramsOf(word)) bag.push(numberOr(vocabulary.gramId(gram), gram))
    }
    return sparse(bag, (id) => statistics.gramIdfOf(id))
  }

  /** The pairs of a query, and the stems of those that the index knows: two a pair. */
  private pairsOf(stems: readonly string[]): { query: SparseQuery; parts: Uint32Array } {
    const { pairs, statistics } = this
    const ids = stems.map((stem) => this.vocabulary.stemId(stem))
    const bag: (number | string)[] = []
    for (let i = 1; i < stems.length; i++) {
      const [a, b] = [ids[i - 1]!, ids[i]!]
      bag.push(numberOr(a < 0 || b < 0 ? -1 : pairs.get(a, b), `${stems[i - 1]} ${stems[i]}`))
    }
    const query = sparse(bag, (id) => statistics.pairIdfOf(id))
    return { query, parts: Uint32Array.from(query.ids.flatMap((id) => pairs.parts(id))) }
  }

  private mark(grams: SparseQuery, parts: Uint32Array): void {
    const { gramCount } = this.vocabulary
    if (this.gramSlot.length < gramCount) this.gramSlot = new Int32Array(gramCount + (gramCount >> 3)).fill(-1)
    for (let slot = 0; slot < grams.ids.length; slot++) this.gramSlot[grams.ids[slot]!] = slot
    this.marks.prepare()
    for (const stem of parts) this.marks.setStem(stem, PAIRED)
  }

  /** How often each gram and pair of the query stands in the text fields of a row; a pair spans neither entries nor fields. */
  private count(row: number, grams: Uint16Array, pairs: Uint16Array, parts: Uint32Array): void {
    const { stemOf } = this.vocabulary.tables()
    const words = this.forward.words.raw
    const lengths = this.forward.fieldLengths.raw
    const marks = this.marks.bytes
    grams.fill(0)
    pairs.fill(0)
    let next = this.forward.wordStart.raw[row]!
    for (let field = 0; field < TEXT_FIELDS; field++) {
      let previous = -1
      for (const end = next + lengths[row * FIELD_COUNT + field]!; next < end; next++) {
        const word = words[next]!
        let mark = marks[word]!
        if ((mark & STOP) !== 0) continue
        if ((mark & SEEN) === 0) mark = this.look(word)
        if ((mark & GRAMS) !== 0) this.countGrams(word, grams)
        const stem = (mark & PAIRED) !== 0 ? stemOf[word]! : -1
        if (stem >= 0 && previous >= 0) countPair(previous, stem, parts, pairs)
        previous = stem
      }
    }
  }

  /** Finds out whether a word shares grams with the query. */
  private look(word: number): number {
    const { gramStart, grams } = this.vocabulary.tables()
    let mark = SEEN
    for (let g = gramStart[word]!, last = gramStart[word + 1]!; g < last; g++) {
      if (this.gramSlot[grams[g]!]! >= 0) mark |= GRAMS
    }
    this.marks.set(word, mark)
    return this.marks.bytes[word]!
  }

  private countGrams(word: number, counts: Uint16Array): void {
    const { gramStart, grams } = this.vocabulary.tables()
    for (let g = gramStart[word]!, last = gramStart[word + 1]!; g < last; g++) {
      const slot = this.gramSlot[grams[g]!]!
      if (slot >= 0) counts[slot]!++
    }
  }
}

function countPair(first: number, second: number, parts: Uint32Array, counts: Uint16Array): void {
  for (let slot = 0; slot < counts.length; slot++) {
    if (parts[2 * slot] === first && parts[2 * slot + 1] === second) counts[slot]!++
  }
}

const numberOr = (id: number, text: string): number | string => (id < 0 ? text : id)

/** The tf-idf vector of a bag of ids; what the index never saw stands there as text, and counts in the norm only. */
function sparse(bag: readonly (number | string)[], idfOf: (id: number) => number): SparseQuery {
  const counts = new Map<number | string, number>()
  for (const key of bag) counts.set(key, (counts.get(key) ?? 0) + 1)
  const query: SparseQuery = { ids: [], weights: [], idf: [], norm: 0 }
  for (const [key, tf] of counts) {
    const id = typeof key === 'number' ? key : -1
    const idf = idfOf(id)
    const value = tfIdf(tf, idf)
    query.norm += value * value
    if (id < 0) continue
    query.ids.push(id)
    query.idf.push(idf)
    query.weights.push(value)
  }
  query.norm = Math.sqrt(query.norm)
  return query
}

function cosine({ weights, idf, norm }: SparseQuery, counts: Uint16Array, other: number): number {
  if (norm === 0 || other === 0) return 0
  let dot = 0
  for (let slot = 0; slot < counts.length; slot++) {
    if (counts[slot]! > 0) dot += weights[slot]! * tfIdf(counts[slot]!, idf[slot]!)
  }
  return dot / (norm * other)
}
