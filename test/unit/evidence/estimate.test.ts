import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Counts } from '../../../src/core/evidence/counters.js'
import {
  ESTIMATE_SIZE,
  type Estimate,
  estimate,
  estimateAll,
  estimateAt,
  liftInterval,
} from '../../../src/core/evidence/estimate.js'

const counts = fc.tuple(fc.nat(50), fc.nat(50), fc.nat(20), fc.nat(20)) as fc.Arbitrary<Counts>

describe('an estimate', () => {
  it('by hand: every level is shrunk to the one above it by its prior', () => {
    const made = estimate({
      overall: [90, 40, 15, 5], // rate (40 + 10)/(90 + 10), success (15 + 5)/(20 + 10)
      tool: [30, 15, 10, 0], // (15 + 20·½)/(30 + 20), (10 + 10·⅔)/(10 + 10)
      capability: [5, 7.5, 0, 1], // (7½ + 5·½)/(5 + 5), (0 + 4·⅚)/(1 + 4)
      edge: [0.8, 3, 2, 2], // (3 + 3·1)/(0.8 + 3), (2 + 4·⅔)/(4 + 4)
    })
    const rate = 6 / 3.8
    const success = 14 / 24
    expect(made).toEqual({
      rate: expect.closeTo(rate, 12),
      overall: 0.5,
      success: expect.closeTo(success, 12),
      overallSuccess: expect.closeTo(2 / 3, 12),
      expected: 0.8,
      selected: 3,
      succeeded: 2,
      failed: 2,
      // ⅘ of the lift, since .8/(.8 + .2), and the optimism
      logLift: expect.closeTo(
        0.8 * (Math.log(rate / 0.5) + Math.log(success / (2 / 3))) + Math.log(1 + 0.4 / Math.sqrt(rate * 3.8)),
        12,
      ),
    })
  })

  it('of nothing is 1 and ½, and hopes a little', () => {
    expect(estimate({ overall: [0, 0, 0, 0] })).toEqual({
      rate: 1,
      overall: 1,
      success: 0.5,
      overallSuccess: 0.5,
      expected: 0,
      selected: 0,
      succeeded: 0,
      failed: 0,
      logLift: expect.closeTo(Math.log(1 + 0.4 / Math.sqrt(3)), 12),
    })
  })

  it('is the same in a block, whatever stands beside it, in whatever units the counts are kept', () => {
    const one = fc.record({
      tool: fc.option(counts, { nil: undefined }),
      capability: fc.option(counts, { nil: undefined }),
      edge: fc.option(counts, { nil: undefined }),
    })
    fc.assert(
      fc.property(counts, fc.array(one, { minLength: 1, maxLength: 6 }), (overall, all) => {
        const inParts = (list: readonly (Counts | undefined)[]) => list.flatMap((x) => x ?? []).map((x) => x * 8)
        const numbered = (list: readonly (Counts | undefined)[]) => {
          let next = 0
          return Int32Array.from(list, (x) => (x === undefined ? -1 : next++))
        }
        const [tools, capabilities] = [all.map(({ tool }) => tool), all.map(({ capability }) => capability)]
        const block = estimateAll(
          {
            overall: overall.map((x) => x * 8),
            tools: inParts(tools),
            tool: numbered(tools),
            capabilities: inParts(capabilities),
            cap: numbered(capabilities),
            lent: all.flatMap(({ edge = [0, 0, 0, 0] as Counts }) => edge),
          },
          1 / 8,
        )
        expect(block.length).toBe(all.length * ESTIMATE_SIZE)
        all.forEach(({ tool, capability, edge }, n) => {
          // what is known of a capability without its tool counts for nothing
          const alone = estimate({ overall, tool, capability: tool && capability, edge })
          for (const [name, value] of Object.entries(estimateAt(block, n)))
            expect(value, name).toBeCloseTo(alone[name as keyof Estimate], 9)
        })
      }),
      { seed: 31, numRuns: 200 },
    )
  })

  it('rises with every selection and success, falls with every failure and vain expectation', () => {
    fc.assert(
      fc.property(counts, counts, counts, counts, fc.nat(2), (overall, tool, capability, edge, level) => {
        const lift = (more: Counts): number => {
          const levels = [tool, capability, edge].map((own, i) =>
            i === level ? (own.map((x, k) => x + more[k]!) as Counts) : own,
          ) as [Counts, Counts, Counts]
          const { rate, success } = estimate({ overall, tool: levels[0], capability: levels[1], edge: levels[2] })
          return Math.log(rate) * 2 + Math.log(success)
        }
        const now = lift([0, 0, 0, 0])
        expect(lift([0, 1, 0, 0])).toBeGreaterThan(now)
        expect(lift([0, 0, 1, 0])).toBeGreaterThan(now)
        expect(lift([0, 0, 0, 1])).toBeLessThan(now)
        expect(lift([1, 0, 0, 0])).toBeLessThan(now)
      }),
      { seed: 32, numRuns: 200 },
    )
  })
})

describe('the interval of a lift', () => {
  // quantiles of the gamma distribution at .05 and .95 (half those of χ² with twice as many degrees of freedom)
  it.each<[shape: number, low: number, high: number]>([
    [2, 0.355, 4.744],
    [3, 0.818, 6.296],
    [10, 5.425, 15.705],
    [50, 38.965, 62.171],
  ])('of shape %d is that of the gamma distribution', (shape, low, high) => {
    const e = { rate: shape / 8, expected: 5, overall: 0.5 } as Estimate
    const [from, to] = liftInterval(e)
    expect(from).toBeGreaterThan(((low / 8) * 2) / 1.15)
    expect(from).toBeLessThan((low / 8) * 2 * 1.15)
    expect(to / ((high / 8) * 2)).toBeCloseTo(1, 1.5)
  })

  it('never reaches below nothing', () => {
    const [low, high] = liftInterval({ rate: 0, expected: 0, overall: 1 } as Estimate)
    expect(low).toBe(0)
    expect(high).toBeGreaterThanOrEqual(0)
  })
})
