import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, reading } from '../../../src/core/evidence/decay.js'
import type { EvidenceEvent, Match } from '../../../src/core/evidence/events.js'
import { Evidence } from '../../../src/core/evidence/evidence.js'
import { drainRows, RowReader } from '../../../src/core/evidence/rows.js'
import { applyAll, type Drawn, drawnLog, dump, logOf, START } from './events.js'

const one = (
  acts: Partial<Drawn['acts'][number]>[],
  impressions: Partial<Drawn['impressions'][number]>[] = [{}],
): ReturnType<typeof logOf> =>
  logOf({
    impressions: impressions.map((i) => ({
      topic: 0,
      tilt: 0,
      stems: [0, 1],
      shown: [0, 2, 4],
      client: 0,
      day: 0,
      ...i,
    })),
    acts: acts.map((a) => ({
      impression: 0,
      place: 0,
      outcome: 'selected' as const,
      client: 0,
      known: true,
      wait: 0,
      ...a,
    })),
  })
const counts = (evidence: Evidence, id: string, now = START): number[] => {
  const cap = evidence.ledger.find(id)
  return evidence.ledger.capabilities.get(cap).map((x) => Math.round(x * reading(now) * 1e5) / 1e5)
}

describe('counting', () => {
  it('expects of everything shown and counts what was chosen', () => {
    const evidence = new Evidence()
    applyAll(evidence, one([{ place: 1 }, { place: 1, outcome: 'succeeded' }]))
    // θ = 1, 1/2, 1/3 over 11/6
    expect(counts(evidence, 'cap-0')).toEqual([0.54545, 0, 0, 0])
    expect(counts(evidence, 'cap-2')).toEqual([0.27273, 1, 1, 0])
    expect(counts(evidence, 'cap-4')).toEqual([0.18182, 0, 0, 0])
    expect(evidence.ledger.timesMatched).toEqual([0, 1, 0])
    expect(evidence.cells.count).toBe(1)
  })

  it('halves in sixty days', () => {
    const evidence = new Evidence()
    applyAll(evidence, one([{}]))
    expect(counts(evidence, 'cap-0', START + 60 * DAY)[1]).toBe(0.5)
  })

  it('counts an outcome only after a selection, and only once', () => {
    const evidence = new Evidence()
    const log = one([{ outcome: 'succeeded' }, {}, { outcome: 'failed' }, { outcome: 'succeeded' }, {}])
    const results = log.events
      .filter((e) => e.kind === 'match')
      .map((e) => evidence.apply(e, log.impressions.get('i0')).status)
    expect(results).toEqual(['ignored', 'recorded', 'recorded', 'ignored', 'ignored'])
    expect(counts(evidence, 'cap-0').slice(1)).toEqual([1, 0, 1])
  })

  it('takes an id for an id, whatever an object has of that name', () => {
    const evidence = new Evidence()
    const ids = ['constructor', '__proto__']
    const { events, impressions } = one([{}])
    const match = events.find((e) => e.kind === 'match')!
    const shown = { ...impressions.get('i0')!, shown: ids.map((id): [string, string] => [id, 'tool']) }
    const report = (evidence: Evidence, capability: string, outcome: 'selected' | 'succeeded') =>
      evidence.apply(
        { kind: 'match', payload: { ...match.payload, id: `${capability} ${outcome}`, capability, outcome } as Match },
        shown,
      )
    for (const id of ids) expect(report(evidence, id, 'selected').status).not.toBe('ignored')
    for (const id of ids) expect(report(evidence, id, 'selected').status).toBe('ignored')
    const reader = new RowReader()
    for (const row of drainRows(evidence)) reader.add(row)
    const again = reader.finish()
    expect(Object.keys(again.counted.get('i0')!.selections)).toEqual(ids)
    for (const id of ids) expect(report(again, id, 'selected').status).toBe('ignored')
    expect(report(again, ids[0]!, 'succeeded').status).toBe('recorded')
  })

  it('ignores what was never shown and impressions it does not know', () => {
    const evidence = new Evidence()
    const { events, impressions } = one([{}])
    const match = events.find((e) => e.kind === 'match')!
    expect(evidence.apply(match).status).toBe('ignored')
    const elsewhere = { kind: 'match', payload: { ...match.payload, capability: 'cap-9' } } as EvidenceEvent
    expect(evidence.apply(elsewhere, impressions.get('i0')).status).toBe('ignored')
    expect(evidence.ledger.capabilityIds).toEqual([])
  })

  it('weighs a newcomer a quarter, an owner and a barred client nothing', () => {
    const weight = (evidence: Evidence, change: object): number => {
      const { events, impressions } = one([{ known: false }])
      const match = events.find((e) => e.kind === 'match')!
      const event = { kind: 'match', payload: { ...match.payload, ...change } } as EvidenceEvent
      return evidence.apply(event, impressions.get('i0')).weight
    }
    expect(weight(new Evidence(), {})).toBe(0.25)
    expect(weight(new Evidence(), { owns: ['tool-0'] })).toBe(0)
    expect(weight(new Evidence(), { owns: ['tool-7'] })).toBe(0.25)
    expect(weight(new Evidence(new Set(['client-0'])), {})).toBe(0)
  })

  it('joins near needs into one cell and keeps far ones apart', () => {
    const evidence = new Evidence()
    applyAll(
      evidence,
      one(
        [0, 1, 2].map((impression) => ({ impression, client: impression })),
        [{ tilt: 0 }, { tilt: 0.3 }, { topic: 2 }],
      ),
    )
    expect(evidence.cells.count).toBe(2)
  })

  it('forgets impressions whose tokens have expired', () => {
    const evidence = new Evidence()
    applyAll(evidence, one([{}, { impression: 1, client: 1 }], [{ day: 0 }, { day: 9 }]))
    expect([...evidence.counted.keys()]).toEqual(['i1'])
  })
})

