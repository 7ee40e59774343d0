/** One observation of a weighted logistic regression. */
export interface Observation {
  /** Without the constant. */
  x: readonly number[]
  y: boolean
  weight: number
}

const ITERATIONS = 50
const CONVERGED = 1e-8

/**
 * Ridge-penalised logistic regression by Newton's method (Hastie, Tibshirani, Friedman 2009, section 4.4.1), over standardised columns.
 * Returns [bias, weight, weight, …] for the columns as they were given. A column that never varies gets weight 0.
 */
export function logisticFit(observations: readonly Observation[], ridge = 3e-3): number[] {
  const width = observations[0]?.x.length ?? 0
  const { mean, deviation } = moments(observations, width)
  const total = observations.reduce((sum, { weight }) => sum + weight, 0)
  const rows = observations.map(({ x, y, weight }) => ({
    x: [1, ...x.map((value, i) => (value - mean[i]!) / deviation[i]!)],
    y: y ? 1 : 0,
    weight: weight / total,
  }))
  let beta = new Array<number>(width + 1).fill(0)
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const step = newtonStep(rows, beta, ridge / 10)
    beta = beta.map((value, i) => value - step[i]!)
    if (Math.max(...step.map(Math.abs)) < CONVERGED) break
  }
  const weights = beta.slice(1).map((value, i) => value / deviation[i]!)
  return [beta[0]! - weights.reduce((sum, value, i) => sum + value * mean[i]!, 0), ...weights]
}

function moments(observations: readonly Observation[], width: number): { mean: number[]; deviation: number[] } {
  const mean = Array.from(
    { length: width },
    (_, i) => observations.reduce((s, o) => s + o.x[i]!, 0) / observations.length,
  )
  const deviation = mean.map((m, i) => {
    const variance = observations.reduce((s, o) => s + (o.x[i]! - m) ** 2, 0) / observations.length
    return variance > 1e-12 ? Math.sqrt(variance) : 1
  })
  return { mean, deviation }
}

/** H⁻¹·g of the penalised log-loss; the constant is not penalised. */
function newtonStep(
  rows: readonly { x: number[]; y: number; weight: number }[],
  beta: number[],
  ridge: number,
): number[] {
  const n = beta.length
  const gradient = beta.map((value, i) => (i === 0 ? 0 : ridge * value))
  const hessian = beta.map((_, i) => beta.map((_, j) => (i === j ? (i === 0 ? 1e-9 : ridge) : 0)))
  for (const { x, y, weight } of rows) {
    const z = x.reduce((sum, value, i) => sum + value * beta[i]!, 0)
    const p = 1 / (1 + Math.exp(-z))
    const slope = weight * p * (1 - p)
    for (let i = 0; i < n; i++) {
      gradient[i]! += weight * (p - y) * x[i]!
      for (let j = 0; j < n; j++) hessian[i]![j]! += slope * x[i]! * x[j]!
    }
  }
  return solve(hessian, gradient)
}

/** Gaussian elimination with partial pivoting; `a` is positive definite here. */
function solve(a: number[][], b: readonly number[]): number[] {
  const n = b.length
  const m = a.map((row, i) => [...row, b[i]!])
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let i = column + 1; i < n; i++) if (Math.abs(m[i]![column]!) > Math.abs(m[pivot]![column]!)) pivot = i
    const swapped = m[column]!
    m[column] = m[pivot]!
    m[pivot] = swapped
    for (let i = 0; i < n; i++) {
      if (i === column) continue
      const factor = m[i]![column]! / m[column]![column]!
      for (let j = column; j <= n; j++) m[i]![j]! -= factor * m[column]![j]!
    }
  }
  return m.map((row, i) => row[n]! / row[i]!)
}
