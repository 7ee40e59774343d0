import type { Hits } from '../core/document.js'
import { type Bm25Weights, bm25Idf, FIELDS, fieldImpact, saturate, unsaturate } from '../core/relevance/bm25.js'
import { type CorpusStatistics, corpusFrequencies } from './corpus-statistics.js'
import type { Forward } from './forward.js'
import { Growable } from './growable.js'
import { type Eligible, lowerBound, MaxScore, type ScoredList } from './max-score.js'
import { PairMap } from './pair-map.js'
import { RowTally } from './row-tally.js'
import { BREAK, type Vocabulary } from './vocabulary.js'

/** One term of a query that the index knows: a posting list and what one unit of saturated frequency is worth. */
export interface KeywordTerm {
  /** Stem id, or number of stems + pair id. */
  id: number
  /** idf, times the pair weight for a pair. */
  weight: number
}

const FIELD_COUNT = FIELDS.length
const QUANTA = 65535
/** A pair among the terms being looked for, and which of them it is. */
interface PairTerm {
  pair: number
  slot: number
}

/**
 * BM25F over stems and adjacent stem pairs as one term space: for every term its rows and saturated frequencies, ascending by row.
 * Built in one go from the forward data; 6 bytes a posting.
 */
export class KeywordIndex {
  /** Rows the statistics were taken from. */
  readonly count: number
  private readonly weights: Bm25Weights
  private readonly stemCount: number
  /** Adjacent content stems of all weighted fields. */
  readonly pairs: PairMap
  private readonly start: Uint32Array
  /** Document frequency of every term in a larger catalogue. */
  private readonly frequencies: Float64Array | undefined
  private readonly rows: Uint32Array
  /** Saturated frequency × 65535/(k1 + 1). */
  private readonly impacts: Uint16Array
  /** Per term: weight, and the largest impact among its postings (for the max-score stop). */
  private readonly termWeight: Float32Array
  private readonly termMax: Uint16Array
  private readonly unit: number
  private readonly words: Uint32Array
  private readonly wordStart: Uint32Array
  private readonly tables: ReturnType<Vocabulary['tables']>
  /** Scratch: stem → slot in the current list of terms, −1 outside. */
  private readonly termSlot: Int32Array
  private readonly maxScore = new MaxScore()
  private readonly rowCount: number

  /** @param corpus statistics of a larger catalogue that these rows are a part of; their own when left out */
  constructor(forward: Forward, vocabulary: Vocabulary, weights: Bm25Weights, corpus?: CorpusStatistics) {
    this.weights = weights
    this.count = corpus?.count ?? forward.count
    this.rowCount = forward.count
    this.stemCount = vocabulary.stems.length
    this.unit = (weights.k1 + 1) / QUANTA
    const collected = collect(forward, vocabulary, weights, corpus?.averages)
    this.pairs = collected.pairs
    const terms = this.stemCount + this.pairs.size
    const termIds = collected.terms.view()
    const counts = new Uint32Array(terms + 1)
    for (let i = 0; i < termIds.length; i++) counts[termIds[i]! + 1]!++
    this.termWeight = new Float32Array(terms)
    this.frequencies = corpus && corpusFrequencies(corpus, vocabulary, collected.pairs)
    for (let term = 0; term < terms; term++) {
      const idf = bm25Idf(this.count, this.frequencies?.[term] ?? counts[term + 1]!)
      this.termWeight[term] = term < this.stemCount ? idf : weights.pair * idf
      counts[term + 1]! += counts[term]!
    }
    this.start = counts
    this.rows = new Uint32Array(termIds.length)
    this.impacts = new Uint16Array(termIds.length)
    this.termMax = new Uint16Array(terms)
    const fill = counts.slice(0, terms)
    const impacts = collected.impacts.view()
    const postingStart = collected.start
    for (let row = 0; row < forward.count; row++) {
      for (let i = postingStart[row]!; i < postingStart[row + 1]!; i++) {
        const term = termIds[i]!
        const slot = fill[term]!++
        this.rows[slot] = row
        this.impacts[slot] = impacts[i]!
        if (impacts[i]! > this.termMax[term]!) this.termMax[term] = impacts[i]!
      }
    }
    this.words = forward.words.view()
    this.wordStart = forward.wordStart.view()
    this.tables = vocabulary.tables()
    this.termSlot = new Int32Array(this.stemCount).fill(-1)
  }

