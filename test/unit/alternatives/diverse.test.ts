import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverageOf } from '../../../src/core/alternatives/coverage.js'
import { alike, diverse } from '../../../src/core/alternatives/diverse.js'
import type { Fit } from '../../../src/core/compare/align.js'
import { SAME } from '../../../src/core/compare/likeness.js'

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

  it('weighs likeness to the likest of the chosen a quarter, a score three quarters', () => {
    const first = candidate(1, [1, 0], [1, 0])
    const like = (score: number) => candidate(score, [1, 0], [1, 0])
    const unlike = (score: number) => candidate(score, [0, 1], [0, 1])
    // a clone loses a quarter: it must be better by a third of a point to come first all the same
    expect(diverse([first, unlike(0.5), like(0.83)], 2)).toEqual([0, 1])
    expect(diverse([first, unlike(0.5), like(0.84)], 2)).toEqual([0, 2])
    // the likest counts, not the last chosen
    expect(diverse([first, unlike(0.9), like(0.8), candidate(0.6, [0, 0], [0, 0])], 4)).toEqual([0, 1, 3, 2])
    expect(diverse([like(0.5), like(0.5)], 2)).toEqual([0, 1])
    expect(diverse([], 3)).toEqual([])
  })

  it.each<[why: string, a: number[][], b: number[][], likeness: number]>([
    [
      'the same',
      [
        [1, 0],
        [1, 0],
      ],
      [
        [2, 0],
        [3, 0],
      ],
      1,
    ],
    [
      'nothing in common',
      [
        [1, 0],
        [1, 0],
      ],
      [
        [0, 1],
        [0, 1],
      ],
      0,
    ],
    [
      'the same of the tool, the opposite besides',
      [
        [1, 1],
        [1, 0],
      ],
      [
        [1, 1],
        [-1, 0],
      ],
      0.5,
    ],
    [
      'something else of the tool, the same besides',
      [
        [1, 0],
        [3, 4],
      ],
      [
        [0, 1],
        [3, 4],
      ],
      0.5,
    ],
    [
      'half way',
      [
        [1, 0],
        [1, 0],
      ],
      [
        [3, 4],
        [3, 4],
      ],
      0.6,
    ],
    [
      'one that does nothing',
      [
        [0, 0],
        [1, 0],
      ],
      [
        [1, 1],
        [1, 0],
      ],
      0.5,
    ],
  ])('likeness: %s', (_, a, b, likeness) => {
    const [one, other] = [candidate(1, a[0]!, a[1]!), candidate(1, b[0]!, b[1]!)]
    expect(alike(one, other)).toBeCloseTo(likeness, 6)
    expect(alike(other, one)).toBe(alike(one, other))
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

  it('names for each group the likest counterpart that is the same, and what is like nothing', () => {
    const groups = fc.integer({ min: 0, max: 4 })
    const level = fc.constantFrom(0, 0.2, SAME - 0.01, SAME, 0.9, 1)
    fc.assert(
      fc.property(groups, groups, fc.array(level, { minLength: 16, maxLength: 16 }), (rows, columns, levels) => {
        const at = (i: number, j: number) => levels[i * columns + j]!
        const fit = { probability: Float64Array.from(levels.slice(0, rows * columns)), columns } as Fit
        const { by, counterpart, share, extra } = coverageOf(fit, rows)
        const across = Array.from({ length: columns }, (_, j) => j)
        let served = 0
        for (let i = 0; i < rows; i++) {
          const most = Math.max(0, ...across.map((j) => at(i, j)))
          expect(by[i]).toBe(most)
          expect(counterpart[i]).toBe(most >= SAME ? across.find((j) => at(i, j) === most) : -1)
          if (most >= SAME) served++
        }
        expect(share).toBe(rows === 0 ? 0 : served / rows)
        const down = Array.from({ length: rows }, (_, i) => i)
        expect(extra).toEqual(across.filter((j) => down.every((i) => at(i, j) < SAME)))
      }),
      { seed: 6, numRuns: 200 },
    )
  })
})
