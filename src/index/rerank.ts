import type { TokenTable } from '../core/embedding.js'
import { FIELDS } from '../core/relevance/bm25.js'
import { type CosineKernel, lateInteraction, reverseInteraction } from '../core/relevance/late.js'
import { kernelOf } from '../core/relevance/simd.js'
import { cosineIdf, tfIdf } from '../core/relevance/tfidf.js'
import { type CorpusStatistics, pairFrequency } from './corpus-statistics.js'
import type { Forward } from './forward.js'
import type { PairMap } from './pair-map.js'
import { type AnalyzedQuery, isContentPiece } from './query.js'
import { RowTally } from './row-tally.js'
import { BREAK, gramsOf, type Vocabulary } from './vocabulary.js'

/** What the re-ranker measures of one candidate, each about 0..1. */
export interface RerankFeatures {
  late: number
  reverseLate: number
  chargram: number
  bigram: number
}

/** A query as a tf-idf vector: id → slot, slot → weight; the norm counts what the index never saw, too. */
interface SparseQuery {
  slots: Map<number, number>
  weights: number[]
  norm: number
}

const FIELD_COUNT = FIELDS.length
/** Name, description and intents: the fields that say what the capability does. */
const TEXT_FIELDS = 3

/** Statistics and norms for the re-ranking features, computed from the forward data in one go; the data must not change while it lives. */
export class Reranker {
  /** Capabilities that the statistics are of. */
  private readonly count: number
  private readonly rows: number
  private readonly vocabulary: Vocabulary
  private readonly tables: ReturnType<Vocabulary['tables']>
  private readonly words: Uint32Array
  private readonly wordStart: Uint32Array
  private readonly lengths: Uint16Array
  private readonly pieces: Uint32Array
  private readonly pieceStart: Uint32Array
  private readonly namePieces: Uint8Array
  private readonly kernel: CosineKernel
  private readonly table: TokenTable
  /** √ln((N + 1)/(df + ½)) of every piece of the table; of a piece never seen, half the largest. */
  readonly pieceIdf: Float32Array
  private readonly pairs: PairMap
  private readonly gramIdf: Float32Array
  private readonly pairIdf: Float32Array
  private readonly gramNorm: Float32Array
  private readonly pairNorm: Float32Array
  /** Scratch: piece → column in the current cosine matrix, gram → slot in the current query; −1 outside. */
  private readonly pieceSlot: Int32Array
  private readonly gramSlot: Int32Array
  /** Per piece: 0 not looked at yet, 1 content, 2 punctuation or stop word. */
  private readonly content: Uint8Array

  /** @param corpus statistics of a larger catalogue that these rows are a part of; their own when left out */
  constructor(forward: Forward, vocabulary: Vocabulary, table: TokenTable, pairs: PairMap, corpus?: CorpusStatistics) {
    this.rows = forward.count
    this.count = corpus?.count ?? forward.count
    this.vocabulary = vocabulary
    this.tables = vocabulary.tables()
    this.words = forward.words.view()
    this.wordStart = forward.wordStart.view()
    this.lengths = forward.fieldLengths.view()
    this.pieces = forward.pieces.view()
    this.pieceStart = forward.pieceStart.view()
    this.namePieces = forward.namePieces.view()
    this.kernel = kernelOf(table)
    this.table = table
    this.pairs = pairs
    this.pieceIdf = corpus?.pieceIdf ?? pieceIdf(this.pieces, this.pieceStart, table.size)
    this.pieceSlot = new Int32Array(table.size).fill(-1)
    this.gramSlot = new Int32Array(vocabulary.gramCount).fill(-1)
    this.content = new Uint8Array(table.size)
    this.gramIdf = new Float32Array(vocabulary.gramCount)
    this.pairIdf = new Float32Array(pairs.size)
    this.gramNorm = new Float32Array(this.rows)
    this.pairNorm = new Float32Array(this.rows)
    if (corpus) this.takeIdf(corpus)
    else this.computeIdf()
    this.computeNorms()
  }

  /** Features of every row of `rows`, same order. */
  features(query: AnalyzedQuery, rows: Uint32Array): RerankFeatures[] {
    const late = this.lateOf(query, rows)
    const chargram = this.gramCosines(query.words, rows)
    const bigram = this.pairCosines(query.stems, rows)
    return Array.from(rows, (_, i) => ({
      late: late[i]!.late,
      reverseLate: late[i]!.reverse,
      chargram: chargram[i]!,
      bigram: bigram[i]!,
    }))
  }

