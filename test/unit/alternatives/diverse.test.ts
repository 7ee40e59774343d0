import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverageOf } from '../../../src/core/alternatives/coverage.js'
import { alike, diverse } from '../../../src/core/alternatives/diverse.js'

const candidate = (score: number, covers: number[], centre: number[]) => ({
  score,
  covers: Float64Array.from(covers),
  centre: Float32Array.from(centre),
})

describe('diverse', () => {
  it('puts the best first and takes no clone of it before something else that is nearly as good', () => {
    const best = candidate(0.9, [1, 1, 0], [1, 0])
    const clone = candidate(0.88, [1, 1, 0], [1, 0])
    const other = candidate(0.8, [0, 0, 1], [0, 1])
    expect(diverse([clone, best, other], 2)).toEqual([1, 2])
    expect(diverse([clone, best, other], 3)).toEqual([1, 2, 0])
  })

  it('chooses each once, as many as there are, the highest score first', () => {
    const candidates = fc.array(
      fc.record({
        score: fc.double({ min: 0, max: 1, noNaN: true }),
        covers: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
        centre: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 2 }),
      }),
    )
    fc.assert(
      fc.property(candidates, fc.integer({ min: 1, max: 8 }), (list, limit) => {
        const made = list.map(({ score, covers, centre }) => candidate(score, covers, centre))
        const chosen = diverse(made, limit)
        expect(chosen.length).toBe(Math.min(limit, made.length))
        expect(new Set(chosen).size).toBe(chosen.length)
        if (chosen.length > 0) expect(made[chosen[0]!]!.score).toBe(Math.max(...made.map(({ score }) => score)))
        for (const i of chosen) {
          expect(alike(made[i]!, made[i]!)).toBeLessThanOrEqual(1 + 1e-6)
        }
      }),
      { seed: 5, numRuns: 200 },
    )
  })
})

describe('coverageOf', () => {
  it('is not symmetric: two narrow capabilities are served by one broad one, which is half served by them', () => {
    const fit = {
      probability: Float64Array.of(0.9, 0.1, 0.8, 0.2),
      similarity: new Float64Array(4),
      columns: 2,
      partner: Int32Array.of(0, -1),
      coverage: [1, 0.5] as [number, number],
    }
    const { share, counterpart, extra } = coverageOf(fit, 2)
    expect(share).toBe(1)
    expect([...counterpart]).toEqual([0, 0])
    expect(extra).toEqual([1])
  })
})
