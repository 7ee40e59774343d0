import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitConfidence, scoreNoMatch } from '../../../indexer/fit/confidence.js'
import { logisticFit } from '../../../indexer/fit/logistic.js'
import { leaves, type NoMatchRow } from '../../../indexer/fit/no-match.js'
import { lcg } from '../../../src/core/metrics.js'
import { type ConfidenceSignals, SIGNALS, sigmoid } from '../../../src/core/relevance/confidence.js'

describe('logisticFit', () => {
  it('finds the weights that made the data, in their own units', () => {
    const random = lcg(7)
    const truth = [-1, 2, -0.03]
    const observations = Array.from({ length: 20_000 }, () => {
      const x = [random() * 4 - 2, random() * 100 - 50, 5]
      const p = sigmoid(truth[0]! + truth[1]! * x[0]! + truth[2]! * x[1]!)
      return { x, y: random() < p, weight: 1 }
    })
    const [bias, first, second, constant] = logisticFit(observations)
    expect(bias! + 5 * constant!).toBeCloseTo(-1, 0)
    expect(first).toBeCloseTo(2, 0)
    expect(second).toBeCloseTo(-0.03, 2)
  })

  it('gives nothing to a column that never varies', () => {
    const observations = [0, 1, 2, 3].map((x) => ({ x: [x, 7], y: x > 1, weight: 1 }))
    expect(logisticFit(observations)[2]).toBeCloseTo(0, 9)
  })
})

/** Rows whose truth follows the margin alone. */
function rows(seed: number): NoMatchRow[] {
  const random = lcg(seed)
  return Array.from({ length: 300 }, (_, i): NoMatchRow => {
    const margin = random()
    const right = random() < margin ** 2
    const group = i % 5 === 0 ? 'other' : right || random() < 0.3 ? 'there' : 'gone'
    const signals = Object.fromEntries(
      SIGNALS.map((signal) => [signal, signal === 'margin' ? margin : random()]),
    ) as unknown as ConfidenceSignals
    const isRight = right && group === 'there'
    return {
      group,
      right: isRight,
      present: 0,
      signals,
      list: [
        { confidence: 0, below: 0, right: isRight },
        { confidence: 0, below: 1, right: false },
      ],
    }
  })
}

describe('fitConfidence', () => {
  it('keeps its promises on what it saw, and beats chance on what it did not', () => {
    const sets = [1, 2, 3].map((seed) => ({ name: `set ${seed}`, rows: rows(seed) }))
    const fitted = fitConfidence(sets)
    for (const weight of Object.values(fitted.right)) expect(Number.isFinite(weight)).toBe(true)
    const seen = sets.map((set) => scoreNoMatch(set, fitted))
    expect(seen.reduce((sum, { answered }) => sum + answered.gone.match, 0) / 3).toBeLessThanOrEqual(0.12)
    expect(seen.reduce((sum, { answered }) => sum + answered.there.none, 0) / 3).toBeLessThanOrEqual(0.15)
    const unseen = scoreNoMatch({ name: 'new', rows: rows(9) }, fitted)
    expect(unseen.aurocRight).toBeGreaterThan(0.6)
    expect(unseen.ece).toBeLessThan(0.2)
    for (const { match, weak, none } of Object.values(unseen.answered)) expect(match + weak + none).toBeCloseTo(1, 9)
  })
})

describe('leaves', () => {
  it('takes about half, another half for another seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
        const ids = Array.from({ length: 400 }, (_, i) => `capability-${i}`)
        const gone = ids.filter((id) => leaves(id, seed)).length
        expect(gone).toBeGreaterThan(120)
        expect(gone).toBeLessThan(280)
        expect(ids.map((id) => leaves(id, seed))).not.toEqual(ids.map((id) => leaves(id, seed + 7)))
      }),
      { seed: 16, numRuns: 20 },
    )
  })
})
