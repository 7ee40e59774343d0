import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY } from '../../../src/core/evidence/decay.js'
import type { Impression, Match } from '../../../src/core/evidence/events.js'
import { Evidence } from '../../../src/core/evidence/evidence.js'
import { encodeVector } from '../../../src/core/evidence/vector.js'
import { EvidenceLog } from '../../../src/engine/evidence-log.js'
import { forgetUnreported } from '../../../src/engine/forgetting.js'
import { Operator } from '../../../src/engine/operator.js'
import { SqliteStore } from '../../../src/store/sqlite/store.js'
import type { LogEvent, NewEvent } from '../../../src/store/store.js'
import { applyAll, type Drawn, drawnLog, dump, logOf, START, vectorOf } from './events.js'

const impressionEvent = (impression: Impression): NewEvent => ({
  kind: 'impression',
  at: impression.at,
  id: impression.id,
  dedupe: [],
  payload: impression,
})

/** A store that holds the drawn log: each impression just before its time. */
async function stored(drawn: Drawn): Promise<Opened> {
  const { events, impressions } = logOf(drawn)
  const all = [
    ...[...impressions.values()].map(impressionEvent),
    ...events.map(({ kind, payload }) => {
      const dedupe = kind === 'match' ? [`o/${payload.impression}/${payload.id}`] : []
      return { kind, at: payload.at, id: payload.id, dedupe, payload }
    }),
  ].sort((a, b) => a.at - b.at || (a.kind === 'impression' ? -1 : 1))
  return opened(all)
}

interface Opened {
  store: SqliteStore
  log: EvidenceLog
  operator: Operator
}

async function opened(events: NewEvent[] = []): Promise<Opened> {
  const store = SqliteStore.open(':memory:')
  await store.log.append(events, [])
  const log = await EvidenceLog.open(store)
  return { store, log, operator: new Operator(store.log, log) }
}
async function eventsOf({ log }: SqliteStore): Promise<LogEvent[]> {
  const all: LogEvent[] = []
  for await (const event of log.events(0)) all.push(event)
  return all
}
const close = async ({ store, log }: { store: SqliteStore; log: EvidenceLog }): Promise<void> => {
  await log.close()
  await store.close()
}

describe('retention', () => {
  it('folds old events into a checkpoint, and replay from it is still exact', async () => {
    await fc.assert(
      fc.asyncProperty(drawnLog(), fc.integer({ min: 7, max: 45 }), async (drawn, keepDays) => {
        const one = await stored(drawn)
        const { store, log, operator } = one
        const now = START + 50 * DAY
        const before = dump(log.evidence)
        const gone = await operator.compact(keepDays, now)
        const old = (at: number): boolean => at < now - keepDays * DAY
        for await (const { at } of store.log.events(0)) expect(gone === 0 || !old(at)).toBe(true)
        expect((await log.replay()).identical).toBe(true)
        expect(dump(log.evidence)).toBe(before)
        // and again, from one checkpoint to the next
        await operator.compact(7, now + 10 * DAY)
        expect((await log.replay()).identical).toBe(true)
        await close(one)
      }),
      { seed: 21, numRuns: 60 },
    )
  })

  it('forgets what nobody reported on, and replay is still exact', async () => {
    await fc.assert(
      fc.asyncProperty(drawnLog(), fc.integer({ min: 7, max: 45 }), async (drawn, days) => {
        const one = await stored(drawn)
        const { store, log } = one
        const now = START + 50 * DAY
        const before = dump(log.evidence)
        const all = await eventsOf(store)
        const reported = new Set(all.map(({ payload }) => (payload as Partial<Match>).impression))
        const left = all.filter(
          ({ kind, at, id }) => kind !== 'impression' || at >= now - days * DAY || reported.has(id),
        )
        expect(await forgetUnreported(store.log, days, now)).toBe(all.length - left.length)
        expect(await eventsOf(store)).toEqual(left)
        expect(await log.replay()).toEqual({ identical: true, events: left.length })
        expect(dump(log.evidence)).toBe(before)
        await close(one)
      }),
      { seed: 22, numRuns: 60 },
    )
  })

  it('refuses to delete what may still be reported on', async () => {
    const one = await stored({ impressions: [], acts: [] })
    await expect(one.operator.compact(6, START)).rejects.toThrow(/at least 7 days/)
    await close(one)
  })
})

