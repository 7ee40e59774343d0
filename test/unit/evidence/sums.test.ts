import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, grown } from '../../../src/core/evidence/decay.js'
import type { EvidenceEvent, Impression, Match } from '../../../src/core/evidence/events.js'
import { Evidence } from '../../../src/core/evidence/evidence.js'
import { drawnLog, logOf, START } from './events.js'

type Four = [expected: number, selected: number, succeeded: number, failed: number]

interface Standing {
  weight: number
  at: number
  outcome?: { kind: 'succeeded' | 'failed'; at: number }
}

/** The selections that stand, told by what each event was answered; and what they come to, added up anew each time it is asked. */
class Book {
  private readonly of = new Map<string, { impression: Impression; first?: Standing; standing: Map<string, Standing> }>()

  note({ outcome, capability, at }: Match, impression: Impression, weight: number): void {
    const one = this.of.get(impression.id) ?? { impression, standing: new Map<string, Standing>() }
    this.of.set(impression.id, one)
    if (outcome === 'selected') {
      one.standing.set(capability, { weight, at })
      // expectations are counted with the first that weighs anything
      if (weight > 0) one.first ??= { weight, at }
    } else if (outcome === 'retracted') {
      one.standing.delete(capability)
      if ([...one.standing.values()].every((other) => other.weight === 0)) one.first = undefined
    } else one.standing.get(capability)!.outcome = { kind: outcome, at }
  }

  sums(level: (id: string, tool: string) => string): Map<string, Four> {
    const all = new Map<string, Four>()
    const add = ([id, tool]: readonly [string, string], which: 0 | 1 | 2 | 3, amount: number) => {
      const key = level(id, tool)
      const four = all.get(key) ?? [0, 0, 0, 0]
      four[which] += amount
      all.set(key, four)
    }
    for (const { impression, first, standing } of this.of.values()) {
      const { shown } = impression
      // a result at position k is looked at 1/k as often as the first
      const whole = shown.reduce((sum, _, i) => sum + 1 / (i + 1), 0)
      shown.forEach((one, i) => {
        if (first) add(one, 0, grown(first.weight / (i + 1) / whole, first.at))
        const own = standing.get(one[0])
        if (!own) return
        add(one, 1, grown(own.weight, own.at))
        if (own.outcome) add(one, own.outcome.kind === 'succeeded' ? 2 : 3, grown(own.weight, own.outcome.at))
      })
    }
    return all
  }

  matched(id: string): number {
    return [...this.of.values()].filter(({ standing }) => (standing.get(id)?.weight ?? 0) > 0).length
  }
}

/** Equal but for the rounding of a share to whole parts. */
function expectNear(got: readonly number[], wanted: readonly number[], what: string): void {
  for (const [i, value] of wanted.entries()) {
    expect(Math.abs(got[i]! - value), `${what} ${i}: ${got[i]} for ${value}`).toBeLessThanOrEqual(100)
  }
}

describe('what is counted', () => {
  it('is at every level what the selections that stand add up to', () => {
    fc.assert(
      fc.property(drawnLog(80), (drawn) => {
        const { events, impressions } = logOf(drawn)
        const evidence = new Evidence()
        const book = new Book()
        let first: number | undefined
        for (const event of events) {
          if (event.kind !== 'match') {
            evidence.apply(event)
            const { through, at } = event.payload as { through: number; at: number }
            const { weight } = evidence.admissions.at(-1)!
            expect(evidence.admissions.at(-1)).toEqual({ through, at, weight: evidence.ledger.overall.get(0)[1] })
            expect(weight).toBeCloseTo(book.sums(() => 'all').get('all')?.[1] ?? 0, 3)
            continue
          }
          const impression = impressions.get(event.payload.impression)!
          const { status, weight } = evidence.apply(event, impression)
          expect([status === 'recorded' || status === 'capped' || weight === 0, weight >= 0]).toEqual([true, true])
          if (status === 'ignored') continue
          book.note(event.payload, impression, weight)
          if (weight > 0) first ??= event.payload.at
        }
        expect(evidence.since).toBe(first)
        const { ledger } = evidence
        expectNear(ledger.overall.get(0), book.sums(() => 'all').get('all') ?? [0, 0, 0, 0], 'overall')
        for (const [slug, four] of book.sums((_, tool) => tool)) {
          if (four.every((x) => x === 0)) continue
          expectNear(ledger.tools.get(ledger.findTool(slug)), four, slug)
        }
        for (const [id, four] of book.sums((one) => one)) {
          if (four.every((x) => x === 0)) continue
          const cap = ledger.find(id)
          const own = ledger.capabilities.get(cap)
          expectNear(own, four, id)
          expect(ledger.timesMatched[cap]).toBe(book.matched(id))
          // every need had a meaning: what cells know of a capability is all that is known of it
          const ofCells = [...evidence.cells.all.keys()].map((slot) => ledger.edge(slot, cap) ?? [0, 0, 0, 0])
          expectNear(
            [0, 1, 2, 3].map((k) => ofCells.reduce((sum, counts) => sum + counts[k]!, 0)),
            own,
            `${id} in cells`,
          )
        }
      }),
      { seed: 71, numRuns: 200 },
    )
  })
})

