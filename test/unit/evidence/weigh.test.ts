import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY } from '../../../src/core/evidence/decay.js'
import { Evidence } from '../../../src/core/evidence/evidence.js'
import { explain, summarize } from '../../../src/core/evidence/explain.js'
import { explorationSlot, GUARD, type Need, Weighing } from '../../../src/core/evidence/weigh.js'
import { applyAll, drawnLog, logOf, START, toolOf, vectorOf } from './events.js'

interface Candidate {
  cap: number
  tool: number
  rel: number
  bornAt: number
}
const weigh = (evidence: Evidence, asked: Need, candidates: Candidate[], tf: Float32Array, now: number) => {
  const columns = {
    cap: Int32Array.from(candidates, (one) => one.cap),
    tool: Int32Array.from(candidates, (one) => one.tool),
    rel: Float64Array.from(candidates, (one) => one.rel),
    bornAt: (c: number) => candidates[c]!.bornAt,
    tf: () => tf,
  }
  const weighing = new Weighing(evidence, asked, columns, now)
  return candidates.map((_, c) => weighing.of(c))
}
const candidateOf = (evidence: Evidence, c: number, rel: number, bornAt = 0): Candidate => ({
  cap: evidence.ledger.find(`cap-${c}`),
  tool: evidence.ledger.findTool(toolOf(c)),
  rel,
  bornAt,
})
const need = (stems: string[] = ['pivot', 'table'], topic = 0): Need => ({
  vector: vectorOf(topic, 0),
  stems,
  idf: stems.map(() => 3),
  total: 100,
  scale: { slope: 2, keyword: 0.475 },
})
const taught = (times: number, outcome?: 'succeeded' | 'failed'): Evidence => {
  const evidence = new Evidence()
  evidence.apply({ kind: 'admission', payload: { id: 'first', at: START - DAY, through: START - DAY } })
  const impressions = Array.from({ length: times }, (_, n) => ({
    topic: 0,
    tilt: 0,
    stems: [0, 1],
    shown: [0, 2, 4],
    client: n % 7,
    day: n,
  }))
  const acts = impressions.flatMap((_, impression) =>
    ['selected' as const, ...(outcome ? [outcome] : [])].map((kind) => ({
      impression,
      place: 2,
      outcome: kind,
      client: impression,
      known: true,
      wait: 0,
    })),
  )
  applyAll(evidence, logOf({ impressions, acts }))
  return evidence
}
const three = (evidence: Evidence): Candidate[] => [0, 2, 4].map((c) => candidateOf(evidence, c, 1))

