import { describe, expect, it } from 'vitest'
import { Bouts } from '../../../src/core/compare/contests.js'
import type { Impression, Match, Outcome } from '../../../src/core/evidence/events.js'

const impression = (...tools: string[]): Impression => ({
  id: 'i',
  at: 0,
  client: 'c',
  hash: '',
  stems: [],
  vector: '',
  shown: tools.map((tool, i) => [`${tool}.${i}`, tool]),
  offset: 0,
  answer: 'match',
  ranker: '1',
  generation: 1,
})
const match = (capability: string, outcome: Outcome): Match => ({
  id: 'm',
  at: 0,
  impression: 'i',
  capability,
  outcome,
  client: 'c',
  known: true,
})

describe('Bouts', () => {
  it('counts a choice against every other tool of the list, once each', () => {
    const bouts = new Bouts()
    const list = impression('a', 'b', 'c', 'b')
    bouts.apply(match('a.0', 'selected'), list)
    bouts.apply(match('a.0', 'succeeded'), list)
    bouts.apply(match('b.3', 'selected'), list)
    expect(bouts.of(['a', 'b'])).toEqual([
      { tool: 'a', selected: 1, succeeded: 1, failed: 0 },
      { tool: 'b', selected: 1, succeeded: 0, failed: 0 },
    ])
    expect(bouts.of(['a', 'b', 'c'])[0]!.selected).toBe(2)
    expect(bouts.of(['c', 'd']).map(({ selected }) => selected)).toEqual([0, 0])
  })

  it('takes a retracted choice back, and counts nothing that was not shown', () => {
    const bouts = new Bouts()
    bouts.apply(match('a.0', 'selected'), impression('a', 'b'))
    bouts.apply(match('a.0', 'retracted'), impression('a', 'b'))
    bouts.apply(match('elsewhere', 'selected'), impression('a', 'b'))
    expect(bouts.of(['a', 'b']).map(({ selected }) => selected)).toEqual([0, 0])
  })
})
