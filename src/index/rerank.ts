import type { TokenTable } from '../core/embedding.js'
import { lateInteraction, type PieceCosines, reverseInteraction } from '../core/relevance/late.js'
import { cosinesOf } from '../core/relevance/simd.js'
import { cosineIdf } from '../core/relevance/tfidf.js'
import type { CosineStatistics } from './cosine-statistics.js'
import type { Forward, Texts } from './forward.js'
import type { PairMap } from './pair-map.js'
import { type AnalyzedQuery, isContentPiece } from './query.js'
import { TextCosines } from './text-cosines.js'

/** What the re-ranker measures of candidates, one number each a candidate, about 0..1. */
export interface RerankFeatures {
  late: Float32Array
  reverseLate: Float32Array
  chargram: Float32Array
  bigram: Float32Array
}

/** Measures candidates against a query by pieces, 4-grams and stem pairs. */
export class Reranker {
  private readonly forward: Forward
  private readonly texts: TextCosines
  private readonly cosines: PieceCosines
  private readonly table: TokenTable
  /** √ln((N + 1)/(df + ½)) of every piece of the table; of a piece never seen, half the largest. */
  readonly pieceIdf: Float32Array
  /** Scratch: piece → its place among the current ones, −1 outside. */
  private readonly pieceSlot: Int32Array
  /** Scratch: the slots and weights of one row's pieces. */
  private slots = new Int32Array(0)
  private nameWeights = new Float32Array(0)
  /** Per piece: 0 not looked at yet, 1 content, 2 punctuation or stop word. */
  private readonly content: Uint8Array

  constructor(
    texts: Texts,
    table: TokenTable,
    pairs: PairMap,
    { statistics, pieceIdf }: { statistics: CosineStatistics; pieceIdf: Float32Array },
  ) {
    this.forward = texts.forward
    this.texts = new TextCosines(texts, pairs, statistics)
    this.cosines = cosinesOf(table)
    this.table = table
    this.pieceIdf = pieceIdf
    this.pieceSlot = new Int32Array(table.size).fill(-1)
    this.content = new Uint8Array(table.size)
  }

  /** Features of every row of `rows`, same order. */
  features(query: AnalyzedQuery, rows: Uint32Array): RerankFeatures {
    return { ...this.lateOf(query, rows), ...this.texts.of(query.words, query.stems, rows) }
  }

  private lateOf(query: AnalyzedQuery, rows: Uint32Array): { late: Float32Array; reverseLate: Float32Array } {
    const { pieceSlot } = this
    const [pieces, pieceStart] = [this.forward.pieces.raw, this.forward.pieceStart.raw]
    const namePieces = this.forward.namePieces.raw
    const late = new Float32Array(rows.length)
    const reverseLate = new Float32Array(rows.length)
    const found = this.piecesOf(rows)
    this.cosines.compare(query.pieces, found)
    const best = new Float32Array(query.pieces.length)
    for (let at = 0; at < rows.length; at++) {
      const start = pieceStart[rows[at]!]!
      const count = pieceStart[rows[at]! + 1]! - start
      if (this.slots.length < count) this.slots = new Int32Array(count * 2)
      for (let i = 0; i < count; i++) this.slots[i] = pieceSlot[pieces[start + i]!]!
      late[at] = lateInteraction(this.cosines, query.pieceWeights, this.slots, count, best)
      const names = namePieces[rows[at]!]!
      if (this.nameWeights.length < names) this.nameWeights = new Float32Array(names * 2)
      for (let i = 0; i < names; i++) this.nameWeights[i] = this.contentIdf(pieces[start + i]!)
      reverseLate[at] = reverseInteraction(this.cosines, this.slots, this.nameWeights, names)
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
