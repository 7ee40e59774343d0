import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { confidenceLogit, scaleOf } from '../../../src/core/relevance/confidence.js'
import { explain } from '../../../src/core/relevance/explain.js'
import { parseRelevanceWeights, withOffset } from '../../../src/core/relevance/weights.js'

const shipped = parseRelevanceWeights(readFileSync('data/relevance.json', 'utf8'))
const weights = {
  ...shipped,
  fuse: { keyword: 0.25, semantic: 0.75 },
  rerank: { depth: 9, fuse: 0.5, late: 1, chargram: 0.25, reverseLate: 0.5, clause: 0.125, bigram: 0.125 },
}
const features = { late: 0.5, chargram: 0, reverseLate: 1, clause: 0.25, bigram: 0.125 }
const perfect = { late: 1, chargram: 1, reverseLate: 1, clause: 1, bigram: 1 }
const WORDS = ['read', 'file']

describe('why a result is there', () => {
  it('is its features with their weights, as shares of what a perfect result would get', () => {
    const { contributions } = explain(weights, { keyword: 0.5, cosine: 0.25, features }, WORDS, undefined)
    // all weights together: ½·(¼ + ¾) + 1 + ¼ + ½ + ⅛ + ⅛ = 2½
    const points = {
      keyword: 2.5,
      similarity: 3.75,
      late: 20,
      chargram: 0,
      reverseLate: 20,
      clause: 1.25,
      bigram: 0.625,
    }
    const values = { keyword: 0.5, similarity: 0.25, ...features }
    expect(Object.fromEntries(contributions.map((one) => [one.feature, one.points]))).toEqual(points)
    expect(Object.fromEntries(contributions.map((one) => [one.feature, one.value]))).toEqual(values)
    const most = explain(weights, { keyword: 1, cosine: 1, features: perfect }, WORDS, undefined)
    expect(most.contributions.reduce((sum, one) => sum + one.points, 0)).toBeCloseTo(100, 9)
  })

  it('is its first mix alone where it was not looked at closely, and worth nothing where nothing weighs', () => {
    const far = { keyword: 0.5, cosine: 0.25, features: undefined }
    expect(explain(weights, far, WORDS, undefined).contributions).toEqual([
      { feature: 'keyword', value: 0.5, points: 12.5 },
      { feature: 'similarity', value: 0.25, points: 18.75 },
    ])
    const none = explain({ ...weights, fuse: { keyword: 0, semantic: 0 } }, far, WORDS, undefined)
    expect(none.contributions.map(({ points }) => points)).toEqual([0, 0])
  })

  it.each<[words: string[], clause: string | undefined, why: string]>([
    [['read'], undefined, 'names “read”; similarity 0.26.'],
    [['a', 'b', 'c', 'd', 'e', 'f'], undefined, 'names “a”, “b”, “c”, “d”, “e”, “f”; similarity 0.26.'],
    [
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'],
      undefined,
      'names “a”, “b”, “c”, “d”, “e”, “f” and 2 more; similarity 0.26.',
    ],
    [[], 'send mail', 'shares no word with the request; similarity 0.26; serves the part “send mail”.'],
  ])('in a sentence: %j, %s', (words, clause, why) => {
    const told = explain(weights, { keyword: 0.5, cosine: 0.2551, features: undefined }, words, clause)
    expect([told.why, told.words, told.clause, 'clause' in told]).toEqual([why, words, clause, clause !== undefined])
  })
})

describe('how sure an answer is', () => {
  const zeros = { margin: 0, rTerms: 0, rSpread: 0, lateTerms: 0, hits: 0, clause: 0, background: 0, z: 0 }

  it('weighs each signal by its own weight', () => {
    const signals = Object.keys(zeros) as (keyof typeof zeros)[]
    const logistic = { bias: 0.5, ...Object.fromEntries(signals.map((name, i) => [name, i + 1])) } as {
      bias: number
    } & typeof zeros
    expect(confidenceLogit(logistic, zeros)).toBe(0.5)
    signals.forEach((name, i) => {
      expect(confidenceLogit(logistic, { ...zeros, [name]: 2 }), name).toBe(0.5 + 2 * (i + 1))
    })
  })

  it('shifts by an offset in whether the top is right, and in nothing else', () => {
    const { confidence, ...rest } = withOffset(weights, 1.5)
    const { right, ...others } = confidence
    expect(right).toEqual({ ...weights.confidence.right, bias: weights.confidence.right.bias + 1.5 })
    expect({ ...rest, confidence: { ...others, right: weights.confidence.right } }).toEqual(weights)
  })

  it('falls by the slope a unit of relevance, of which keywords give what both mixes do', () => {
    expect(scaleOf(weights)).toEqual({ slope: weights.confidence.slope, keyword: (0.5 + 0.125) * 0.25 })
  })
})