describe('weighing', () => {
  it('lifts what is chosen more often than its position explains, and more so when it works', () => {
    const now = START + 12 * DAY
    const order = (evidence: Evidence): number[] =>
      weigh(evidence, need([]), three(evidence), new Float32Array(0), now).map((w) => w.score)
    const [first, second, third] = order(taught(12))
    expect(third).toBeGreaterThan(second!)
    expect(second).toBeGreaterThan(first!)
    expect(order(taught(12, 'succeeded'))[2]).toBeGreaterThan(third!)
    expect(order(taught(12, 'failed'))[2]).toBeLessThan(third!)
  })

  it('lifts little where a capability has not been expected, however often it is chosen elsewhere', () => {
    const evidence = taught(12, 'succeeded')
    const elsewhere = { topic: 1, tilt: 0, stems: [5], shown: [6, 8], client: 0, day: 0 }
    const act = { place: 0, outcome: 'selected' as const, known: true, wait: 0 }
    const log = logOf({
      impressions: Array.from({ length: 8 }, (_, day) => ({ ...elsewhere, day })),
      acts: Array.from({ length: 8 }, (_, n) => ({ ...act, impression: n, client: 20 + n })),
    })
    applyAll(evidence, log)
    const lifts = (topic: number): number[] =>
      [4, 9]
        .map((c) => weigh(evidence, need([], topic), [candidateOf(evidence, c, 1)], new Float32Array(0), START))
        .map(([one]) => one!.estimate.logLift)
    const [here, unknownHere] = lifts(0)
    const [there, unknownThere] = lifts(1)
    expect(here! - unknownHere!).toBeGreaterThan(0.3)
    // what is left there is that we know it better: less is hoped of it
    expect(there!).toBeLessThanOrEqual(unknownThere!)
  })

  it('finds through the words of needs that were served, and only through those', () => {
    const evidence = taught(12)
    const score = (stems: string[]) =>
      weigh(evidence, need(stems), three(evidence), new Float32Array(3 * stems.length), START)
    expect(score(['pivot'])[2]!.words).toEqual(['pivot'])
    expect(score(['pivot'])[2]!.need).toBeGreaterThan(0.5)
    expect(score(['audio'])[2]!.words).toEqual([])
    expect(score(['audio'])[2]!.need).toBe(0)
    expect(evidence.needs.find(['pivot', 'audio'], [3, 3], 1e-6, 5)).toEqual([evidence.ledger.find('cap-4')])
  })

  it('opens a word only from its second client on', () => {
    const evidence = new Evidence()
    const shown = [0, 2]
    const impressions = [0, 1, 2].map((day) => ({ topic: 0, tilt: 0, stems: [0], shown, client: 0, day }))
    const act = { place: 0, outcome: 'selected' as const, known: true, wait: 0 }
    applyAll(evidence, logOf({ impressions, acts: [0, 1].map((impression) => ({ ...act, impression, client: 3 })) }))
    expect(evidence.needs.frequency('pivot')).toBe(0)
    const other = logOf({ impressions, acts: [{ ...act, impression: 2, client: 4 }] })
    applyAll(evidence, other)
    expect(evidence.needs.frequency('pivot')).toBe(1)
  })

  it('never lets evidence turn round a relevance gap of more than the guard', () => {
    fc.assert(
      fc.property(
        drawnLog(80),
        fc.array(fc.double({ min: -12, max: 12, noNaN: true }), { minLength: 12, maxLength: 12 }),
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 36, maxLength: 36 }),
        fc.nat(60),
        (drawn, rels, tf, day) => {
          const log = logOf(drawn)
          const evidence = new Evidence()
          applyAll(evidence, log)
          const candidates = rels.map((rel, c) => candidateOf(evidence, c, rel, START + (c % 3) * 10 * DAY))
          const at = START + day * DAY
          const scores = weigh(evidence, need(['pivot', 'pdf', 'sql'], day % 4), candidates, Float32Array.from(tf), at)
          for (let a = 0; a < rels.length; a++) {
            expect(Number.isFinite(scores[a]!.score)).toBe(true)
            for (let b = 0; b < rels.length; b++) {
              if (rels[a]! - rels[b]! > 2 * GUARD) expect(scores[a]!.score).toBeGreaterThan(scores[b]!.score)
            }
          }
        },
      ),
      { seed: 11, numRuns: 10_000 },
    )
  }, 120_000)

  it('gives later capabilities a fair start, and the first catalogue none', () => {
    const evidence = new Evidence()
    evidence.apply({ kind: 'admission', payload: { id: 'first', at: START - DAY, through: START - DAY } })
    const log = logOf({
      impressions: Array.from({ length: 30 }, (_, n) => ({
        topic: 0,
        tilt: 0,
        stems: [0, 1],
        shown: [0, 2, 4],
        client: n,
        day: n % 20,
      })),
      acts: Array.from({ length: 30 }, (_, n) => ({
        impression: n,
        place: n % 3,
        outcome: 'selected' as const,
        client: n,
        known: true,
        wait: 0,
      })),
    })
    applyAll(evidence, log)
    const now = START + 20 * DAY
    evidence.apply({ kind: 'admission', payload: { id: 'late', at: now, through: now } })
    const scored = (bornAt: number) =>
      weigh(evidence, need(), [...three(evidence), candidateOf(evidence, 10, 1, bornAt)], new Float32Array(8), now)
    expect(scored(now)[3]!.fairStart).toBeGreaterThan(0.1)
    expect(scored(START - DAY)[3]!.fairStart).toBe(0)
  })

  it('hopes much of a later capability, and less the more it has been shown', () => {
    const evidence = new Evidence()
    evidence.apply({ kind: 'admission', payload: { id: 'first', at: START - DAY, through: START - DAY } })
    const shownTimes = (times: number, shown: number[], first: number) =>
      logOf({
        impressions: Array.from({ length: times }, (_, n) => ({
          topic: 0,
          tilt: 0,
          stems: [],
          shown,
          client: n,
          day: 0,
        })),
        acts: Array.from({ length: times }, (_, n) => ({
          impression: n,
          place: n % shown.length,
          outcome: 'selected' as const,
          client: first + n,
          known: true,
          wait: n % 40,
        })),
      })
    applyAll(evidence, shownTimes(20, [0, 2, 4], 0))
    const now = START + 40 * DAY
    evidence.apply({ kind: 'admission', payload: { id: 'late', at: now, through: now } })
    const given = () =>
      weigh(evidence, need([]), [...three(evidence), candidateOf(evidence, 10, 1, now)], new Float32Array(0), now)[3]!
        .fairStart
    const before = given()
    expect(before).toBeGreaterThan(0.2)
    applyAll(evidence, shownTimes(12, [10, 0], 30))
    expect(given()).toBeGreaterThan(0)
    expect(given()).toBeLessThan(0.8 * before)
  })
})

