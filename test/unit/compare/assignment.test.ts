import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assign } from '../../../src/core/compare/assignment.js'

/** The largest total over all one-to-one assignments, by trying every one. */
function bestTotal(value: Float64Array, rows: number, columns: number, row = 0, used = 0): number {
  if (row === rows) return 0
  let best = bestTotal(value, rows, columns, row + 1, used)
  for (let column = 0; column < columns; column++) {
    const gain = value[row * columns + column]!
    if (used & (1 << column) || gain <= 0) continue
    best = Math.max(best, gain + bestTotal(value, rows, columns, row + 1, used | (1 << column)))
  }
  return best
}

const problem = fc
  .record({ rows: fc.integer({ min: 0, max: 6 }), columns: fc.integer({ min: 0, max: 6 }) })
  .chain(({ rows, columns }) =>
    fc
      .array(fc.oneof(fc.constant(0), fc.constant(0.5), fc.double({ min: -1, max: 1, noNaN: true })), {
        minLength: rows * columns,
        maxLength: rows * columns,
      })
      .map((value) => ({ rows, columns, value: Float64Array.from(value) })),
  )

describe('assign', () => {
  it('reaches the total of the best of all assignments, each column once, never a worthless pair', () => {
    fc.assert(
      fc.property(problem, ({ rows, columns, value }) => {
        const columnOf = assign(value, rows, columns)
        const taken = [...columnOf].filter((column) => column >= 0)
        expect(new Set(taken).size).toBe(taken.length)
        let total = 0
        for (const [row, column] of columnOf.entries()) {
          if (column < 0) continue
          expect(value[row * columns + column]!).toBeGreaterThan(0)
          total += value[row * columns + column]!
        }
        expect(total).toBeCloseTo(bestTotal(value, rows, columns), 9)
      }),
      { seed: 11, numRuns: 400 },
    )
  })

  it('gives up a single best pair for a better total', () => {
    expect([...assign(Float64Array.of(0.9, 0.8, 0.8, 0), 2, 2)]).toEqual([1, 0])
  })
})
