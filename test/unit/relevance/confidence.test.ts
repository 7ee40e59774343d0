import fs from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerOf, logit, sigmoid } from '../../../src/core/relevance/confidence.js'
import { parseRelevanceWeights } from '../../../src/core/relevance/weights.js'

describe('confidence', () => {
  it('answers by two thresholds', () => {
    const thresholds = { match: 0.5, none: 0.2 }
    expect(answerOf(0.9, 0.5, thresholds)).toBe('match')
    expect(answerOf(0.9, 0.49, thresholds)).toBe('weak')
    expect(answerOf(0.2, 0.1, thresholds)).toBe('weak')
    expect(answerOf(0.19, 0.9, thresholds)).toBe('none')
  })

  it('logit undoes sigmoid', () => {
    fc.assert(
      fc.property(fc.double({ min: -15, max: 15, noNaN: true }), (x) => {
        expect(logit(sigmoid(x))).toBeCloseTo(x, 4)
      }),
      { seed: 11 },
    )
    expect(Number.isFinite(logit(0)) && Number.isFinite(logit(1))).toBe(true)
  })
})

describe('data/relevance.json', () => {
  const json = fs.readFileSync('data/relevance.json', 'utf8')
  it('is well formed and has no negative weight in the order', () => {
    expect(parseRelevanceWeights(json).rerank.depth).toBeGreaterThan(0)
    const broken = JSON.parse(json)
    broken.rerank.late = -1
    expect(() => parseRelevanceWeights(JSON.stringify(broken))).toThrow(/late/)
  })
})
