import type { Hits, LabelSet } from '../core/document.js'
import { type Bm25Weights, bm25Idf, FIELDS, fieldImpact, saturate, unsaturate } from '../core/relevance/bm25.js'
import { type CorpusStatistics, corpusFrequencies } from './corpus-statistics.js'
import type { Forward } from './forward.js'
import { Growable } from './growable.js'
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
const BINS = 2048
/** Looking a term up in one row costs about as much as walking this many of its postings. */
const LOOKUP_COST = 16
/** What rounding may do to a sum of bounds. */
const SLACK = 1e-6

/** A pair among the terms being looked for, and which of them it is. */
interface PairTerm {
  pair: number
  slot: number
}

/** Which rows may be answered. */
interface Eligible {
  labels: Uint32Array
  dead: Uint8Array | undefined
  allowed: LabelSet | undefined
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
  private readonly sums: Float32Array
  private readonly touched: Uint32Array
  private readonly bins = new Uint32Array(BINS)

  /** @param corpus statistics of a larger catalogue that these rows are a part of; their own when left out */
  constructor(forward: Forward, vocabulary: Vocabulary, weights: Bm25Weights, corpus?: CorpusStatistics) {
    this.weights = weights
    this.count = corpus?.count ?? forward.count
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
    this.sums = new Float32Array(forward.count)
    this.touched = new Uint32Array(forward.count)
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
    let low = this.start[term]!
    let high = this.start[term + 1]!
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.rows[middle]! < row) low = middle + 1
      else high = middle
    }
    return low < this.start[term + 1]! && this.rows[low] === row ? this.impacts[low]! : 0
  }

  /** tf′ of a term in a row, all fields together, before saturation. */
  frequency(term: number, row: number): number {
    return unsaturate(this.saturated(term, row), this.weights.k1)
  }

  /**
   * BM25F of each row, in order. Walks the row's own words to see which terms can be there at all, and looks up only those: several times
   * as fast as looking up every term of a long query.
   */
  scores(terms: readonly KeywordTerm[], rows: Uint32Array): Float32Array {
    const { termSlot, stemCount } = this
    const scores = new Float32Array(rows.length)
    const pairs: PairTerm[] = []
    for (let slot = 0; slot < terms.length; slot++) {
      const { id } = terms[slot]!
      if (id < stemCount) termSlot[id] = slot
      else pairs.push({ pair: id - stemCount, slot })
    }
    const present = new Uint8Array(terms.length)
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!
      present.fill(0)
      this.markPresent(row, pairs, present)
      let sum = 0
      for (let slot = 0; slot < terms.length; slot++) {
        if (present[slot] === 1) sum += terms[slot]!.weight * this.saturated(terms[slot]!.id, row)
      }
      scores[at] = sum
    }
    for (const { id } of terms) if (id < stemCount) termSlot[id] = -1
    return scores
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

  /**
   * The best `depth` rows, best first, ties by row. Term at a time, the strongest first; once the terms still to come cannot lift a new row into
   * the best `depth`, they are only looked up in the rows that can still get there (max-score, Turtle and Flood 1995).
   * `dead` marks removed rows with 1; `allowed` filters by label. Rows below `floor` may be missing.
   */
  search(
    terms: readonly KeywordTerm[],
    depth: number,
    labels: Uint32Array,
    dead: Uint8Array | undefined,
    allowed?: LabelSet,
    floor = 0,
  ): Hits {
    const bounds = terms.map((term) => term.weight * this.termMax[term.id]! * this.unit)
    const order = [...terms.keys()].sort((a, b) => bounds[b]! - bounds[a]! || terms[a]!.id - terms[b]!.id)
    const most = bounds.reduce((sum, bound) => sum + bound, 0)
    const eligible = { labels, dead, allowed }
    let rest = most
    let postings = terms.reduce((sum, { id }) => sum + this.length(id), 0)
    let met = 0
    let next = 0
    for (; next < order.length; next++) {
      // the threshold costs a look at every row met: only where it can exceed `rest` and spares more than that
      if (met >= depth && most - rest > rest && postings > 2 * met) {
        floor = Math.max(floor, this.threshold(met, depth, most, eligible))
      }
      if (floor > rest * (1 + SLACK)) break
      const term = terms[order[next]!]!
      met = this.accumulate(term, met)
      rest -= bounds[order[next]!]!
      postings -= this.length(term.id)
    }
    if (next < order.length) met = this.dropBelow(floor - rest * (1 + SLACK), met)
    for (; next < order.length; next++) this.lift(terms[order[next]!]!, met)
    const hits = this.collectBest(met, depth, this.threshold(met, depth, most, eligible), eligible)
    for (let i = 0; i < met; i++) this.sums[this.touched[i]!] = 0
    return hits
  }

  /** The highest score of any row that is not removed, where one is known to reach `floor`. */
  best(terms: readonly KeywordTerm[], floor: number, labels: Uint32Array, dead: Uint8Array | undefined): number {
    return Math.max(floor, this.search(terms, 1, labels, dead, undefined, floor).scores[0] ?? 0)
  }

  private length(term: number): number {
    return this.start[term + 1]! - this.start[term]!
  }

  /** Adds a term to all its rows; answers how many rows have been met by now. */
  private accumulate({ id, weight }: KeywordTerm, already: number): number {
    const { rows, impacts, sums, touched } = this
    const factor = weight * this.unit
    let met = already
    for (let i = this.start[id]!, end = this.start[id + 1]!; i < end; i++) {
      const row = rows[i]!
      if (sums[row] === 0) touched[met++] = row
      sums[row]! += impacts[i]! * factor
    }
    return met
  }

  /** Forgets the rows met whose sum is below `least`; answers how many are left. */
  private dropBelow(least: number, met: number): number {
    const { sums, touched } = this
    let kept = 0
    for (let i = 0; i < met; i++) {
      const row = touched[i]!
      if (sums[row]! >= least) touched[kept++] = row
      else sums[row] = 0
    }
    return kept
  }

  /** Adds a term to those of its rows that have been met: by looking it up in each when they are few, else by walking its list. */
  private lift(term: KeywordTerm, met: number): void {
    const { rows, impacts, sums, touched } = this
    const factor = term.weight * this.unit
    if (met * LOOKUP_COST < this.length(term.id)) {
      for (let i = 0; i < met; i++) sums[touched[i]!]! += this.impact(term.id, touched[i]!) * factor
      return
    }
    for (let i = this.start[term.id]!, end = this.start[term.id + 1]!; i < end; i++) {
      if (sums[rows[i]!]! > 0) sums[rows[i]!]! += impacts[i]! * factor
    }
  }

  private collectBest(met: number, depth: number, floor: number, { labels, dead, allowed }: Eligible): Hits {
    const { sums, touched } = this
    const best: number[] = []
    for (let i = 0; i < met; i++) {
      const row = touched[i]!
      if (sums[row]! < floor || dead?.[row] === 1) continue
      if (allowed === undefined || allowed.has(labels[row]!)) best.push(row)
    }
    best.sort((a, b) => sums[b]! - sums[a]! || a - b)
    const hits = Math.min(best.length, depth)
    const found = { labels: new Uint32Array(hits), scores: new Float32Array(hits) }
    for (let i = 0; i < hits; i++) {
      found.labels[i] = labels[best[i]!]!
      found.scores[i] = sums[best[i]!]!
    }
    return found
  }

  /** A score that at least `depth` eligible rows reach, as high as a histogram of the sums can tell; 0 when there are fewer. */
  private threshold(met: number, depth: number, most: number, { labels, dead, allowed }: Eligible): number {
    const { sums, touched, bins } = this
    bins.fill(0)
    const scale = (BINS - 1) / (most * 1.0001)
    for (let i = 0; i < met; i++) {
      const row = touched[i]!
      if (allowed !== undefined && !allowed.has(labels[row]!)) continue
      if (dead !== undefined && dead[row] === 1) continue
      bins[(sums[row]! * scale) | 0]!++
    }
    let above = 0
    for (let bin = BINS - 1; bin > 0; bin--) {
      above += bins[bin]!
      // a hair lower: the division must not exclude a row that stands exactly on the border
      if (above >= depth) return (bin / scale) * (1 - 1e-6)
    }
    return 0
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
