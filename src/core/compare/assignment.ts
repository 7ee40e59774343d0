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

/** For each column (1-based) the row (1-based) of a cheapest perfect matching; one augmenting path a row. */
function matchColumns(size: number, cost: (row: number, column: number) => number): Int32Array {
  const rowPotential = new Float64Array(size + 1)
  const columnPotential = new Float64Array(size + 1)
  const owner = new Int32Array(size + 1)
  const previous = new Int32Array(size + 1)
  for (let row = 1; row <= size; row++) {
    owner[0] = row
    let column = 0
    const slack = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY)
    const visited = new Uint8Array(size + 1)
    do {
      visited[column] = 1
      const current = owner[column]!
      let step = Number.POSITIVE_INFINITY
      let next = 0
      for (let j = 1; j <= size; j++) {
        if (visited[j]) continue
        const reduced = cost(current - 1, j - 1) - rowPotential[current]! - columnPotential[j]!
        if (reduced < slack[j]!) {
          slack[j] = reduced
          previous[j] = column
        }
        if (slack[j]! < step) {
          step = slack[j]!
          next = j
        }
      }
      for (let j = 0; j <= size; j++) {
        if (visited[j]) {
          rowPotential[owner[j]!]! += step
          columnPotential[j]! -= step
        } else slack[j]! -= step
      }
      column = next
    } while (owner[column] !== 0)
    while (column !== 0) {
      owner[column] = owner[previous[column]!]!
      column = previous[column]!
    }
  }
  return owner
}