describe('telling', () => {
  it('says in plain words what moved a result', () => {
    const evidence = taught(12, 'succeeded')
    const [, , third] = weigh(evidence, need(), three(evidence), new Float32Array(6), START + 12 * DAY)
    expect(explain(third!)).toMatch(
      /^chosen 11 times where 2 were expected, 11 of 11 worked; found through needs it served: \*pivot\*, \*table\*$/,
    )
    const told = summarize(third!, 12)
    expect(told.timesMatched).toBe(12)
    expect(told.interval[0]).toBeLessThan(told.lift)
    expect(told.interval[1]).toBeGreaterThan(told.lift)
    expect(told.lift).toBeGreaterThan(1)
  })

  it('says nothing when there is no evidence', () => {
    const evidence = new Evidence()
    const [first] = weigh(evidence, need(), three(evidence), new Float32Array(6), START)
    expect(explain(first!)).toBeUndefined()
    expect(summarize(first!, 0)).toMatchObject({ timesMatched: 0, selections: 0, expected: 0, lift: 1 })
  })
})

describe('exploration slot', () => {
  const all = Array.from({ length: 10 }, (_, candidate) => candidate)
  const slotOf = (expected: number, impression: string, isNear: (candidate: number) => boolean = () => true) =>
    explorationSlot(all, { shown: () => ({ rate: 1, expected }) }, impression, isNear)

  it('comes in about one of seven impressions, at position 2 to 4, always the same for one impression', () => {
    const slots = Array.from({ length: 2000 }, (_, i) => slotOf(0, `impression-${i}`))
    const drawn = slots.filter((s) => s !== undefined)
    expect(drawn.length / slots.length).toBeGreaterThan(0.12)
    expect(drawn.length / slots.length).toBeLessThan(0.18)
    expect(new Set(drawn.map((s) => s.to))).toEqual(new Set([1, 2, 3]))
    expect(Math.min(...drawn.map((s) => s.from))).toBe(4)
    expect(slotOf(0, 'impression-3')).toEqual(slots[3])
  })

  it('goes only to what is near the best', () => {
    const drawn = (isNear: (candidate: number) => boolean) =>
      Array.from({ length: 1000 }, (_, i) => slotOf(0, `impression-${i}`, isNear)).filter((s) => s !== undefined)
    expect(new Set(drawn((candidate) => candidate % 2 === 0).map((s) => s.from))).toEqual(new Set([4, 6, 8]))
    expect(drawn((candidate) => candidate < 4)).toEqual([])
  })

  it('shows nothing that has been shown enough', () => {
    const slots = Array.from({ length: 200 }, (_, i) => slotOf(5, `impression-${i}`))
    expect(slots.every((s) => s === undefined)).toBe(true)
  })
})
