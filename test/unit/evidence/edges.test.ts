import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Counts, Sum } from '../../../src/core/evidence/counters.js'
import { CellEdges } from '../../../src/core/evidence/edges.js'
import { gallop } from '../../../src/core/evidence/gallop.js'

describe('gallop', () => {
  it('finds the first place that is not below a value, from wherever it starts', () => {
    const ascending = fc.uniqueArray(fc.nat(200), { maxLength: 60 }).map((all) => all.sort((a, b) => a - b))
    fc.assert(
      fc.property(ascending, fc.nat(210), fc.nat(60), (sorted, value, start) => {
        const from = Math.min(start, sorted.length)
        const found = sorted.findIndex((one, i) => i >= from && one >= value)
        expect(gallop(sorted, from, sorted.length, value)).toBe(found < 0 ? sorted.length : found)
      }),
      { seed: 3, numRuns: 2000 },
    )
  })
})

describe("a cell's edges", () => {
  const act = fc.tuple(fc.nat(40), fc.integer({ min: 0, max: 3 }), fc.integer({ min: -2, max: 2 }))

  it('hold what was added, and nothing that adds up to nothing', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 120 }), fc.uniqueArray(fc.nat(45), { maxLength: 30 }), (acts, asked) => {
        const edges = new CellEdges()
        const copy = new CellEdges()
        const oracle = new Map<number, number[]>()
        for (const [cap, sum, amount] of acts) {
          edges.add(cap, sum as Sum, amount)
          const sums = oracle.get(cap) ?? [0, 0, 0, 0]
          sums[sum]! += amount
          if (sums.some((x) => x !== 0)) oracle.set(cap, sums)
          else oracle.delete(cap)
        }
        expect([...edges.caps()]).toEqual([...oracle.keys()].sort((a, b) => a - b))
        for (let cap = 0; cap < 45; cap++) expect(edges.get(cap)).toEqual(oracle.get(cap))
        for (const [cap, sums] of oracle) copy.set(cap, sums as Counts)
        expect(copy.caps()).toEqual(edges.caps())
        const ascending = Int32Array.from(asked).sort()
        const numbers = Int32Array.from(ascending, (cap) => asked.indexOf(cap))
        const lent = new Float64Array(asked.length * 4).fill(1)
        edges.lend(ascending, numbers, 0.5, lent)
        const expected = asked.flatMap((cap) => (oracle.get(cap) ?? [0, 0, 0, 0]).map((x) => 1 + x * 0.5))
        expect([...lent]).toEqual(expected)
      }),
      { seed: 5, numRuns: 500 },
    )
  })
})
