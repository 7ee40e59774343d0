import type { Hits } from '../core/document.js'
import { type Bm25Weights, bm25Idf, unsaturate } from '../core/relevance/bm25.js'
import { type CorpusStatistics, pairFrequency } from './corpus-statistics.js'
import { averageLengths, FIELD_COUNT, FieldImpacts } from './field-impacts.js'
import type { Forward } from './forward.js'
import { type Eligible, MaxScore, type ScoredList } from './max-score.js'
import { PairMap } from './pair-map.js'
import { Postings, PostingsBuilder } from './postings.js'
import { RowTally } from './row-tally.js'
import type { NamedArrays, SectionReader } from './sections.js'
import { overRows, type Steps } from './slices.js'
import { BREAK, type Vocabulary } from './vocabulary.js'
import { STOP, WordMarks } from './word-marks.js'

/** One term of a query that the index knows: a posting list and what one unit of saturated frequency is worth. */
export interface KeywordTerm {
  /** Stem id, or PAIR + pair id. */
  id: number
  /** idf, times the pair weight for a pair. */
  weight: number
}

const PAIR = 0x40000000
/** Mark of words whose stem is looked for. */
const ASKED = 2

/** A pair among the terms being looked for, and which of them it is. */
interface PairTerm {
  first: number
  second: number
  slot: number
}

/** What a keyword index is made of besides the texts. */
interface Parts {
  /** Rows that were there when it was built. */
  frozen: number
  averages: Float64Array
  pairs: PairMap
  stemLists: Postings
  pairLists: Postings
}

/**
 * BM25F over stems and adjacent stem pairs: for every term its rows and saturated frequencies. Built in one go from the forward data; rows
 * that come later are appended, measured by the average lengths of the build.
 */
export class KeywordIndex {
  /** Adjacent content stems of all weighted fields. */
  readonly pairs: PairMap
  /** Rows that were there when it was built. */
  readonly frozen: number
  private readonly forward: Forward
  private readonly vocabulary: Vocabulary
  private readonly weights: Bm25Weights
  private readonly corpus: CorpusStatistics | undefined
  private readonly averages: Float64Array
  private readonly impacts: FieldImpacts
  private readonly stemLists: Postings
  private readonly pairLists: Postings
  private readonly maxScore = new MaxScore()
  private readonly marks: WordMarks
  /** Scratch: stem → slot in the current list of terms, −1 outside. */
  private termSlot = new Int32Array(0)
  /** Scratch of `append`. */
  private readonly tally = { stems: new RowTally(), pairs: new RowTally() }

  private constructor(
    forward: Forward,
    vocabulary: Vocabulary,
    weights: Bm25Weights,
    parts: Parts,
    corpus?: CorpusStatistics,
  ) {
    this.forward = forward
    this.vocabulary = vocabulary
    this.weights = weights
    this.corpus = corpus
    this.marks = new WordMarks(vocabulary)
    this.frozen = parts.frozen
    this.averages = parts.averages
    this.impacts = new FieldImpacts(weights, parts.averages)
    this.pairs = parts.pairs
    this.stemLists = parts.stemLists
    this.pairLists = parts.pairLists
  }

  /** @param corpus statistics of a larger catalogue that these rows are a part of; their own when left out */
  static *build(
    forward: Forward,
    vocabulary: Vocabulary,
    weights: Bm25Weights,
    corpus?: CorpusStatistics,
  ): Steps<KeywordIndex> {
    const frozen = forward.count
    const averages = corpus?.averages ?? averageLengths(forward)
    const impacts = new FieldImpacts(weights, averages)
    const pairs = new PairMap()
    const builders = { stems: new PostingsBuilder(), pairs: new PostingsBuilder() }
    const tally = { stems: new RowTally(), pairs: new RowTally() }
    const count = (row: number) => {
      tallyRow(row, forward, vocabulary, impacts, pairs, tally)
      for (const kind of ['stems', 'pairs'] as const) {
        tally[kind].drain((term, tf) => builders[kind].add(term, impacts.quanta(tf)))
        builders[kind].endRow()
      }
    }
    yield* overRows(() => frozen, count)
    const stemLists = yield* builders.stems.build(vocabulary.stemCount)
    const pairLists = yield* builders.pairs.build(pairs.size)
    const parts = { frozen, averages, pairs, stemLists, pairLists }
    return new KeywordIndex(forward, vocabulary, weights, parts, corpus)
  }

  /** Takes up the next row of the forward data. */
  append(row: number): void {
    const { tally } = this
    tallyRow(row, this.forward, this.vocabulary, this.impacts, this.pairs, tally)
    tally.stems.drain((term, tf) => this.stemLists.append(term, row, this.impacts.quanta(tf)))
    tally.pairs.drain((term, tf) => this.pairLists.append(term, row, this.impacts.quanta(tf)))
  }

