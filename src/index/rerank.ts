import type { TokenTable } from '../core/embedding.js'
import { FIELDS } from '../core/relevance/bm25.js'
import { type CosineKernel, lateInteraction, reverseInteraction, scalarKernel } from '../core/relevance/late.js'
import { cosineIdf, tfIdf } from '../core/relevance/tfidf.js'
import type { Forward } from './forward.js'
import { PairMap } from './pair-map.js'
import { type AnalyzedQuery, isContentPiece } from './query.js'
import { BREAK, gramsOf, type Vocabulary } from './vocabulary.js'

/** What the re-ranker measures of one candidate, each about 0..1. */
export interface RerankFeatures {
  late: number
  reverseLate: number
  chargram: number
  bigram: number
}

const FIELD_COUNT = FIELDS.length
/** Name, description and intents: the fields that say what the capability does. */
const TEXT_FIELDS = 3

/** Statistics and norms for the re-ranking features, computed from the forward data in one go. */
export class Reranker {
  private readonly forward: Forward
  private readonly vocabulary: Vocabulary
  private readonly kernel: CosineKernel
  /** √ln((N + 1)/(df + ½)) of every piece of the table; of a piece never seen, half the largest. */
  readonly pieceIdf: Float32Array
  private readonly contentPiece: Uint8Array
  private readonly gramIdf: Float32Array
  private readonly pairs = new PairMap()
  private readonly pairDf: Uint32Array
  private readonly gramNorm: Float32Array
  private readonly pairNorm: Float32Array
  private readonly pieceSlot: Int32Array

  constructor(forward: Forward, vocabulary: Vocabulary, table: TokenTable, kernel: CosineKernel = scalarKernel(table)) {
    this.forward = forward
    this.vocabulary = vocabulary
    this.kernel = kernel
    this.pieceIdf = pieceIdf(forward, table.size)
    this.contentPiece = Uint8Array.from({ length: table.size }, (_, id) =>
      isContentPiece(table.pieceText(id)) ? 1 : 0,
    )
    this.pieceSlot = new Int32Array(table.size).fill(-1)
    const { gramDf, pairDf } = this.countDocuments()
    this.pairDf = pairDf
    this.gramIdf = gramDf.map((df) => cosineIdf(forward.count, df))
    this.gramNorm = new Float32Array(forward.count)
    this.pairNorm = new Float32Array(forward.count)
    this.computeNorms()
  }

  /** Features of every row of `rows`, same order. */
  features(query: AnalyzedQuery, rows: Uint32Array): RerankFeatures[] {
    const late = this.lateOf(query, rows)
    const grams = this.gramQuery(query.words)
    const pairs = this.pairQuery(query.stems)
    return Array.from(rows, (row, i) => ({
      late: late[i]!.late,
      reverseLate: late[i]!.reverse,
      chargram: this.gramCosine(grams, row),
      bigram: this.pairCosine(pairs, row),
    }))
  }

  private lateOf(query: AnalyzedQuery, rows: Uint32Array): { late: number; reverse: number }[] {
    const { pieceSlot } = this
    const pieces = this.forward.pieces.view()
    const start = this.forward.pieceStart.view()
    const namePieces = this.forward.namePieces.view()
    const found: number[] = []
    for (const row of rows) {
      for (let i = start[row]!; i < start[row + 1]!; i++) {
        const piece = pieces[i]!
        if (pieceSlot[piece]! < 0) {
          pieceSlot[piece] = found.length
          found.push(piece)
        }
      }
    }
    const cosines = new Float32Array(found.length * query.pieces.length)
    this.kernel(query.pieces, Uint32Array.from(found), cosines)
    const result = Array.from(rows, (row) => {
      const slots = new Int32Array(start[row + 1]! - start[row]!)
      for (let i = 0; i < slots.length; i++) slots[i] = pieceSlot[pieces[start[row]! + i]!]!
      const name = pieces.subarray(start[row]!, start[row]! + namePieces[row]!)
      const weights = Float32Array.from(name, (piece) => (this.contentPiece[piece] === 1 ? this.pieceIdf[piece]! : 0))
      return {
        late: lateInteraction(cosines, query.pieceWeights, slots),
        reverse: reverseInteraction(cosines, query.pieces.length, slots.subarray(0, name.length), weights),
      }
    })
    for (const piece of found) pieceSlot[piece] = -1
    return result
  }

  /** tf-idf vector of the query's 4-grams: gram id → weight, and its norm, unseen grams included. */
  private gramQuery(words: readonly string[]): { weights: Map<number, number>; norm: number } {
    const counts = new Map<string, number>()
    for (const word of words) for (const gram of gramsOf(word)) counts.set(gram, (counts.get(gram) ?? 0) + 1)
    const weights = new Map<number, number>()
    let squares = 0
    for (const [gram, tf] of counts) {
      const id = this.vocabulary.gramId(gram)
      const value = tfIdf(tf, id < 0 ? cosineIdf(this.forward.count, 0) : this.gramIdf[id]!)
      if (id >= 0) weights.set(id, value)
      squares += value * value
    }
    return { weights, norm: Math.sqrt(squares) }
  }

  private gramCosine(query: { weights: Map<number, number>; norm: number }, row: number): number {
    if (query.norm === 0 || this.gramNorm[row] === 0) return 0
    const counts = new Map<number, number>()
    this.eachWord(row, (word, grams, from, to) => {
      if (word === BREAK) return
      for (let i = from; i < to; i++) {
        const gram = grams[i]!
        if (query.weights.has(gram)) counts.set(gram, (counts.get(gram) ?? 0) + 1)
      }
    })
    let dot = 0
    for (const [gram, tf] of counts) dot += query.weights.get(gram)! * tfIdf(tf, this.gramIdf[gram]!)
    return dot / (query.norm * this.gramNorm[row]!)
  }

