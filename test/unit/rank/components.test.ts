import { describe, expect, it } from 'vitest'
import type { Tool } from '../../../src/core/catalogue.js'
import { normsOf, type Observation, observe } from '../../../src/core/rank/components.js'
import { rankOf } from '../../../src/core/rank/rank.js'
import { COMPONENTS, type RankWeights, rankWeightsSchema } from '../../../src/core/rank/weights.js'

const NOW = Date.UTC(2026, 0, 1)
const DAY = 86_400_000
const five = (matchGraph: number, quality: number, adoption: number, freshness: number, ecosystem: number) => ({
  matchGraph,
  quality,
  adoption,
  freshness,
  ecosystem,
})
const WEIGHTS: RankWeights = {
  version: 7,
  weights: five(0.4, 0.2, 0.2, 0.1, 0.1),
  shrinkage: five(10, 1, 2, 1, 3),
  fallback: { mean: 0.5, deviation: 0.25 },
  freshnessHalfLifeDays: 100,
  ecosystemScale: 4,
  adoptionDecades: { stars: 5, timesMatched: 4 },
}
const tool = (more: Partial<Tool> = {}): Tool => ({ slug: 'a', name: 'A', type: 'api', description: '', ...more })
const signal = (value: number | string | string[]) =>
  ({ value, asOf: '2025-12', source: 'https://a.test' }) as NonNullable<Tool['signals']>[string]
const seen = (one: Tool, evidence?: Parameters<typeof observe>[1]) => observe(one, evidence, WEIGHTS, NOW)
const scores = ({ inputs }: Observation['quality']) => inputs.map(({ name, value, score }) => [name, value, score])

describe('what is observed of a tool', () => {
  it('matches: three parts how often it is chosen for how often it is expected to be, two parts what worked', () => {
    const evidence = {
      expected: 10,
      selected: 30,
      succeeded: 6,
      failed: 2,
      overallRate: 1.5,
      overallSuccess: 0.5,
      timesMatched: 99,
    }
    const { matchGraph, adoption } = seen(tool(), evidence)
    expect(matchGraph).toEqual({
      value: expect.closeTo(0.6 * (2 / 3) + 0.4 * (8 / 12), 12),
      n: 10,
      inputs: [
        { name: 'selections per expected selection', value: 2, score: expect.closeTo(2 / 3, 12) },
        { name: 'share of outcomes that succeeded', value: 8 / 12, score: 8 / 12 },
      ],
    })
    expect(scores(adoption)).toEqual([['timesMatched', 99, 0.5]])
    for (const none of [undefined, { ...evidence, expected: 0, timesMatched: 0 }]) {
      expect(seen(tool(), none).matchGraph).toEqual({ n: 0, inputs: [] })
      expect(seen(tool(), none).adoption).toEqual({ n: 0, inputs: [] })
    }
  })

  it('quality: sources, a dated price, failure modes named, issues kept low', () => {
    const attributes = { x: { value: 1, source: 'https://a.test' }, y: { value: 2 }, z: { value: 3 }, w: { value: 4 } }
    const { quality } = seen(
      tool({
        attributes,
        pricing: { model: 'paid', asOf: '2025-06' },
        failureModes: ['a'] as unknown as Tool['failureModes'],
        signals: { openIssuesRatio: signal(0.25) },
      }),
    )
    expect(scores(quality)).toEqual([
      ['attributes with a source', 0.25, 0.25],
      ['price with date and source', 1, 0.5],
      ['failure modes named', 1, 1 / 3],
      ['openIssuesRatio', 0.25, 0.75],
    ])
    expect(quality.n).toBe(4)
    expect(quality.value).toBeCloseTo((0.25 + 0.5 + 1 / 3 + 0.75) / 4, 12)
    expect(quality.inputs[1]).toMatchObject({ asOf: '2025-06' })
    expect(quality.inputs[3]).toMatchObject({ asOf: '2025-12', source: 'https://a.test' })
    const many = ['a', 'b', 'c', 'd'] as unknown as Tool['failureModes']
    const full = seen(
      tool({
        attributes: {},
        pricing: { model: 'paid', asOf: 'x', source: 'y' },
        failureModes: many,
        signals: { openIssuesRatio: signal(1.5) },
      }),
    )
    expect(scores(full.quality).map(([, , score]) => score)).toEqual([1, 1, 0])
    expect(seen(tool({ signals: { openIssuesRatio: signal('many') } })).quality).toEqual({ n: 0, inputs: [] })
  })

  it('adoption in decades, freshness by half-lives, the ecosystem saturating', () => {
    const { adoption, freshness, ecosystem } = seen(
      tool({
        signals: {
          stars: signal(999),
          lastRelease: signal(new Date(NOW - 200 * DAY).toISOString()),
          integrations: signal(['a', 'b']),
        },
        worksWith: ['x', 'y', 'z', 'w'],
      }),
    )
    expect(scores(adoption)).toEqual([['stars', 999, expect.closeTo(0.6, 12)]])
    expect(freshness).toMatchObject({ n: 1, value: expect.closeTo(0.25, 12) })
    expect(scores(ecosystem)).toEqual([
      ['worksWith', 4, 1 - Math.exp(-1)],
      ['integrations', 2, 1 - Math.exp(-0.5)],
    ])
    const odd = seen(
      tool({ signals: { stars: signal(1e9), lastRelease: signal('2030-01-01'), integrations: signal('a lot') } }),
    )
    expect([odd.adoption.value, odd.freshness.value, odd.ecosystem]).toEqual([1, 1, { n: 0, inputs: [] }])
    expect(scores(seen(tool({ signals: { integrations: signal(4), stars: signal(-5) } })).ecosystem)).toEqual([
      ['integrations', 4, 1 - Math.exp(-1)],
    ])
    expect(seen(tool({ signals: { stars: signal(-5) } })).adoption.value).toBe(0)
    expect(seen(tool({ signals: { lastRelease: signal('soon'), stars: signal('many') } }))).toMatchObject({
      freshness: { n: 0, inputs: [] },
      adoption: { n: 0, inputs: [] },
    })
    expect(seen(tool())).toMatchObject({ freshness: { n: 0, inputs: [] }, ecosystem: { n: 0, inputs: [] } })
  })
})