  /** Capabilities of the catalogue. */
  get count(): number {
    return this.corpus?.count ?? this.forward.count
  }

  /** The known terms among stems and adjacent pairs; each once. −1 stands for an unknown stem, which also breaks pairs. */
  termsOf(stems: readonly number[]): KeywordTerm[] {
    const terms: KeywordTerm[] = []
    const add = (id: number, df: number, share: number) => {
      if (terms.some((term) => term.id === id)) return
      terms.push({ id, weight: Math.fround(share * bm25Idf(this.count, df)) })
    }
    for (const stem of stems) if (stem >= 0 && this.stemLists.df(stem) > 0) add(stem, this.df(stem), 1)
    for (let i = 1; i < stems.length; i++) {
      const [a, b] = [stems[i - 1]!, stems[i]!]
      const pair = a < 0 || b < 0 ? -1 : this.pairs.get(a, b)
      if (pair >= 0 && this.pairLists.df(pair) > 0) add(PAIR + pair, this.pairDf(pair), this.weights.pair)
    }
    return terms
  }

  /** Number of capabilities of the catalogue that a stem stands in. */
  df(stem: number): number {
    if (stem < 0) return 0
    return this.corpus ? (this.corpus.stems.get(this.vocabulary.stem(stem)) ?? 0) : this.stemLists.df(stem)
  }

  private pairDf(pair: number): number {
    if (!this.corpus) return this.pairLists.df(pair)
    const [a, b] = this.pairs.parts(pair)
    return pairFrequency(this.corpus, this.vocabulary.stem(a), this.vocabulary.stem(b))
  }

  /** BM25F of each row, in order, for each of some lists of terms. */
  scores(lists: readonly (readonly KeywordTerm[])[], rows: Uint32Array): Float32Array[] {
    const ids = [...new Set(lists.flatMap((terms) => terms.map(({ id }) => id)))]
    const slots = lists.map((terms) => terms.map(({ id }) => ids.indexOf(id)))
    const scores = lists.map(() => new Float32Array(rows.length))
    this.eachRow(ids, rows, (at, saturated) => {
      for (let list = 0; list < lists.length; list++) {
        const [terms, places] = [lists[list]!, slots[list]!]
        let sum = 0
        for (let i = 0; i < terms.length; i++) sum += terms[i]!.weight * saturated[places[i]!]!
        scores[list]![at] = sum
      }
    })
    return scores
  }

  /** tf′ of stems in rows, all fields together, before saturation: `rows.length × stems.length`, row-major; 0 for ids below 0. */
  termFrequencies(stems: readonly number[], rows: Uint32Array): Float32Array {
    const tf = new Float32Array(rows.length * stems.length)
    this.eachRow(stems, rows, (at, saturated) => {
      for (let i = 0; i < stems.length; i++) {
        tf[at * stems.length + i] = saturated[i]! > 0 ? unsaturate(saturated[i]!, this.weights.k1) : 0
      }
    })
    return tf
  }

  /**
   * Visits rows with the saturated frequency of each term, as the posting lists have it. Reads the rows' own words: they lie together, and
   * a look into the lists of a long query would be several times as dear.
   */
  private eachRow(
    ids: readonly number[],
    rows: Uint32Array,
    visit: (at: number, saturated: Float64Array) => void,
  ): void {
    const { impacts } = this
    const pairs = this.mark(ids)
    const tf = new Float64Array(ids.length)
    for (let at = 0; at < rows.length; at++) {
      tf.fill(0)
      this.sumUp(rows[at]!, pairs, tf)
      for (let slot = 0; slot < ids.length; slot++)
        if (tf[slot]! > 0) tf[slot] = impacts.quanta(tf[slot]!) * impacts.unit
      visit(at, tf)
    }
    for (const id of ids) if (id >= 0 && id < PAIR) this.termSlot[id] = -1
    this.marks.clear()
  }

  /** Notes in the scratch tables which terms are looked for; answers the pairs among them. */
  private mark(ids: readonly number[]): PairTerm[] {
    const { stemCount } = this.vocabulary
    if (this.termSlot.length < stemCount) this.termSlot = new Int32Array(stemCount + (stemCount >> 3)).fill(-1)
    this.marks.prepare()
    const pairs: PairTerm[] = []
    for (const [slot, id] of ids.entries()) {
      if (id >= PAIR) {
        const [first, second] = this.pairs.parts(id - PAIR)
        pairs.push({ first, second, slot })
        this.marks.setStem(first, ASKED)
        this.marks.setStem(second, ASKED)
      } else if (id >= 0) {
        this.termSlot[id] = slot
        this.marks.setStem(id, ASKED)
      }
    }
    return pairs
  }

