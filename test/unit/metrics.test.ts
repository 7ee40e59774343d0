import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  areaUnderCurve,
  bootstrapInterval,
  calibrationError,
  lcg,
  meanOf,
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

describe('queryMetrics over any answer', () => {
  it('is by the definitions, over the first ten', () => {
    const id = fc.integer({ min: 0, max: 25 }).map((n) => `c${n}`)
    const judged = fc.uniqueArray(fc.tuple(id, fc.integer({ min: 1, max: 3 })), {
      selector: ([one]) => one,
      maxLength: 14,
    })
    fc.assert(
      fc.property(fc.uniqueArray(id, { maxLength: 14 }), judged, (ranked, pairs) => {
        const relevance = new Map(pairs)
        const gain = (one: string | undefined) => 2 ** (relevance.get(one ?? '') ?? 0) - 1
        const sum = (list: readonly string[]) => {
          let total = 0
          for (let place = 1; place <= 10; place++) total += gain(list[place - 1]) / Math.log2(place + 1)
          return total
        }
        const best = [...relevance.keys()].sort((a, b) => gain(b) - gain(a))
        const ten = ranked.slice(0, 10)
        const hits = ten.filter((one) => relevance.has(one)).length
        const first = ten.findIndex((one) => relevance.has(one)) + 1
        const { ndcg, recall, mrr, hit1 } = queryMetrics(ranked, relevance)
        expect(ndcg).toBeCloseTo(relevance.size === 0 ? 0 : sum(ranked) / sum(best), 12)
        expect(recall).toBe(relevance.size === 0 ? 0 : hits / Math.min(10, relevance.size))
        expect([mrr, hit1]).toEqual([first === 0 ? 0 : 1 / first, first === 1 ? 1 : 0])
      }),
      { seed: 14, numRuns: 200 },
    )
  })
})

describe('draws', () => {
  it('are the published sequence of the generator, from any seed', () => {
    const next = lcg(0)
    expect([next(), next(), next()].map((x) => x * 2 ** 32)).toEqual([0x3c6ef35f, 0x47502932, 0xd1ccf6e9])
    expect(lcg(-1)()).toBe(lcg(2 ** 32 - 1)())
  })
})

describe('intervals', () => {
  it('are as wide as the spread of the mean says', () => {
    const random = lcg(5)
    const values = Array.from({ length: 400 }, () => random())
    const { mean, low, high } = bootstrapInterval(values)
    expect(mean).toBe(meanOf(values))
    // even over [0,1): standard deviation √(1/12), 95 % within 1.96 of them over √400 either way
    const half = (1.96 * Math.sqrt(1 / 12)) / 20
    expect((mean - low) / half).toBeGreaterThan(0.85)
    expect((mean - low) / half).toBeLessThan(1.15)
    expect((high - mean) / half).toBeGreaterThan(0.85)
    expect((high - mean) / half).toBeLessThan(1.15)
    expect(bootstrapInterval(values, 2)).not.toEqual(bootstrapInterval(values, 1))
    expect([meanOf([]), bootstrapInterval([]).mean]).toEqual([0, 0])
  })

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
    expect(calibrationError([], [])).toBe(0)
    // bins by tenths, the last one with 1 in it: what is off in two bins does not cancel out
    expect(calibrationError([0.1, 0.11, 0.95, 1], [true, true, false, false])).toBeCloseTo((1.79 + 1.95) / 4, 12)
    expect(calibrationError([0.19, 0.21], [true, false])).toBeCloseTo((0.81 + 0.21) / 2, 12)
    expect(calibrationError([0.12, 0.18], [true, false])).toBeCloseTo(0.7 / 2, 12)
  })
})
