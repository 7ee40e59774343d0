import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Calibration } from '../../../src/core/evidence/calibration.js'
import { DAY, grown, reading } from '../../../src/core/evidence/decay.js'
import type { Impression, Match } from '../../../src/core/evidence/events.js'
import { Evidence } from '../../../src/core/evidence/evidence.js'
import { sigmoid } from '../../../src/core/relevance/confidence.js'

const NOW = Date.UTC(2026, 5, 1)

/** The logarithm of the posterior of an offset, written out. */
function posterior(offset: number, outcomes: readonly { logit: number; isRight: boolean }[]): number {
  const middle = (logit: number) => Math.floor(logit / 0.5) * 0.5 + 0.25
  const fit = outcomes.map(({ logit, isRight }) => Math.log(sigmoid((isRight ? 1 : -1) * (middle(logit) + offset))))
  return fit.reduce((a, b) => a + b, 0) - offset ** 2 / (2 * 0.8 ** 2)
}

describe('Calibration', () => {
  const logit = fc.integer({ min: -70, max: 69 }).map((n) => n / 10 + 0.05)
  const outcome = fc.record({ logit, isRight: fc.boolean() })

  it('finds the most probable offset, as trying them all does', () => {
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 60 }), (outcomes) => {
        const calibration = new Calibration()
        for (const { logit, isRight } of outcomes) calibration.count(logit, isRight, grown(1, NOW))
        const found = calibration.offset(reading(NOW))
        const tried = Array.from({ length: 801 }, (_, i) => (i - 400) / 100)
        const best = Math.max(...tried.map((offset) => posterior(offset, outcomes)))
        expect(posterior(found, outcomes)).toBeGreaterThan(best - 1e-3)
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  it('is nothing without outcomes, forgets them, and never leaves ±4', () => {
    const calibration = new Calibration()
    expect(calibration.offset(reading(NOW))).toBe(0)
    for (let i = 0; i < 1000; i++) calibration.count(-7, true, grown(1, NOW))
    expect(calibration.offset(reading(NOW))).toBe(4)
    expect(calibration.offset(reading(NOW + 3000 * DAY))).toBeLessThan(0.1)
  })
})

describe('what an outcome says of the first result', () => {
  const impression: Impression = {
    id: 'i',
    at: NOW,
    client: 'asker',
    hash: '',
    stems: [],
    vector: '',
    shown: [
      ['a.1', 'a'],
      ['b.1', 'b'],
    ],
    offset: 0,
    answer: 'match',
    logit: 0,
    ranker: '1',
    generation: 1,
  }
  const offsetAfter = (...acts: [string, Match['outcome']][]): number => {
    const evidence = new Evidence()
    for (const [n, [capability, what]] of acts.entries()) {
      const match = { id: `m${n}`, at: NOW + n, impression: 'i', client: 'c', known: true }
      evidence.apply({ kind: 'match', payload: { ...match, capability, outcome: what } }, impression)
    }
    return evidence.calibration.offset(reading(NOW))
  }

  it('is right when it succeeded, wrong when it failed or another one served instead', () => {
    expect(offsetAfter(['a.1', 'selected'])).toBe(0)
    expect(offsetAfter(['a.1', 'selected'], ['a.1', 'succeeded'])).toBeGreaterThan(0)
    expect(offsetAfter(['a.1', 'selected'], ['a.1', 'failed'])).toBeLessThan(0)
    expect(offsetAfter(['b.1', 'selected'], ['b.1', 'succeeded'])).toBeLessThan(0)
    expect(offsetAfter(['b.1', 'selected'], ['b.1', 'failed'])).toBe(0)
  })

  it('is taken back with the selection', () => {
    expect(offsetAfter(['a.1', 'selected'], ['a.1', 'succeeded'], ['a.1', 'retracted'])).toBe(0)
  })
})