describe('an admission', () => {
  const admission = (through: number): EvidenceEvent => ({
    kind: 'admission',
    payload: { id: `a${through}`, at: START, through },
  })

  it('counts once, and never backwards', () => {
    const evidence = new Evidence()
    expect([5, 5, 4, 6].map((through) => evidence.apply(admission(through)).status)).toEqual([
      'recorded',
      'ignored',
      'ignored',
      'recorded',
    ])
    expect(evidence.admissions.map(({ through }) => through)).toEqual([5, 6])
  })
})

describe('what a selection teaches', () => {
  const impression: Impression = {
    id: 'i',
    at: START,
    client: 'x',
    hash: '',
    stems: ['mail', 'send'],
    vector: '',
    shown: [['a.1', 'a']],
    offset: 0,
    answer: 'match',
    ranker: '1',
    generation: 1,
  }
  /** The words of the capability after these acts, a day apart: how much was taught, in whole selections of the first day. */
  const taught = (...acts: Match['outcome'][]): [n: number, weights: number[]] | undefined => {
    const evidence = new Evidence()
    acts.forEach((outcome, n) => {
      const payload = {
        id: `m${n}`,
        at: START + n * DAY,
        impression: 'i',
        capability: 'a.1',
        outcome,
        client: 'y',
        known: true,
      }
      evidence.apply({ kind: 'match', payload }, impression)
    })
    const packed = evidence.needs.pack(evidence.ledger.find('a.1'))
    const whole = (x: number) => Math.round((x / grown(1, START)) * 1e4) / 1e4
    return packed && [whole(packed[0]), packed[1].map(([, weight]) => whole(weight))]
  }

  it('is half as much again when it worked, nothing when it failed, and gone when it is taken back', () => {
    expect(taught('selected')).toEqual([1, [1, 1]])
    expect(taught('selected', 'succeeded')).toEqual([1.5, [1.5, 1.5]])
    expect(taught('selected', 'failed')).toEqual([0, [0, 0]])
    for (const outcome of ['succeeded', 'failed'] as const)
      expect(taught('selected', outcome, 'retracted')).toBeUndefined()
    expect(taught('selected', 'retracted')).toBeUndefined()
  })
})

describe('a selection that weighs nothing', () => {
  it('is kept, and so is its outcome, but neither counts', () => {
    const [impression] = logOf({
      impressions: [{ topic: 0, tilt: 0, stems: [0], shown: [0, 2], client: 0, day: 0 }],
      acts: [],
    }).impressions.values()
    const evidence = new Evidence()
    const act = (outcome: Match['outcome']) => {
      const match = { id: outcome, at: START, impression: 'i0', capability: 'cap-0', client: 'y', known: true }
      return evidence.apply({ kind: 'match', payload: { ...match, outcome, owns: ['tool-0'] } }, impression)
    }
    expect(['selected', 'succeeded', 'retracted'].map((outcome) => act(outcome as Match['outcome']))).toEqual([
      { status: 'capped', weight: 0 },
      { status: 'capped', weight: 0 },
      { status: 'recorded', weight: 0 },
    ])
    expect([evidence.since, evidence.cells.count, evidence.ledger.find('cap-0')]).toEqual([undefined, 0, -1])
  })
})

describe('a need without a meaning', () => {
  it('is counted for its capabilities and founds no cell', () => {
    const evidence = new Evidence()
    const impression: Impression = {
      id: 'i',
      at: START,
      client: 'x',
      hash: '',
      stems: [],
      vector: '',
      shown: [['a.1', 'a']],
      offset: 3,
      answer: 'match',
      ranker: '1',
      generation: 1,
    }
    const act = (outcome: Match['outcome'], at = START) => {
      const payload = { id: outcome, at, impression: 'i', capability: 'a.1', outcome, client: 'y', known: true }
      return evidence.apply({ kind: 'match', payload }, impression)
    }
    expect(act('selected')).toEqual({ status: 'recorded', weight: 1 })
    expect([evidence.cells.count, evidence.ledger.find('a.1'), evidence.impressions]).toEqual([0, 0, 1])
    expect(act('retracted')).toEqual({ status: 'recorded', weight: 1 })
    expect(evidence.ledger.overall.get(0)).toEqual([0, 0, 0, 0])
    // taken back it may be chosen again, for as long as its token is good
    expect(act('selected', START + 7 * DAY).weight).toBeGreaterThan(0)
    expect(act('succeeded', START + 7 * DAY + 1).status).toBe('ignored')
  })
})
