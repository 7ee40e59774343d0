import type { TokenTable } from '../core/embedding.js'
import { type CosineKernel, lateInteraction, reverseInteraction } from '../core/relevance/late.js'
import { kernelOf } from '../core/relevance/simd.js'
import { cosineIdf, tfIdf } from '../core/relevance/tfidf.js'
import type { CosineStatistics } from './cosine-statistics.js'
import type { Forward, Texts } from './forward.js'
import type { PairMap } from './pair-map.js'
import { type AnalyzedQuery, isContentPiece } from './query.js'
import { TextRows } from './text-rows.js'
import { gramsOf, type Vocabulary } from './vocabulary.js'

/** What the re-ranker measures of candidates, one number each a candidate, about 0..1. */
export interface RerankFeatures {
  late: Float32Array
  reverseLate: Float32Array
  chargram: Float32Array
  bigram: Float32Array
}

/** A query as a tf-idf vector over the ids that the index knows; the norm counts what it never saw, too. */
interface SparseQuery {
  ids: number[]
  weights: number[]
  idf: number[]
  norm: number
}

/** Measures candidates against a query by pieces, 4-grams and stem pairs. */
export class Reranker {
  private readonly forward: Forward
  private readonly vocabulary: Vocabulary
  private readonly texts: TextRows
  private readonly statistics: CosineStatistics
  private readonly pairs: PairMap
  private readonly kernel: CosineKernel
  private readonly table: TokenTable
  /** √ln((N + 1)/(df + ½)) of every piece of the table; of a piece never seen, half the largest. */
  readonly pieceIdf: Float32Array
  /** Scratch: piece → column in the current cosine matrix, gram → slot in the current query; −1 outside. */
  private readonly pieceSlot: Int32Array
  private gramSlot = new Int32Array(0)
  /** Scratch: 1 for stems that a pair of the current query begins with. */
  private firsts = new Uint8Array(0)
  /** Scratch: cosines of the current pieces, and the slots and weights of one row's. */
  private cosines = new Float32Array(0)
  private slots = new Int32Array(0)
  private nameWeights = new Float32Array(0)
  /** Per piece: 0 not looked at yet, 1 content, 2 punctuation or stop word. */
  private readonly content: Uint8Array

  constructor(
    { forward, vocabulary }: Texts,
    table: TokenTable,
    pairs: PairMap,
    { statistics, pieceIdf }: { statistics: CosineStatistics; pieceIdf: Float32Array },
  ) {
    this.forward = forward
    this.vocabulary = vocabulary
    this.texts = new TextRows(forward, vocabulary)
    this.statistics = statistics
    this.pairs = pairs
    this.kernel = kernelOf(table)
    this.table = table
    this.pieceIdf = pieceIdf
    this.pieceSlot = new Int32Array(table.size).fill(-1)
    this.content = new Uint8Array(table.size)
  }

  /** Features of every row of `rows`, same order. */
  features(query: AnalyzedQuery, rows: Uint32Array): RerankFeatures {
    return {
      ...this.lateOf(query, rows),
      chargram: this.gramCosines(query.words, rows),
      bigram: this.pairCosines(query.stems, rows),
    }
  }

  private lateOf(query: AnalyzedQuery, rows: Uint32Array): { late: Float32Array; reverseLate: Float32Array } {
    const { pieceSlot } = this
    const [pieces, pieceStart] = [this.forward.pieces.raw, this.forward.pieceStart.raw]
    const namePieces = this.forward.namePieces.raw
    const late = new Float32Array(rows.length)
    const reverseLate = new Float32Array(rows.length)
    const found = this.piecesOf(rows)
    const width = query.pieces.length
    if (this.cosines.length < found.length * width) this.cosines = new Float32Array(found.length * width * 2)
    const cosines = this.cosines.subarray(0, found.length * width)
    this.kernel(query.pieces, found, cosines)
    const best = new Float32Array(width)
    for (let at = 0; at < rows.length; at++) {
      const start = pieceStart[rows[at]!]!
      const count = pieceStart[rows[at]! + 1]! - start
      if (this.slots.length < count) this.slots = new Int32Array(count * 2)
      for (let i = 0; i < count; i++) this.slots[i] = pieceSlot[pieces[start + i]!]!
      late[at] = lateInteraction(cosines, query.pieceWeights, this.slots, count, best)
      const names = namePieces[rows[at]!]!
      if (this.nameWeights.length < names) this.nameWeights = new Float32Array(names * 2)
      for (let i = 0; i < names; i++) this.nameWeights[i] = this.contentIdf(pieces[start + i]!)
      reverseLate[at] = reverseInteraction(cosines, width, this.slots, this.nameWeights, names)
    }
    for (let i = 0; i < found.length; i++) pieceSlot[found[i]!] = -1
    return { late, reverseLate }
  }

