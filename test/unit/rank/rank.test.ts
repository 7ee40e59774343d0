import fs from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tool } from '../../../src/core/catalogue.js'
import { normsOf, type Observation, observe } from '../../../src/core/rank/components.js'
import { rankOf } from '../../../src/core/rank/rank.js'
import { COMPONENTS, parseRankWeights } from '../../../src/core/rank/weights.js'

const weights = parseRankWeights(fs.readFileSync('data/rank.json', 'utf8'))
const NOW = Date.UTC(2026, 0, 1)
const bare: Tool = { slug: 'a', name: 'A', type: 'api', description: '' }
const signal = (value: number | string) => ({ value, asOf: '2025-12', source: 'https://example.org' })
const observed = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined })
const observation = fc
  .tuple(
    fc.tuple(observed, observed, observed, observed, observed),
    fc.array(fc.nat(500), { minLength: 5, maxLength: 5 }),
  )
  .map(
    ([values, ns]) =>
      Object.fromEntries(
        COMPONENTS.map((component, i) => [
          component,
          values[i] === undefined ? { n: 0, inputs: [] } : { value: values[i], n: ns[i]! + 1, inputs: [] },
        ]),
      ) as unknown as Observation,
  )

describe('tool rank', () => {
  it('is the sum of its points, inside 0..100 and inside its interval', () => {
    fc.assert(
      fc.property(observation, fc.array(observation, { maxLength: 8 }), (one, others) => {
        const { rank, interval, components } = rankOf(one, normsOf([one, ...others], weights), weights)
        expect(Math.abs(rank - components.reduce((sum, c) => sum + c.points, 0))).toBeLessThan(1e-9)
        for (const c of components) expect(c.points).toBeCloseTo(100 * c.weight * c.estimate, 9)
        expect(rank).toBeGreaterThanOrEqual(0)
        expect(rank).toBeLessThanOrEqual(100 + 1e-9)
        expect(interval[0]).toBeLessThanOrEqual(rank)
        expect(interval[1]).toBeGreaterThanOrEqual(Math.min(100, rank))
      }),
      { seed: 3, numRuns: 500 },
    )
  })

  it('puts a tool without any data at the mean of its type, with the widest interval', () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 3, maxLength: 8 }), (others) => {
        const norms = normsOf(others, weights)
        const nothing = rankOf(observe(bare, undefined, weights, NOW), norms, weights)
        const mean = COMPONENTS.reduce((sum, c) => sum + 100 * weights.weights[c] * norms[c].mean, 0)
        expect(nothing.rank).toBeCloseTo(mean, 9)
        expect(nothing.components.every((c) => c.value === undefined && c.reliability === 0)).toBe(true)
        const clipped = ({ interval }: { interval: number[] }) => interval[0] === 0 || interval[1] === 100
        for (const other of others.map((one) => rankOf(one, norms, weights))) {
          if (clipped(nothing) || clipped(other)) continue
          const width = other.interval[1] - other.interval[0]
          expect(width).toBeLessThanOrEqual(nothing.interval[1] - nothing.interval[0] + 1e-9)
        }
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  it('takes a rate, not a volume, from the match graph; volume saturates under adoption', () => {
    const rate = (selected: number, expected: number, timesMatched = 1) =>
      observe(
        bare,
        { expected, selected, succeeded: 0, failed: 0, overallRate: 1, overallSuccess: 0.5, timesMatched },
        weights,
        NOW,
      )
    expect(rate(10, 10).matchGraph.value).toBeCloseTo(rate(1000, 1000).matchGraph.value!, 9)
    expect(rate(20, 10).matchGraph.value).toBeGreaterThan(rate(10, 10).matchGraph.value!)
    expect(rate(10, 10).matchGraph.n).toBe(10)
    expect(rate(1, 1, 10_000).adoption.value).toBe(rate(1, 1, 10_000_000).adoption.value)
  })

  it('reads signals with their date and source, and says "no data" by leaving the value out', () => {
    const tool: Tool = {
      ...bare,
      signals: { githubStars: signal(9_999), lastRelease: signal('2025-05-06'), openIssuesRatio: signal(0.25) },
      worksWith: ['b', 'c'],
      failureModes: ['it fails'],
      attributes: { a: { value: 1, source: 'https://example.org' }, b: { value: 2 } },
      pricing: { model: 'paid', asOf: '2025' },
    }
    const { adoption, freshness, quality, ecosystem, matchGraph } = observe(tool, undefined, weights, NOW)
    expect(adoption.inputs).toEqual([
      { name: 'githubStars', value: 9_999, score: 4 / 5.5, asOf: '2025-12', source: 'https://example.org' },
    ])
    expect(freshness.value).toBeCloseTo(0.5, 5)
    expect(quality.inputs.map((i) => [i.name, i.score])).toEqual([
      ['attributes with a source', 0.5],
      ['price with date and source', 0.5],
      ['failure modes named', 1 / 3],
      ['openIssuesRatio', 0.75],
    ])
    expect(ecosystem.value).toBeCloseTo(1 - Math.exp(-0.25), 9)
    expect(matchGraph).toEqual({ n: 0, inputs: [] })
  })

  it('refuses weights that do not sum to 1', () => {
    const broken = JSON.stringify({ ...weights, weights: { ...weights.weights, quality: 0.5 } })
    expect(() => parseRankWeights(broken)).toThrow(/sum to 1/)
  })
})
