import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  areaUnderCurve,
  bootstrapInterval,
  calibrationError,
  pairedDifference,
  queryMetrics,
} from '../../src/core/metrics.js'

describe('queryMetrics', () => {
  it('is perfect for the perfect order, and worth its first ten only', () => {
    const relevance = new Map([
      ['a', 2],
      ['b', 1],
    ])
    expect(queryMetrics(['a', 'b', 'x'], relevance)).toEqual({ ndcg: 1, recall: 1, mrr: 1, hit1: 1 })
    const late = [...Array.from({ length: 10 }, (_, i) => `x${i}`), 'a']
    expect(queryMetrics(late, relevance)).toEqual({ ndcg: 0, recall: 0, mrr: 0, hit1: 0 })
  })

  it('discounts by log₂ of the position', () => {
    const { ndcg, mrr, recall, hit1 } = queryMetrics(['x', 'a'], new Map([['a', 1]]))
    expect(ndcg).toBeCloseTo(1 / Math.log2(3), 12)
    expect([mrr, recall, hit1]).toEqual([0.5, 1, 0])
  })

  it('counts recall over ten at most', () => {
    const relevance = new Map(Array.from({ length: 20 }, (_, i) => [`r${i}`, 1]))
    expect(queryMetrics([...relevance.keys()], relevance).recall).toBe(1)
  })
})

describe('intervals', () => {
  it('hold the mean, and are repeatable', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 60 }), (values) => {
        const interval = bootstrapInterval(values)
        expect(interval.low).toBeLessThanOrEqual(interval.mean + 1e-9)
        expect(interval.high).toBeGreaterThanOrEqual(interval.mean - 1e-9)
        expect(bootstrapInterval(values)).toEqual(interval)
      }),
      { seed: 12, numRuns: 30 },
    )
  })

  it('of a constant difference is that difference', () => {
    const { mean, low, high } = pairedDifference([0.1, 0.5, 0.2], [0.3, 0.7, 0.4])
    for (const x of [mean, low, high]) expect(x).toBeCloseTo(0.2, 12)
    expect(() => pairedDifference([1], [1, 2])).toThrow(/queries/)
  })
})

describe('areaUnderCurve', () => {
  it('counts pairs, ties half', () => {
    const level = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(level, level, (high, low) => {
        let wins = 0
        for (const a of high) for (const b of low) wins += a > b ? 1 : a === b ? 0.5 : 0
        expect(areaUnderCurve(high, low)).toBeCloseTo(wins / (high.length * low.length), 9)
      }),
      { seed: 13 },
    )
  })
})

describe('calibrationError', () => {
  it('is nothing when shares equal what was stated, and the distance otherwise', () => {
    expect(calibrationError([0.5, 0.5], [true, false])).toBe(0)
    expect(calibrationError([0.9, 0.9], [false, false])).toBeCloseTo(0.9, 12)
  })
})
