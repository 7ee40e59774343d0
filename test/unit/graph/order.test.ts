import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crossings, fewCrossings } from '../../../src/core/graph/order.js'

const ids = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`)

const drawing = fc
  .record({ a: fc.integer({ min: 1, max: 5 }), b: fc.integer({ min: 1, max: 6 }), c: fc.integer({ min: 1, max: 5 }) })
  .chain(({ a, b, c }) =>
    fc.record({
      columns: fc.constant([ids('a', a), ids('b', b), ids('c', c)]),
      links: fc.array(
        fc.oneof(
          fc.tuple(fc.nat(a - 1), fc.nat(b - 1)).map(([x, y]) => ({ from: `a${x}`, to: `b${y}` })),
          fc.tuple(fc.nat(b - 1), fc.nat(c - 1)).map(([x, y]) => ({ from: `b${x}`, to: `c${y}` })),
        ),
        { maxLength: 16 },
      ),
    }),
  )

describe('fewCrossings', () => {
  it('keeps every node in its column and never makes more crossings than there were', () => {
    fc.assert(
      fc.property(drawing, ({ columns, links }) => {
        const ordered = fewCrossings(columns, links)
        expect(ordered.map((column) => [...column].sort())).toEqual(columns.map((column) => [...column].sort()))
        expect(crossings(ordered, links)).toBeLessThanOrEqual(crossings(columns, links))
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  it('untangles two edges that cross', () => {
    const links = [
      { from: 'a0', to: 'b1' },
      { from: 'a1', to: 'b0' },
    ]
    const columns = [['a0', 'a1'], ['b0', 'b1'], []]
    expect(crossings(columns, links)).toBe(1)
    expect(crossings(fewCrossings(columns, links), links)).toBe(0)
  })
})
