import type { Layout } from './layout.js'
import type { PairSet } from './pair-set.js'
import { Random } from './random.js'

/** Random hyperplanes: their signs put alike texts into one of 2^12 cells (Charikar 2002). */
const PLANES = 12

/** Cell of the positive of pairs from..to (of `pool`) under the current table, written to `cells`. */
export function findCells(
  data: Float32Array,
  layout: Layout,
  pairs: PairSet,
  input: { pool: Int32Array; from: number; to: number; cells: Int32Array; seed: number },
): void {
  const { dims, table } = layout
  const random = new Random(input.seed)
  const planes = Array.from({ length: PLANES }, () => Float32Array.from({ length: dims }, () => random.normal()))
  const sum = new Float32Array(dims)
  for (let p = input.from; p < input.to; p++) {
    const text = 2 * input.pool[p]! + 1
    sum.fill(0)
    for (let at = pairs.starts[text]!; at < pairs.starts[text + 1]!; at++) {
      const row = table + pairs.ids[at]! * dims
      for (let j = 0; j < dims; j++) sum[j]! += data[row + j]!
    }
    let cell = 0
    for (const plane of planes) {
      let side = 0
      for (let j = 0; j < dims; j++) side += plane[j]! * sum[j]!
      cell = cell * 2 + (side > 0 ? 1 : 0)
    }
    input.cells[p] = cell
  }
}

/** The pool ordered by cell (stable). */
export function orderByCell(pool: Int32Array, cells: Int32Array): Int32Array {
  const next = new Int32Array(2 ** PLANES + 1)
  for (const cell of cells) next[cell + 1]!++
  for (let cell = 1; cell < next.length; cell++) next[cell]! += next[cell - 1]!
  const order = new Int32Array(pool.length)
  for (const [p, cell] of cells.entries()) order[next[cell]!++] = pool[p]!
  return order
}
