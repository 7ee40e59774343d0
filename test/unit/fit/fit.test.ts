import { describe, expect, it } from 'vitest'
import { fitLines, fitRelevance, fitWeights, withFeatureWeights } from '../../../indexer/fit/fit.js'
import { FEATURES, type FeatureWeights, type Sample, sampleQuality } from '../../../indexer/fit/samples.js'
import { lcg } from '../../../src/core/metrics.js'
import type { RelevanceWeights } from '../../../src/core/relevance/weights.js'

/** Queries with twenty candidates of which one is right: `late` knows it, `chargram` points the other way, the rest is noise. */
function samples(seed: number, queries = 60): Sample[] {
  const random = lcg(seed)
  return Array.from({ length: queries }, () => {
    const right = Math.floor(random() * 20)
    const features = new Float32Array(20 * FEATURES.length)
    for (let i = 0; i < 20; i++) {
      for (const [f, feature] of FEATURES.entries()) {
        const knows = feature === 'late' ? 0.5 : feature === 'chargram' ? -0.5 : 0
        features[i * FEATURES.length + f] = random() + (i === right ? knows : 0)
      }
    }
    return { features, ids: Array.from({ length: 20 }, (_, i) => `c${i}`), relevance: new Map([[`c${right}`, 1]]) }
  })
}

const even = Object.fromEntries(FEATURES.map((feature) => [feature, 0.5])) as FeatureWeights
const weights = {
  fuse: { keyword: 0.5, semantic: 0.5 },
  rerank: { depth: 50, fuse: 1, late: 0.5, chargram: 0.5, reverseLate: 0.5, clause: 0.5, bigram: 0.5 },
} as RelevanceWeights

describe('fitting the order', () => {
  const sets = [1, 2, 3].map((seed) => ({ name: `set ${seed}`, alone: samples(seed), crowded: samples(seed + 10) }))

  it('raises what helps, lowers what harms, and never below nothing', () => {
    const fitted = fitWeights(sets, even)
    expect(fitted.late).toBeGreaterThan(fitted.bigram)
    expect(fitted.chargram).toBe(0)
    for (const weight of Object.values(fitted)) expect(weight).toBeGreaterThanOrEqual(0)
  })

  it('says what the fit is worth on sets it did not see, and what each feature is worth', () => {
    const report = fitRelevance(sets, weights)
    for (const [i, held] of report.heldOut.entries()) expect(held.alone).toBeGreaterThan(report.before[i]!.alone)
    const worth = new Map(report.ablation.map(({ feature, alone }) => [feature, alone]))
    expect(worth.get('late')).toBe(Math.min(...worth.values()))
    const lines = fitLines(report)
    for (const { name } of sets) expect(lines.join('\n')).toContain(name)
    const next = withFeatureWeights(weights, report.weights)
    expect(next.fuse.keyword + next.fuse.semantic).toBeCloseTo(1, 12)
    expect(next.rerank.fuse * next.fuse.keyword).toBeCloseTo(report.weights.keyword, 12)
  })

  it('judges a sample as its order stands', () => {
    const [sample] = samples(4, 1)
    const late = Object.fromEntries(FEATURES.map((f) => [f, f === 'late' ? 1 : 0])) as FeatureWeights
    expect(sampleQuality(sample!, late)).toBeGreaterThan(0)
    expect(sampleQuality({ ...sample!, relevance: new Map() }, late)).toBe(0)
  })
})