describe('the rank', () => {
  const of = (values: (number | undefined)[], n = 10): Observation =>
    Object.fromEntries(
      COMPONENTS.map((component, i) => [
        component,
        values[i] === undefined ? { n: 0, inputs: [] } : { value: values[i], n, inputs: [] },
      ]),
    ) as unknown as Observation

  it('norms are mean and deviation from three tools on; below the fallback’s', () => {
    const norms = normsOf([of([0, 0.2, 1]), of([1, 0.4]), of([0.5])], WEIGHTS)
    expect(norms.matchGraph).toEqual({ mean: 0.5, deviation: expect.closeTo(Math.sqrt(1 / 6), 12), tools: 3 })
    expect(norms.quality).toEqual({ mean: expect.closeTo(0.3, 12), deviation: 0.25, tools: 2 })
    expect(norms.adoption).toEqual({ mean: 1, deviation: 0.25, tools: 1 })
    expect(norms.freshness).toEqual({ mean: 0.5, deviation: 0.25, tools: 0 })
  })

  it('shrinks each component to the mean of the type by how little is known, and says how sure it is', () => {
    const norms = normsOf([], WEIGHTS)
    const { rank, interval, components, version } = rankOf(of([0.9, undefined, 0.1]), norms, WEIGHTS)
    // 10/(10 + 10), none, 10/(10 + 2)
    expect(components.map(({ reliability }) => reliability)).toEqual([0.5, 0, 10 / 12, 0, 0])
    expect(components.map(({ points }) => points)).toEqual([
      28,
      10,
      expect.closeTo(20 * ((10 / 12) * 0.1 + (2 / 12) * 0.5), 9),
      5,
      5,
    ])
    const total = 28 + 10 + 20 * ((10 / 12) * 0.1 + (2 / 12) * 0.5) + 5 + 5
    expect(rank).toBeCloseTo(total, 9)
    const variance = 0.25 ** 2 * (0.4 ** 2 * 0.5 + 0.2 ** 2 + 0.2 ** 2 * (2 / 12) + 0.1 ** 2 + 0.1 ** 2)
    expect(interval[0]).toBeCloseTo(total - 164 * Math.sqrt(variance), 9)
    expect(interval[1]).toBeCloseTo(total + 164 * Math.sqrt(variance), 9)
    expect([version, components[1]!.typeMean, components[1]!.typeTools, 'value' in components[1]!]).toEqual([
      7,
      0.5,
      0,
      false,
    ])
    const wide = { ...WEIGHTS, fallback: { mean: 0.5, deviation: 1 } }
    expect(rankOf(of([]), normsOf([], wide), wide).interval).toEqual([0, 100])
  })

  it('takes weights that sum to one, and positive constants', () => {
    const wrong = (more: object) =>
      rankWeightsSchema
        .safeParse({ ...WEIGHTS, ...more })
        .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    expect(wrong({})).toBeUndefined()
    expect(wrong({ weights: five(0.4, 0.2, 0.2, 0.1, 0.2) })).toEqual(['weights: weights must sum to 1'])
    for (const more of [
      { freshnessHalfLifeDays: 0 },
      { ecosystemScale: 0 },
      { shrinkage: five(0, 1, 1, 1, 1) },
      { adoptionDecades: { stars: 0 } },
      { version: 0 },
      { other: 1 },
    ])
      expect(wrong(more), JSON.stringify(more)).toHaveLength(1)
  })
})
