import type { TableState } from './optimise.js'

/** Added to the diagonal, as a share of its mean: a table of fewer rows than dimensions has directions without any spread. */
const RIDGE = 1e-6

/**
 * Whitens a table: afterwards its rows spread alike in every direction, where training leaves some five times as wide as
 * others, which then decide too much (Su et al. 2021 whiten sentence vectors; here a text's vector is a sum of rows, so
 * whitening the rows does it once and for all). Row i becomes L⁻¹·row i, L·Lᵀ being the second moments of the rows: L is
 * triangular, so the first k dimensions come from the first k alone, and a Matryoshka order stays one. The mean square
 * of the table's entries stays as it was.
 */
export function whiten({ size, dims, rows }: Pick<TableState, 'size' | 'dims' | 'rows'>): void {
  const moments = secondMoments(rows, size, dims)
  let spread = 0
  for (let j = 0; j < dims; j++) spread += moments[j * dims + j]! / dims
  if (spread === 0) return
  for (let j = 0; j < dims; j++) moments[j * dims + j]! += RIDGE * spread
  const lower = cholesky(moments, dims)
  const scale = Math.sqrt(spread)
  const solved = new Float64Array(dims)
  for (let row = 0; row < size * dims; row += dims) {
    for (let j = 0; j < dims; j++) {
      let rest = rows[row + j]!
      for (let k = 0; k < j; k++) rest -= lower[j * dims + k]! * solved[k]!
      solved[j] = rest / lower[j * dims + j]!
    }
    for (let j = 0; j < dims; j++) rows[row + j] = scale * solved[j]!
  }
}

/** Mean over the rows of x·xᵀ, dims × dims. */
function secondMoments(rows: Float32Array, size: number, dims: number): Float64Array {
  const moments = new Float64Array(dims * dims)
  for (let row = 0; row < size * dims; row += dims) {
    for (let j = 0; j < dims; j++) {
      const x = rows[row + j]! / size
      for (let k = 0; k <= j; k++) moments[j * dims + k]! += x * rows[row + k]!
    }
  }
  for (let j = 0; j < dims; j++) for (let k = 0; k < j; k++) moments[k * dims + j] = moments[j * dims + k]!
  return moments
}

/** The lower triangular L with L·Lᵀ = `matrix` (symmetric, positive definite, n × n). */
function cholesky(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * n + j]!
      for (let k = 0; k < j; k++) rest -= lower[i * n + k]! * lower[j * n + k]!
      lower[i * n + j] = i === j ? Math.sqrt(rest) : rest / lower[j * n + j]!
    }
  }
  return lower
}