  /** The known terms among stems and adjacent pairs; each once. −1 stands for an unknown stem, which also breaks pairs. */
  termsOf(stems: readonly number[]): KeywordTerm[] {
    const terms = new Map<number, KeywordTerm>()
    const add = (id: number) => {
      if (id >= 0 && this.start[id + 1]! > this.start[id]!) terms.set(id, { id, weight: this.termWeight[id]! })
    }
    for (const stem of stems) add(stem < this.stemCount ? stem : -1)
    for (let i = 1; i < stems.length; i++) {
      const [a, b] = [stems[i - 1]!, stems[i]!]
      const pair = a < 0 || b < 0 ? -1 : this.pairs.get(a, b)
      if (pair >= 0) add(this.stemCount + pair)
    }
    return [...terms.values()]
  }

  /** Number of capabilities a stem stands in. */
  df(stem: number): number {
    if (stem < 0 || stem >= this.stemCount) return 0
    return this.frequencies?.[stem] ?? this.start[stem + 1]! - this.start[stem]!
  }

  /** The saturated frequency of a term in a row, 0 when it is not there. */
  saturated(term: number, row: number): number {
    return this.impact(term, row) * this.unit
  }

  /** Binary search. */
  private impact(term: number, row: number): number {
    const end = this.start[term + 1]!
    const at = lowerBound(this.rows, this.start[term]!, end, row)
    return at < end && this.rows[at] === row ? this.impacts[at]! : 0
  }

  /** BM25F of each row, in order, for each of some lists of terms. */
  scores(lists: readonly (readonly KeywordTerm[])[], rows: Uint32Array): Float32Array[] {
    const ids = [...new Set(lists.flatMap((terms) => terms.map(({ id }) => id)))]
    const slots = lists.map((terms) => terms.map(({ id }) => ids.indexOf(id)))
    const scores = lists.map(() => new Float32Array(rows.length))
    this.eachRow(ids, rows, (at, impacts) => {
      for (let list = 0; list < lists.length; list++) {
        const [terms, places] = [lists[list]!, slots[list]!]
        let sum = 0
        for (let i = 0; i < terms.length; i++) sum += terms[i]!.weight * impacts[places[i]!]!
        scores[list]![at] = sum
      }
    })
    return scores
  }

  /** tf′ of terms in rows, all fields together, before saturation: `rows.length × ids.length`, row-major; 0 for ids below 0. */
  termFrequencies(ids: readonly number[], rows: Uint32Array): Float32Array {
    const tf = new Float32Array(rows.length * ids.length)
    this.eachRow(ids, rows, (at, impacts) => {
      for (let i = 0; i < ids.length; i++) tf[at * ids.length + i] = unsaturate(impacts[i]!, this.weights.k1)
    })
    return tf
  }

  /**
   * Visits rows with the saturated frequencies of terms in each. Walks the row's own words to see which terms can be there at all, and looks
   * up only those: several times as fast as looking up every term of a long query.
   */
  private eachRow(ids: readonly number[], rows: Uint32Array, visit: (at: number, impacts: Float64Array) => void): void {
    const { termSlot, stemCount } = this
    const pairs: PairTerm[] = []
    for (const [slot, id] of ids.entries()) {
      if (id >= stemCount) pairs.push({ pair: id - stemCount, slot })
      else if (id >= 0) termSlot[id] = slot
    }
    const present = new Uint8Array(ids.length)
    const impacts = new Float64Array(ids.length)
    for (let at = 0; at < rows.length; at++) {
      present.fill(0)
      this.markPresent(rows[at]!, pairs, present)
      for (let slot = 0; slot < ids.length; slot++) {
        impacts[slot] = present[slot] === 1 ? this.saturated(ids[slot]!, rows[at]!) : 0
      }
      visit(at, impacts)
    }
    for (const id of ids) if (id >= 0 && id < stemCount) termSlot[id] = -1
  }