describe('rollback', () => {
  it('leaves the evidence as if the client had never reported, and comes back exactly', async () => {
    await fc.assert(
      fc.asyncProperty(drawnLog(), async (drawn) => {
        const one = await stored(drawn)
        const { log, operator } = one
        const before = dump(log.evidence)
        await operator.judge(['client-1'], true, START + 60 * DAY)
        const without = new Evidence()
        const whole = logOf(drawn)
        const events = whole.events.filter((e) => e.kind !== 'match' || e.payload.client !== 'client-1')
        applyAll(without, { ...whole, events })
        expect(dump(log.evidence)).toBe(dump(without))
        expect((await log.replay()).identical).toBe(true)
        await operator.judge(['client-1'], false, START + 60 * DAY)
        expect(dump(log.evidence)).toBe(before)
        await close(one)
      }),
      { seed: 22, numRuns: 60 },
    )
  })
})

describe('the log as UBI', () => {
  it('comes back as it was, and twice is once', async () => {
    await fc.assert(
      fc.asyncProperty(drawnLog(), async (drawn) => {
        const from = await stored(drawn)
        const to = await opened()
        await from.operator.judge(['client-2'], true, START)
        const lines: object[] = []
        for await (const one of from.operator.exportUbi()) lines.push(JSON.parse(JSON.stringify(one)))
        const read = async function* () {
          yield* lines
        }
        const { added } = await to.operator.importUbi(read())
        expect(added).toBeGreaterThanOrEqual(lines.length - 2)
        expect((await to.operator.importUbi(read())).added).toBe(0)
        expect(dump(to.log.evidence)).toBe(dump(from.log.evidence))
        await close(from)
        await close(to)
      }),
      { seed: 23, numRuns: 40 },
    )
  })

  it('uses its field names', async () => {
    const one = await stored({
      impressions: [{ topic: 0, tilt: 0, stems: [0], shown: [0, 2], client: 0, day: 0 }],
      acts: [{ impression: 0, place: 1, outcome: 'selected', client: 3, known: true, wait: 0 }],
    })
    const lines: any[] = []
    for await (const line of one.operator.exportUbi()) lines.push(line)
    expect(lines[0]).toMatchObject({
      application: 'matchgraph',
      query_id: 'i0',
      client_id: 'client-0',
      timestamp: '2026-03-01T00:00:00.000Z',
      query_response_hit_ids: ['cap-0', 'cap-2'],
    })
    expect(lines[1]).toMatchObject({
      action_name: 'selected',
      query_id: 'i0',
      client_id: 'client-3',
      event_attributes: { object: { object_id: 'cap-2', object_id_field: 'capability' } },
    })
    await expect(
      one.operator.importUbi(
        (async function* () {
          yield { action_name: 'loved' }
        })(),
      ),
    ).rejects.toThrow()
    await close(one)
  })
})

describe('demand', () => {
  const none = (client: number, topic: number, query: string, n: number): NewEvent =>
    impressionEvent({
      id: `d${n}`,
      at: START,
      client: `client-${client}`,
      query,
      hash: query,
      stems: query.split(' '),
      vector: encodeVector(vectorOf(topic, 0)),
      shown: [],
      offset: 0,
      answer: 'none',
      ranker: '1',
      generation: 1,
    })

  it('shows clusters of more than five clients, and only words and needs of more than five', async () => {
    const one = await stored({ impressions: [], acts: [] })
    const six = Array.from({ length: 6 }, (_, i) => none(i, 0, i < 5 ? 'hire plumbers' : 'hire masons', i))
    const five = Array.from({ length: 20 }, (_, i) => none(i % 5, 2, 'secret plan', 100 + i))
    const same = Array.from({ length: 7 }, (_, i) => none(i, 1, 'book flights', 200 + i))
    await one.store.log.append([...six, ...five, ...same], [])
    expect(await one.operator.demand(30, 10, START)).toEqual([
      { searches: 7, clients: 7, words: ['book', 'flights'], need: 'book flights', firstAt: START, lastAt: START },
      { searches: 6, clients: 6, words: ['hire'], firstAt: START, lastAt: START },
    ])
    expect(await one.operator.demand(30, 10, START + 31 * DAY)).toEqual([])
    await close(one)
  })
})