  /** Adds up what each term looked for counts in a row. */
  private sumUp(row: number, pairs: readonly PairTerm[], tf: Float64Array): void {
    const { impacts, termSlot } = this
    const { stemOf } = this.vocabulary.tables()
    const marks = this.marks.bytes
    const words = this.forward.words.raw
    const lengths = this.forward.fieldLengths.raw
    let next = this.forward.wordStart.raw[row]!
    for (let field = 0; field < FIELD_COUNT; field++) {
      const length = lengths[row * FIELD_COUNT + field]!
      const end = next + length
      if (!impacts.counts(field)) next = end
      let previous = -1
      for (; next < end; next++) {
        const word = words[next]!
        const mark = marks[word]!
        if ((mark & ASKED) === 0) {
          if (mark === 0) previous = -1
          continue
        }
        const stem = stemOf[word]!
        const slot = termSlot[stem]!
        if (slot >= 0) tf[slot]! += impacts.stem(field, length)
        if ((mark & STOP) !== 0) continue
        const pair = previous < 0 ? -1 : slotOf(pairs, previous, stem)
        if (pair >= 0) tf[pair]! += impacts.pair(field, length)
        previous = stem
      }
    }
  }

  /** The best `depth` rows, best first, ties by row; rows below `floor` may be missing. */
  search(terms: readonly KeywordTerm[], depth: number, eligible: Eligible, floor = 0): Hits {
    const lists: ScoredList[] = []
    const newLists: ScoredList[] = []
    const hasNew = this.forward.count > this.frozen
    for (const { id, weight } of terms) {
      const [postings, term] = id < PAIR ? [this.stemLists, id] : [this.pairLists, id - PAIR]
      lists.push(postings.list(term, id, weight * this.impacts.unit))
      if (hasNew) newLists.push(postings.newList(term, id, weight * this.impacts.unit))
    }
    const parts = [{ lists, from: 0, to: this.frozen }]
    if (hasNew) parts.push({ lists: newLists, from: this.frozen, to: this.forward.count })
    return this.maxScore.search(parts, depth, eligible, floor)
  }

  /** The highest score of any row that is not removed, where one is known to reach `floor`. */
  best(terms: readonly KeywordTerm[], floor: number, eligible: Eligible): number {
    return Math.max(floor, this.search(terms, 1, eligible, floor).scores[0] ?? 0)
  }

  /** Nothing may have been appended. */
  sections(): NamedArrays {
    return [
      ['averages', this.averages],
      ...this.pairs.sections('pairs'),
      ...this.stemLists.sections('stemLists'),
      ...this.pairLists.sections('pairLists'),
    ]
  }

  /** What `sections` gave, over the same texts and weights. */
  static from(reader: SectionReader, forward: Forward, vocabulary: Vocabulary, weights: Bm25Weights): KeywordIndex {
    return new KeywordIndex(forward, vocabulary, weights, {
      frozen: forward.count,
      averages: reader.f64('averages'),
      pairs: PairMap.from(reader, 'pairs'),
      stemLists: Postings.from(reader, 'stemLists'),
      pairLists: Postings.from(reader, 'pairLists'),
    })
  }
}

function slotOf(pairs: readonly PairTerm[], first: number, second: number): number {
  for (const pair of pairs) if (pair.first === first && pair.second === second) return pair.slot
  return -1
}

/** Adds up what each stem and each pair counts in a row, numbering new pairs. */
function tallyRow(
  row: number,
  forward: Forward,
  vocabulary: Vocabulary,
  impacts: FieldImpacts,
  pairs: PairMap,
  tally: { stems: RowTally; pairs: RowTally },
): void {
  const { stemOf, stop } = vocabulary.tables()
  const words = forward.words.raw
  const lengths = forward.fieldLengths.raw
  let next = forward.wordStart.raw[row]!
  for (let field = 0; field < FIELD_COUNT; field++) {
    const length = lengths[row * FIELD_COUNT + field]!
    const end = next + length
    if (length === 0 || !impacts.counts(field)) {
      next = end
      continue
    }
    const single = impacts.stem(field, length)
    const double = impacts.pair(field, length)
    let previous = -1
    for (; next < end; next++) {
      const word = words[next]!
      const stem = stemOf[word]!
      if (stem >= 0) tally.stems.add(stem, single)
      if (word !== BREAK && stop[word] === 1) continue
      if (previous >= 0 && stem >= 0 && impacts.usesPairs) tally.pairs.add(pairs.add(previous, stem), double)
      previous = stem
    }
  }
}