  /** Marks the slots of terms whose words stand in a row; a pair may be marked that only seems to be one, across a border of fields. */
  private markPresent(row: number, pairs: readonly PairTerm[], present: Uint8Array): void {
    const { words, wordStart, termSlot } = this
    const { stemOf, stop } = this.tables
    let previous = -1
    for (let i = wordStart[row]!, end = wordStart[row + 1]!; i < end; i++) {
      const word = words[i]!
      const stem = word === BREAK ? -1 : stemOf[word]!
      const slot = stem < 0 ? -1 : termSlot[stem]!
      if (slot >= 0) present[slot] = 1
      if (stem >= 0 && stop[word] === 1) continue
      if (slot >= 0 && previous >= 0 && pairs.length > 0) {
        const pair = this.pairs.get(previous, stem)
        for (const one of pairs) if (one.pair === pair) present[one.slot] = 1
      }
      previous = slot >= 0 ? stem : -1
    }
  }

  /** The best `depth` rows, best first, ties by row; rows below `floor` may be missing. */
  search(terms: readonly KeywordTerm[], depth: number, eligible: Eligible, floor = 0): Hits {
    const { rows, impacts, start } = this
    const lists = terms.map(({ id, weight }): ScoredList => {
      const factor = weight * this.unit
      return { id, rows, impacts, from: start[id]!, to: start[id + 1]!, factor, bound: factor * this.termMax[id]! }
    })
    return this.maxScore.search(lists, depth, this.rowCount, eligible, floor)
  }

  /** The highest score of any row that is not removed, where one is known to reach `floor`. */
  best(terms: readonly KeywordTerm[], floor: number, eligible: Eligible): number {
    return Math.max(floor, this.search(terms, 1, eligible, floor).scores[0] ?? 0)
  }
}

/** Postings row by row: terms and quantised saturated frequencies of row r are at `start[r] .. start[r + 1]`. */
function collect(forward: Forward, vocabulary: Vocabulary, weights: Bm25Weights, known?: Float64Array) {
  const { stemOf, stop } = vocabulary.tables()
  const words = forward.words.view()
  const wordStart = forward.wordStart.view()
  const lengths = forward.fieldLengths.view()
  const count = forward.count
  const fieldWeights = FIELDS.map((field) => weights.fields[field])
  const averages = known ?? averageLengths(lengths)
  const stemCount = vocabulary.stems.length
  const pairs = new PairMap(count * 8)
  const terms = new Growable((n) => new Uint32Array(n))
  const impacts = new Growable((n) => new Uint16Array(n))
  const start = new Uint32Array(count + 1)
  const scale = QUANTA / (weights.k1 + 1)
  const row = new RowTally(stemCount)
  /** One field of a row: its words are `words[from .. to)`. */
  const addField = (field: number, from: number, to: number) => {
    const single = fieldImpact(fieldWeights[field]!, weights.b, to - from, averages[field]!)
    const double = fieldImpact(fieldWeights[field]!, weights.pairB, to - from, averages[field]!)
    let previous = -1
    for (let i = from; i < to; i++) {
      const word = words[i]!
      const stem = stemOf[word]!
      if (word !== BREAK) row.add(stem, single)
      if (word !== BREAK && stop[word] === 1) continue
      if (previous >= 0 && stem >= 0 && weights.pair > 0) row.add(stemCount + pairs.add(previous, stem), double)
      previous = stem
    }
  }
  for (let at = 0; at < count; at++) {
    let next = wordStart[at]!
    for (let field = 0; field < FIELD_COUNT; field++) {
      const length = lengths[at * FIELD_COUNT + field]!
      if (fieldWeights[field]! > 0 && length > 0) addField(field, next, next + length)
      next += length
    }
    row.drain((term, tf) => {
      terms.push(term)
      impacts.push(Math.max(1, Math.round(saturate(tf, weights.k1) * scale)))
    })
    start[at + 1] = terms.length
  }
  return { terms, impacts, start, pairs }
}

/** Average number of entries of each field over the rows that have it. */
function averageLengths(lengths: Uint16Array): Float64Array {
  const sums = new Float64Array(FIELD_COUNT)
  const filled = new Float64Array(FIELD_COUNT)
  for (let i = 0; i < lengths.length; i++) {
    sums[i % FIELD_COUNT]! += lengths[i]!
    if (lengths[i]! > 0) filled[i % FIELD_COUNT]!++
  }
  return sums.map((sum, field) => sum / Math.max(1, filled[field]!))
}