  private pairQuery(stems: readonly string[]): { weights: Map<number, number>; norm: number } {
    const counts = new Map<string, number>()
    for (let i = 1; i < stems.length; i++) {
      const key = `${stems[i - 1]} ${stems[i]}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    const weights = new Map<number, number>()
    let squares = 0
    for (const [key, tf] of counts) {
      const [a, b] = key.split(' ').map((stem) => this.vocabulary.stemId(stem)) as [number, number]
      const id = a < 0 || b < 0 ? -1 : this.pairs.get(a, b)
      const value = tfIdf(tf, cosineIdf(this.forward.count, id < 0 ? 0 : this.pairDf[id]!))
      if (id >= 0) weights.set(id, value)
      squares += value * value
    }
    return { weights, norm: Math.sqrt(squares) }
  }

  private pairCosine(query: { weights: Map<number, number>; norm: number }, row: number): number {
    if (query.weights.size === 0 || this.pairNorm[row] === 0) return 0
    const counts = new Map<number, number>()
    this.eachPair(row, (a, b) => {
      const id = this.pairs.get(a, b)
      if (query.weights.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1)
    })
    let dot = 0
    for (const [id, tf] of counts) {
      dot += query.weights.get(id)! * tfIdf(tf, cosineIdf(this.forward.count, this.pairDf[id]!))
    }
    return dot / (query.norm * this.pairNorm[row]!)
  }

  /** Content words of the text fields of a row, with where their grams stand. */
  private eachWord(row: number, visit: (word: number, grams: Uint32Array, from: number, to: number) => void): void {
    const { stop, gramStart, grams } = this.vocabulary.tables()
    const words = this.forward.words.view()
    const from = this.forward.wordStart.view()[row]!
    const to = from + this.textLength(row)
    for (let i = from; i < to; i++) {
      const word = words[i]!
      if (word === BREAK || stop[word] === 0) visit(word, grams, gramStart[word]!, gramStart[word + 1]!)
    }
  }

  /** Adjacent content stems of the text fields; a pair spans neither entries nor fields. */
  private eachPair(row: number, visit: (a: number, b: number) => void): void {
    const { stop, stemOf } = this.vocabulary.tables()
    const words = this.forward.words.view()
    const lengths = this.forward.fieldLengths.view()
    let next = this.forward.wordStart.view()[row]!
    for (let field = 0; field < TEXT_FIELDS; field++) {
      let previous = -1
      for (const end = next + lengths[row * FIELD_COUNT + field]!; next < end; next++) {
        const word = words[next]!
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

  private textLength(row: number): number {
    const lengths = this.forward.fieldLengths.view()
    let length = 0
    for (let field = 0; field < TEXT_FIELDS; field++) length += lengths[row * FIELD_COUNT + field]!
    return length
  }

  private countDocuments(): { gramDf: Float32Array; pairDf: Uint32Array } {
    const gramDf = new Float32Array(this.vocabulary.gramCount)
    const lastGram = new Int32Array(this.vocabulary.gramCount).fill(-1)
    const pairDf: number[] = []
    const lastPair: number[] = []
    for (let row = 0; row < this.forward.count; row++) {
      this.eachWord(row, (_word, grams, from, to) => {
        for (let i = from; i < to; i++) {
          const gram = grams[i]!
          if (lastGram[gram] === row) continue
          lastGram[gram] = row
          gramDf[gram]!++
        }
      })
      this.eachPair(row, (a, b) => {
        const id = this.pairs.add(a, b)
        if (lastPair[id] === row) return
        lastPair[id] = row
        pairDf[id] = (pairDf[id] ?? 0) + 1
      })
    }
    return { gramDf, pairDf: Uint32Array.from(pairDf) }
  }

  private computeNorms(): void {
    const grams = new Map<number, number>()
    const pairs = new Map<number, number>()
    for (let row = 0; row < this.forward.count; row++) {
      grams.clear()
      pairs.clear()
      this.eachWord(row, (_word, ids, from, to) => {
        for (let i = from; i < to; i++) grams.set(ids[i]!, (grams.get(ids[i]!) ?? 0) + 1)
      })
      this.eachPair(row, (a, b) => {
        const id = this.pairs.get(a, b)
        pairs.set(id, (pairs.get(id) ?? 0) + 1)
      })
      let squares = 0
      for (const [gram, tf] of grams) squares += tfIdf(tf, this.gramIdf[gram]!) ** 2
      this.gramNorm[row] = Math.sqrt(squares)
      squares = 0
      for (const [id, tf] of pairs) squares += tfIdf(tf, cosineIdf(this.forward.count, this.pairDf[id]!)) ** 2
      this.pairNorm[row] = Math.sqrt(squares)
    }
  }
}

/** √ln((N + 1)/(df + ½)) over the documents' pieces; half of the largest for pieces of no document. `size` floats. */
function pieceIdf(forward: Forward, size: number): Float32Array {
  const df = new Uint32Array(size)
  const last = new Int32Array(size).fill(-1)
  const pieces = forward.pieces.view()
  const start = forward.pieceStart.view()
  for (let row = 0; row < forward.count; row++) {
    for (let i = start[row]!; i < start[row + 1]!; i++) {
      const piece = pieces[i]!
      if (last[piece] === row) continue
      last[piece] = row
      df[piece]!++
    }
  }
  const half = Math.sqrt(cosineIdf(forward.count, 0)) / 2
  return Float32Array.from(df, (n) => (n > 0 ? Math.sqrt(cosineIdf(forward.count, n)) : half))
}
