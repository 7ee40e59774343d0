import { assign } from './assignment.js'
import { SAME } from './likeness.js'
import { likenessMatrix, type Side } from './subject.js'

/** How two sides fit: which group of one does what which group of the other does. */
export interface Fit {
  /** `a.groups × b.groups`, row-major: probability that they do the same, and cosine of their texts. */
  probability: Float64Array
  similarity: Float64Array
  columns: number
  /** For each group of a its partner in b (one to one, most probable in total), or −1. */
  partner: Int32Array
  /** Share of a's groups that some group of b serves, and of b's that some group of a serves. */
  coverage: [number, number]
}

/** Pairs the capabilities of two tools. Only pairs that are more likely the same than not are made. */
export function fitOf(a: Side, b: Side): Fit {
  const { probability, similarity } = likenessMatrix(a, b)
  const columns = b.groups.length
  const worth = probability.map((p) => (p >= SAME ? p : 0))
  const partner = assign(worth, a.groups.length, columns)
  // coverage is not one to one: a single broad capability may serve what the other side splits in two
  const served = (from: number, to: number, at: (i: number, j: number) => number): number => {
    let count = 0
    for (let i = 0; i < from; i++) {
      for (let j = 0; j < to; j++) {
        if (worth[at(i, j)]! > 0) {
          count++
          break
        }
      }
    }
    return from === 0 ? 0 : count / from
  }
  return {
    probability,
    similarity,
    columns,
    partner,
    coverage: [
      served(a.groups.length, columns, (i, j) => i * columns + j),
      served(columns, a.groups.length, (j, i) => i * columns + j),
    ],
  }
}

/** A row of the alignment: at most one group a side; −1 where a side has nothing like it. */
export interface AlignedRow {
  groups: number[]
  /** Lowest probability and mean cosine over the pairs of its members; 1 for a lone one. */
  probability: number
  similarity: number
}

/**
 * Aligns the capabilities of two or more tools: side after side joins the rows so far by optimal assignment, worth the mean
 * probability to a row's members and never with a member that it is more likely different from.
 * @param fits `fits[i][j]` for i < j
 */
export function align(sides: readonly Side[], fits: readonly (readonly Fit[])[]): AlignedRow[] {
  const rows: number[][] = (sides[0]?.groups ?? []).map((_, group) => [group])
  for (let k = 1; k < sides.length; k++) {
    const columns = sides[k]!.groups.length
    const value = new Float64Array(rows.length * columns)
    for (const [r, row] of rows.entries()) {
      for (let column = 0; column < columns; column++) {
        const all = row.flatMap((group, side) => (group < 0 ? [] : [probabilityOf(fits, side, group, k, column)]))
        value[r * columns + column] = all.every((p) => p >= SAME) ? all.reduce((sum, p) => sum + p, 0) / all.length : 0
      }
    }
    const columnOf = assign(value, rows.length, columns)
    const taken = new Set(columnOf)
    for (const [r, row] of rows.entries()) row.push(columnOf[r]!)
    for (let column = 0; column < columns; column++) {
      if (!taken.has(column)) rows.push([...new Array<number>(k).fill(-1), column])
    }
  }
  return rows.map((groups) => ({ groups, ...closeness(groups, fits) }))
}

const probabilityOf = (
  fits: readonly (readonly Fit[])[],
  i: number,
  groupI: number,
  j: number,
  groupJ: number,
): number => {
  const pair = fits[i]![j]!
  return pair.probability[groupI * pair.columns + groupJ]!
}

function closeness(groups: readonly number[], fits: readonly (readonly Fit[])[]) {
  let probability = 1
  let sum = 0
  let count = 0
  for (let i = 0; i < groups.length; i++) {
    for (let j = i + 1; j < groups.length; j++) {
      if (groups[i]! < 0 || groups[j]! < 0) continue
      const pair = fits[i]![j]!
      const at = groups[i]! * pair.columns + groups[j]!
      probability = Math.min(probability, pair.probability[at]!)
      sum += pair.similarity[at]!
      count++
    }
  }
  return { probability, similarity: count === 0 ? 1 : sum / count }
}