describe('promises', () => {
  it('is the same bit for bit, however the log is cut into batches and restarts', () => {
    fc.assert(
      fc.property(drawnLog(), fc.array(fc.nat(80), { maxLength: 6 }), (drawn, cuts) => {
        const log = logOf(drawn)
        const whole = new Evidence()
        applyAll(whole, log)
        let live = new Evidence()
        const stored = new Map<string, string>()
        log.events.forEach((event, n) => {
          live.apply(event, event.kind === 'match' ? log.impressions.get(event.payload.impression) : undefined)
          if (!cuts.includes(n)) return
          for (const { key, value } of drainRows(live)) {
            if (value === null) stored.delete(key)
            else stored.set(key, value)
          }
          const reader = new RowReader()
          for (const [key, value] of stored) reader.add({ key, value })
          live = reader.finish()
        })
        expect(dump(live)).toBe(dump(whole))
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  it('keeps words that rows of before held beside the counts', () => {
    const log = logOf({
      impressions: [0, 1].map((day) => ({ topic: 0, tilt: 0, stems: [0, 1], shown: [0, 2], client: day, day })),
      acts: [0, 1].map((n) => ({ impression: n, place: 0, outcome: 'selected', client: n, known: true, wait: 0 })),
    })
    const evidence = new Evidence()
    applyAll(evidence, log)
    const stored = new Map(drainRows(evidence).map(({ key, value }) => [key, value]))
    for (const [key, value] of stored) {
      if (!key.startsWith('w/')) continue
      const counts = `c/${key.slice(2)}`
      stored.set(counts, JSON.stringify([...JSON.parse(stored.get(counts)!), JSON.parse(value!)]))
      stored.delete(key)
    }
    const readAll = (): Evidence => {
      const reader = new RowReader()
      for (const [key, value] of stored) reader.add({ key, value })
      return reader.finish()
    }
    const read = readAll()
    expect(dump(read)).toBe(dump(evidence))
    for (const { key, value } of drainRows(read)) stored.set(key, value)
    stored.set('c/0', JSON.stringify(JSON.parse(stored.get('c/0')!).slice(0, 4)))
    expect(dump(readAll())).toBe(dump(evidence))
  })

  it('lets no client hold more than 1 of a tool, whatever it does', () => {
    fc.assert(
      fc.property(drawnLog(120), (drawn) => {
        const log = logOf({ ...drawn, acts: drawn.acts.map((act) => ({ ...act, client: act.client % 2 })) })
        const evidence = new Evidence()
        applyAll(evidence, log)
        const last = Math.max(...log.events.map((e) => e.payload.at))
        const held = new Map<string, number>()
        // what each selection weighs now, by client and tool
        for (const [id, counted] of evidence.counted) {
          for (const [capability, selection] of Object.entries(counted.selections)) {
            const tool = log.impressions.get(id)!.shown.find(([shown]) => shown === capability)![1]
            const key = `${selection.client} ${tool}`
            const weight = selection.weight * 2 ** (-(last - selection.at) / (60 * DAY))
            held.set(key, (held.get(key) ?? 0) + weight)
          }
        }
        for (const weight of held.values()) expect(weight).toBeLessThanOrEqual(1 + 1e-9)
        evidence.ledger.tools.values.forEach((sum, i) => {
          if (i % 4 === 1) expect(sum * reading(last)).toBeLessThanOrEqual(2 + 1e-4)
        })
      }),
      { seed: 8, numRuns: 300 },
    )
  })

  it('retracts exactly: the counters, cells and words are as if the selection had never been', () => {
    fc.assert(
      fc.property(
        drawnLog(),
        fc.nat(24),
        fc.nat(7),
        fc.option(fc.boolean(), { nil: undefined }),
        (drawn, which, place, good) => {
          const log = logOf(drawn)
          const evidence = new Evidence()
          applyAll(evidence, log)
          const base = log.impressions.get(`i${which % log.impressions.size}`)!
          const fresh = { ...base, id: 'fresh', at: Math.max(...log.events.map((e) => e.payload.at)) }
          const capability = fresh.shown[place % fresh.shown.length]![0]
          // what has not been seen before gets a counter that stays, empty
          for (const [id, slug] of fresh.shown) evidence.ledger.capability(id, slug)
          const state = /^[gcez]\/?|^t\/|^a/
          const before = dump(evidence, state)
          const act = (outcome: string, n: number): number => {
            const at = fresh.at + n * 1000
            const payload = {
              id: `r${n}`,
              at,
              impression: 'fresh',
              capability,
              outcome,
              client: 'client-0',
              known: true,
            }
            return evidence.apply({ kind: 'match', payload } as EvidenceEvent, fresh).weight
          }
          const weight = act('selected', 1)
          if (good !== undefined) act(good ? 'succeeded' : 'failed', 2)
          if (weight > 0) expect(dump(evidence, state)).not.toBe(before)
          act('retracted', 3)
          expect(exact(dump(evidence, state))).toBe(exact(before))
        },
      ),
      { seed: 9, numRuns: 300 },
    )
  })
})

/** Without a cell's flow (a guard against bursts, not evidence) and without the openness of words: a stem that two clients used stays open. */
const exact = (text: string): string =>
  text.replaceAll(/^(z\/\d+ \[\d+,\d+),[^,]+,[^,]+/gm, '$1').replaceAll(/"client-\d"/g, '""')
