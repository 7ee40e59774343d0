/**
 * One-to-one assignment of rows to columns with the largest total value (Kuhn 1955; the O(n²·m) form with potentials).
 * Pairs of value 0 or less are never made, so a row may stay alone.
 * @param value `rows × columns`, row-major, finite
 * @returns for each row its column, or −1
 */
export function assign(value: Float64Array, rows: number, columns: number): Int32Array {
  const size = Math.max(rows, columns)
  // a square problem: what is missing, and what is not worth a pair, costs 0 and means "alone"
  const cost = (row: number, column: number): number =>
    row < rows && column < columns ? -Math.max(0, value[row * columns + column]!) : 0
  const owner = matchColumns(size, cost)
  const columnOf = new Int32Array(rows).fill(-1)
  for (let column = 0; column < columns; column++) {
    const row = owner[column + 1]! - 1
    if (row >= 0 && row < rows && value[row * columns + column]! > 0) columnOf[row] = column
  }
  return columnOf
}

/** What the augmenting paths share; rows and columns count from 1, 0 stands for "none". */
interface Potentials {
  row: Float64Array
  column: Float64Array
  /** Column → the row it is matched to. */
  owner: Int32Array
}

/** For each column (1-based) the row (1-based) of a cheapest perfect matching; one augmenting path a row. */
function matchColumns(size: number, cost: (row: number, column: number) => number): Int32Array {
  const potentials: Potentials = {
    row: new Float64Array(size + 1),
    column: new Float64Array(size + 1),
    owner: new Int32Array(size + 1),
  }
  for (let row = 1; row <= size; row++) augment(row, size, cost, potentials)
  return potentials.owner
}

/** Matches one more row along the shortest path of reduced costs. */
function augment(
  start: number,
  size: number,
  cost: (row: number, column: number) => number,
  { row, column, owner }: Potentials,
): void {
  owner[0] = start
  const slack = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY)
  const previous = new Int32Array(size + 1)
  const visited = new Uint8Array(size + 1)
  let at = 0
  do {
    visited[at] = 1
    const current = owner[at]!
    let step = Number.POSITIVE_INFINITY
    let next = 0
    for (let j = 1; j <= size; j++) {
      if (visited[j]) continue
      const reduced = cost(current - 1, j - 1) - row[current]! - column[j]!
      if (reduced < slack[j]!) {
        slack[j] = reduced
        previous[j] = at
      }
      if (slack[j]! < step) {
        step = slack[j]!
        next = j
      }
    }
    for (let j = 0; j <= size; j++) {
      if (visited[j]) {
        row[owner[j]!]! += step
        column[j]! -= step
      } else slack[j]! -= step
    }
    at = next
  } while (owner[at] !== 0)
  while (at !== 0) {
    owner[at] = owner[previous[at]!]!
    at = previous[at]!
  }
}