  private lateOf(query: AnalyzedQuery, rows: Uint32Array): { late: number; reverse: number }[] {
    const { pieceSlot, pieces, pieceStart, pieceIdf } = this
    const found: number[] = []
    for (const row of rows) {
      for (let i = pieceStart[row]!; i < pieceStart[row + 1]!; i++) {
        const piece = pieces[i]!
        if (pieceSlot[piece]! < 0) {
          pieceSlot[piece] = found.length
          found.push(piece)
        }
      }
    }
    const width = query.pieces.length
    const cosines = new Float32Array(found.length * width)
    this.kernel(query.pieces, Uint32Array.from(found), cosines)
    const result = Array.from(rows, (row) => {
      const start = pieceStart[row]!
      const slots = new Int32Array(pieceStart[row + 1]! - start)
      for (let i = 0; i < slots.length; i++) slots[i] = pieceSlot[pieces[start + i]!]!
      const names = this.namePieces[row]!
      const weights = new Float32Array(names)
      for (let i = 0; i < names; i++) {
        const piece = pieces[start + i]!
        weights[i] = this.isContent(piece) ? pieceIdf[piece]! : 0
      }
      return {
        late: lateInteraction(cosines, query.pieceWeights, slots),
        reverse: reverseInteraction(cosines, width, slots.subarray(0, names), weights),
      }
    })
    for (const piece of found) pieceSlot[piece] = -1
    return result
  }

  private isContent(piece: number): boolean {
    if (this.content[piece] === 0) this.content[piece] = isContentPiece(this.table.pieceText(piece)) ? 1 : 2
    return this.content[piece] === 1
  }

  private gramCosines(words: readonly string[], rows: Uint32Array): Float32Array {
    const { gramSlot, gramIdf } = this
    const query = sparse(
      words.flatMap(gramsOf),
      (gram) => this.vocabulary.gramId(gram),
      (id) => (id < 0 ? cosineIdf(this.count, 0) : gramIdf[id]!),
    )
    for (const [id, slot] of query.slots) gramSlot[id] = slot
    const counts = new Uint16Array(query.weights.length)
    const idf = Float64Array.from(query.slots.keys(), (id) => gramIdf[id]!)
    const cosines = Float32Array.from(rows, (row) => {
      counts.fill(0)
      this.eachGram(row, (gram) => {
        const slot = gramSlot[gram]!
        if (slot >= 0) counts[slot]!++
      })
      return cosine(query, counts, idf, this.gramNorm[row]!)
    })
    for (const id of query.slots.keys()) gramSlot[id] = -1
    return cosines
  }

  private pairCosines(stems: readonly string[], rows: Uint32Array): Float32Array {
    const ids = stems.map((stem) => this.vocabulary.stemId(stem))
    const keys = ids.slice(1).map((stem, i) => (ids[i]! < 0 || stem < 0 ? -1 : this.pairs.get(ids[i]!, stem)))
    const texts = stems.slice(1).map((stem, i) => `${stems[i]} ${stem}`)
    const idOf = new Map(texts.map((text, i) => [text, keys[i]!]))
    const unseen = cosineIdf(this.count, 0)
    const query = sparse(
      texts,
      (text) => idOf.get(text)!,
      (id) => (id < 0 ? unseen : this.pairIdf[id]!),
    )
    if (query.slots.size === 0) return new Float32Array(rows.length)
    const firsts = new Set(ids)
    const counts = new Uint16Array(query.weights.length)
    const idf = Float64Array.from(query.slots.keys(), (id) => this.pairIdf[id]!)
    return Float32Array.from(rows, (row) => {
      counts.fill(0)
      this.eachPair(row, (a, b) => {
        if (!firsts.has(a)) return
        const slot = query.slots.get(this.pairs.get(a, b))
        if (slot !== undefined) counts[slot]!++
      })
      return cosine(query, counts, idf, this.pairNorm[row]!)
    })
  }

  /** Every 4-gram occurrence of the content words of the text fields of a row. */
  private eachGram(row: number, visit: (gram: number) => void): void {
    const { stop, gramStart, grams } = this.tables
    const from = this.wordStart[row]!
    let to = from
    for (let field = 0; field < TEXT_FIELDS; field++) to += this.lengths[row * FIELD_COUNT + field]!
    for (let i = from; i < to; i++) {
      const word = this.words[i]!
      if (stop[word] === 1) continue
      for (let g = gramStart[word]!; g < gramStart[word + 1]!; g++) visit(grams[g]!)
    }
  }