  /** The distinct pieces of some rows; `pieceSlot` says where each stands among them. */
  private piecesOf(rows: Uint32Array): Uint32Array {
    const { pieceSlot } = this
    const [pieces, pieceStart] = [this.forward.pieces.raw, this.forward.pieceStart.raw]
    let room = 0
    for (let at = 0; at < rows.length; at++) room += pieceStart[rows[at]! + 1]! - pieceStart[rows[at]!]!
    const found = new Uint32Array(room)
    let count = 0
    for (let at = 0; at < rows.length; at++) {
      for (let i = pieceStart[rows[at]!]!, end = pieceStart[rows[at]! + 1]!; i < end; i++) {
        const piece = pieces[i]!
        if (pieceSlot[piece]! >= 0) continue
        pieceSlot[piece] = count
        found[count++] = piece
      }
    }
    return found.subarray(0, count)
  }

  /** idf of a piece, 0 for punctuation and stop words. */
  contentIdf(piece: number): number {
    if (this.content[piece] === 0) this.content[piece] = isContentPiece(this.table.pieceText(piece)) ? 1 : 2
    return this.content[piece] === 1 ? this.pieceIdf[piece]! : 0
  }

  private gramCosines(words: readonly string[], rows: Uint32Array): Float32Array {
    const { vocabulary, statistics } = this
    if (this.gramSlot.length < vocabulary.gramCount) {
      this.gramSlot = new Int32Array(vocabulary.gramCount + (vocabulary.gramCount >> 3)).fill(-1)
    }
    const { gramSlot } = this
    const gramNorm = statistics.gramNorm.raw
    const query = sparse(
      words.flatMap(gramsOf),
      (gram) => vocabulary.gramId(gram),
      (id) => statistics.gramIdfOf(id),
    )
    for (let slot = 0; slot < query.ids.length; slot++) gramSlot[query.ids[slot]!] = slot
    const counts = new Uint16Array(query.ids.length)
    const cosines = new Float32Array(rows.length)
    for (let at = 0; at < rows.length; at++) {
      this.countGrams(rows[at]!, counts)
      cosines[at] = cosine(query, counts, gramNorm[rows[at]!]!)
    }
    for (let slot = 0; slot < query.ids.length; slot++) gramSlot[query.ids[slot]!] = -1
    return cosines
  }

  /** How often each 4-gram that `gramSlot` names stands in the content words of the text fields of a row. */
  private countGrams(row: number, counts: Uint16Array): void {
    const { gramSlot } = this
    const words = this.forward.words.raw
    const { stop, gramStart, grams } = this.vocabulary.tables()
    counts.fill(0)
    for (let i = this.forward.wordStart.raw[row]!, end = this.texts.textEnd(row); i < end; i++) {
      const word = words[i]!
      if (stop[word] === 1) continue
      for (let g = gramStart[word]!, last = gramStart[word + 1]!; g < last; g++) {
        const slot = gramSlot[grams[g]!]!
        if (slot >= 0) counts[slot]!++
      }
    }
  }

  private pairCosines(stems: readonly string[], rows: Uint32Array): Float32Array {
    const ids = stems.map((stem) => this.vocabulary.stemId(stem))
    const keys = ids.slice(1).map((stem, i) => (ids[i]! < 0 || stem < 0 ? -1 : this.pairs.get(ids[i]!, stem)))
    const bigrams = stems.slice(1).map((stem, i) => `${stems[i]} ${stem}`)
    const idOf = new Map(bigrams.map((text, i) => [text, keys[i]!]))
    const { statistics, texts } = this
    const query = sparse(
      bigrams,
      (text) => idOf.get(text)!,
      (id) => statistics.pairIdfOf(id),
    )
    const cosines = new Float32Array(rows.length)
    if (query.ids.length === 0) return cosines
    const asked = query.ids.map((id) => keys.indexOf(id)).map((at): [number, number] => [ids[at]!, ids[at + 1]!])
    const { stemCount } = this.vocabulary
    if (this.firsts.length < stemCount) this.firsts = new Uint8Array(stemCount + (stemCount >> 3))
    for (const [first] of asked) this.firsts[first] = 1
    const counts = new Uint16Array(query.ids.length)
    for (let at = 0; at < rows.length; at++) {
      counts.fill(0)
      texts.eachPair(rows[at]!, (a, b) => {
        if (this.firsts[a] === 0) return
        for (let slot = 0; slot < asked.length; slot++) {
          if (asked[slot]![0] === a && asked[slot]![1] === b) counts[slot]!++
        }
      })
      cosines[at] = cosine(query, counts, statistics.pairNorm.raw[rows[at]!]!)
    }
    for (const [first] of asked) this.firsts[first] = 0
    return cosines
  }
}

/** The tf-idf vector of a bag of strings; those that `idOf` does not know (−1) count in the norm only. */
function sparse(bag: readonly string[], idOf: (key: string) => number, idfOf: (id: number) => number): SparseQuery {
  const counts = new Map<string, number>()
  for (const key of bag) counts.set(key, (counts.get(key) ?? 0) + 1)
  const query: SparseQuery = { ids: [], weights: [], idf: [], norm: 0 }
  for (const [key, tf] of counts) {
    const id = idOf(key)
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
