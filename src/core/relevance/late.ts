import type { TokenTable } from '../embedding.js'

/** 1/‖row‖, 0 for an empty row. */
export function inverseNorm(row: Int8Array): number {
  let sum = 0
  for (let i = 0; i < row.length; i++) sum += row[i]! * row[i]!
  return sum > 0 ? 1 / Math.sqrt(sum) : 0
}

/**
 * Cosines of every query piece to every document piece, the hot spot of re-ranking. Asked once for the pieces of a query and of all its
 * candidates, then by candidate. `asked.length` and `found.length` below are those of the last `compare`.
 */
export interface PieceCosines {
  compare(asked: Uint32Array, found: Uint32Array): void
  /** For each asked piece, its largest cosine to the found ones at the first `count ≥ 1` of `places`; `asked.length` numbers to `best`. */
  bestToFound(places: Int32Array, count: number, best: Float32Array): void
  /** The largest cosine of the found piece at a place to any asked one; −1 when none was asked. */
  bestToAsked(place: number): number
}

/** In plain JavaScript: integer dot products over the int8 rows, scaled by both norms. */
export class ScalarCosines implements PieceCosines {
  private readonly table: Pick<TokenTable, 'rows' | 'size' | 'dims'>
  private readonly norms: Float32Array
  private width = 0
  private cosines = new Float32Array(0)

  constructor(table: Pick<TokenTable, 'rows' | 'size' | 'dims'>) {
    this.table = table
    const { rows, size, dims } = table
    this.norms = Float32Array.from({ length: size }, (_, id) => inverseNorm(rows.subarray(id * dims, (id + 1) * dims)))
  }

  compare(asked: Uint32Array, found: Uint32Array): void {
    const { norms, table } = this
    const { rows, dims } = table
    this.width = asked.length
    this.cosines = new Float32Array(found.length * asked.length)
    for (let f = 0; f < found.length; f++) {
      for (let a = 0; a < asked.length; a++) {
        let dot = 0
        for (let i = 0; i < dims; i++) dot += rows[found[f]! * dims + i]! * rows[asked[a]! * dims + i]!
        this.cosines[f * asked.length + a] = dot * norms[found[f]!]! * norms[asked[a]!]!
      }
    }
  }

  bestToFound(places: Int32Array, count: number, best: Float32Array): void {
    const { cosines, width } = this
    best.fill(-1, 0, width)
    for (let i = 0; i < count; i++) {
      for (let t = 0; t < width; t++) best[t] = Math.max(best[t]!, cosines[places[i]! * width + t]!)
    }
  }

  bestToAsked(place: number): number {
    const { cosines, width } = this
    let best = -1
    for (let t = place * width; t < (place + 1) * width; t++) best = Math.max(best, cosines[t]!)
    return best
  }
}

/**
 * Late interaction (Khattab, Zaharia 2020, "ColBERT", section 3.2, over static vectors): Σ_t w_t · max_d cos(t, d). `weights` are those of the
 * pieces asked and sum to 1, the document's pieces stand at the first `count` of `places`; `best` is scratch of the length of `weights`.
 */
export function lateInteraction(
  cosines: PieceCosines,
  weights: Float32Array,
  places: Int32Array,
  count: number,
  best: Float32Array,
): number {
  if (count === 0) return 0
  cosines.bestToFound(places, count, best)
  let sum = 0
  for (let t = 0; t < weights.length; t++) sum += weights[t]! * best[t]!
  return sum
}

/**
 * The reverse over a name: the weighted mean, over the name's pieces (at the first `count` of `places`), of the best cosine to any query
 * piece. `weights` are those of the places; 0 when all are 0.
 */
export function reverseInteraction(
  cosines: PieceCosines,
  places: Int32Array,
  weights: Float32Array,
  count: number,
): number {
  let sum = 0
  let total = 0
  for (let i = 0; i < count; i++) {
    if (weights[i] === 0) continue
    sum += weights[i]! * cosines.bestToAsked(places[i]!)
    total += weights[i]!
  }
  return total > 0 ? sum / total : 0
}
