import type { TokenTable } from '../embedding.js'

/** 1/‖row‖ of every row of the table, 0 for an empty row. `size` floats. */
export function inverseNorms(table: Pick<TokenTable, 'rows' | 'size' | 'dims'>): Float32Array {
  const { rows, size, dims } = table
  const norms = new Float32Array(size)
  for (let id = 0; id < size; id++) {
    let sum = 0
    for (let i = id * dims; i < (id + 1) * dims; i++) sum += rows[i]! * rows[i]!
    norms[id] = sum > 0 ? 1 / Math.sqrt(sum) : 0
  }
  return norms
}

/**
 * Cosines of every query piece to every document piece: `found.length × asked.length`, row-major by document piece.
 * This is the hot spot of re-ranking; a kernel only has to fill the same matrix.
 */
export type CosineKernel = (asked: Uint32Array, found: Uint32Array, out: Float32Array) => void

/** The kernel in plain JavaScript: integer dot products over the int8 rows, scaled by both norms. */
export function scalarKernel(table: Pick<TokenTable, 'rows' | 'size' | 'dims'>): CosineKernel {
  const norms = inverseNorms(table)
  const { rows, dims } = table
  return (asked, found, out) => {
    for (let f = 0; f < found.length; f++) {
      const row = found[f]! * dims
      const norm = norms[found[f]!]!
      for (let a = 0; a < asked.length; a++) {
        const other = asked[a]! * dims
        let dot = 0
        for (let i = 0; i < dims; i++) dot += rows[row + i]! * rows[other + i]!
        out[f * asked.length + a] = dot * norm * norms[asked[a]!]!
      }
    }
  }
}

/**
 * Late interaction (Khattab, Zaharia 2020, "ColBERT", section 3.2, over static vectors): Σ_t w_t · max_d cos(t, d).
 * `cosines` is `? × weights.length` as a kernel fills it, the first `count` of `rows` are the document's rows in it, `weights` sum to 1;
 * `best` is scratch of the length of `weights`.
 */
export function lateInteraction(
  cosines: Float32Array,
  weights: Float32Array,
  rows: Int32Array,
  count: number,
  best: Float32Array,
): number {
  if (count === 0) return 0
  const width = weights.length
  best.fill(-1)
  for (let i = 0; i < count; i++) {
    const at = rows[i]! * width
    for (let t = 0; t < width; t++) {
      const cosine = cosines[at + t]!
      if (cosine > best[t]!) best[t] = cosine
    }
  }
  let sum = 0
  for (let t = 0; t < width; t++) sum += weights[t]! * best[t]!
  return sum
}

/**
 * The reverse over a name: the weighted mean, over the name's pieces (the first `count` of `rows`), of the best cosine to any query piece.
 * `weights` are those of `rows`.
 */
export function reverseInteraction(
  cosines: Float32Array,
  width: number,
  rows: Int32Array,
  weights: Float32Array,
  count: number,
): number {
  if (width === 0) return 0
  let sum = 0
  let total = 0
  for (let i = 0; i < count; i++) {
    const at = rows[i]! * width
    let best = -1
    for (let t = 0; t < width; t++) if (cosines[at + t]! > best) best = cosines[at + t]!
    sum += weights[i]! * best
    total += weights[i]!
  }
  return total > 0 ? sum / total : 0
}