  /** Adjacent content stems of the text fields; a pair spans neither entries nor fields. */
  private eachPair(row: number, visit: (a: number, b: number) => void): void {
    const { stop, stemOf } = this.tables
    let next = this.wordStart[row]!
    for (let field = 0; field < TEXT_FIELDS; field++) {
      let previous = -1
      for (const end = next + this.lengths[row * FIELD_COUNT + field]!; next < end; next++) {
        const word = this.words[next]!
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

  private takeIdf(corpus: CorpusStatistics): void {
    for (const [gram, id] of this.vocabulary.grams()) {
      this.gramIdf[id] = cosineIdf(this.count, corpus.grams.get(gram) ?? 0)
    }
    const { stems } = this.vocabulary
    for (const [a, b, id] of this.pairs.entries()) {
      this.pairIdf[id] = cosineIdf(this.count, pairFrequency(corpus, stems[a]!, stems[b]!))
    }
  }

  /** Fills `gramIdf` and `pairIdf` (first with document frequencies). */
  private computeIdf(): void {
    const { gramIdf, pairIdf, count, rows } = this
    const lastGram = new Int32Array(gramIdf.length).fill(-1)
    const lastPair = new Int32Array(pairIdf.length).fill(-1)
    for (let row = 0; row < rows; row++) {
      this.eachGram(row, (gram) => {
        if (lastGram[gram] === row) return
        lastGram[gram] = row
        gramIdf[gram]!++
      })
      this.eachPair(row, (a, b) => {
        const id = this.pairs.get(a, b)
        if (id < 0 || lastPair[id] === row) return
        lastPair[id] = row
        pairIdf[id]!++
      })
    }
    for (let i = 0; i < gramIdf.length; i++) gramIdf[i] = cosineIdf(count, gramIdf[i]!)
    for (let i = 0; i < pairIdf.length; i++) pairIdf[i] = cosineIdf(count, pairIdf[i]!)
  }

  private computeNorms(): void {
    const grams = new RowTally(this.gramIdf.length)
    const pairs = new RowTally(this.pairIdf.length)
    let squares = 0
    for (let row = 0; row < this.rows; row++) {
      this.eachGram(row, (gram) => grams.add(gram, 1))
      squares = 0
      grams.drain((gram, tf) => {
        squares += tfIdf(tf, this.gramIdf[gram]!) ** 2
      })
      this.gramNorm[row] = Math.sqrt(squares)
      this.eachPair(row, (a, b) => {
        const id = this.pairs.get(a, b)
        if (id >= 0) pairs.add(id, 1)
      })
      squares = 0
      pairs.drain((id, tf) => {
        squares += tfIdf(tf, this.pairIdf[id]!) ** 2
      })
      this.pairNorm[row] = Math.sqrt(squares)
    }
  }
}

/** The tf-idf vector of a bag of strings; those that `idOf` does not know (−1) count in the norm only. */
function sparse(bag: readonly string[], idOf: (key: string) => number, idfOf: (id: number) => number): SparseQuery {
  const counts = new Map<string, number>()
  for (const key of bag) counts.set(key, (counts.get(key) ?? 0) + 1)
  const query: SparseQuery = { slots: new Map(), weights: [], norm: 0 }
  for (const [key, tf] of counts) {
    const id = idOf(key)
    const value = tfIdf(tf, idfOf(id))
    query.norm += value * value
    if (id < 0) continue
    query.slots.set(id, query.weights.length)
    query.weights.push(value)
  }
  query.norm = Math.sqrt(query.norm)
  return query
}

function cosine(query: SparseQuery, counts: Uint16Array, idf: Float64Array, norm: number): number {
  if (query.norm === 0 || norm === 0) return 0
  let dot = 0
  for (let slot = 0; slot < counts.length; slot++) {
    if (counts[slot]! > 0) dot += query.weights[slot]! * tfIdf(counts[slot]!, idf[slot]!)
  }
  return dot / (query.norm * norm)
}

/** √ln((N + 1)/(df + ½)) over the documents' pieces; half of the largest for pieces of no document. `size` floats. */
export function pieceIdf(pieces: Uint32Array, start: Uint32Array, size: number): Float32Array {
  const df = new Uint32Array(size)
  const last = new Int32Array(size).fill(-1)
  const count = start.length - 1
  for (let row = 0; row < count; row++) {
    for (let i = start[row]!; i < start[row + 1]!; i++) {
      const piece = pieces[i]!
      if (last[piece] === row) continue
      last[piece] = row
      df[piece]!++
    }
  }
  const half = Math.sqrt(cosineIdf(count, 0)) / 2
  return Float32Array.from(df, (n) => (n > 0 ? Math.sqrt(cosineIdf(count, n)) : half))
}
