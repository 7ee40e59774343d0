import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { Evidence } from '../../../src/core/evidence/evidence.js'
import { allRows, RowReader } from '../../../src/core/evidence/rows.js'
import { fromUbi, type LoggedEvent, toUbi } from '../../../src/core/evidence/ubi.js'
import { applyAll, drawnLog, dump, logOf, START } from './events.js'

const shown = [
  ['a.1', 'a'],
  ['b.1', 'b'],
]
const impression = { client: 'x', hash: 'h', stems: ['mail'], vector: 'AA==', shown, offset: 0, answer: 'match' }
const logged = (kind: string, payload: object, dedupe: string[] = []): LoggedEvent => ({
  kind,
  at: START,
  id: 'e1',
  dedupe,
  payload: { id: 'e1', at: START, ...payload },
})
const searched = { ...impression, ranker: '1', generation: 3 }
const matched = { impression: 'i', capability: 'a.1', outcome: 'selected', client: 'x', known: true }

test.each<[why: string, event: LoggedEvent]>([
  ['a search', logged('impression', searched)],
  ['with its words, slot and logit', logged('impression', { ...searched, query: 'send mail', slot: 2, logit: -1.5 })],
  ['a match', logged('match', matched, ['o/e1'])],
  ['with all that it may have', logged('match', { ...matched, owns: ['a'], weight: 0.5, comment: 'Good.' }, ['o/e1'])],
  ['an admission', logged('admission', { through: START })],
  ['a verdict', logged('verdict', { client: 'x', barred: true })],
])('%s comes back as it was, and as nothing else is written', (_, event) => {
  const written = toUbi(event)
  expect(JSON.parse(JSON.stringify(written))).toStrictEqual(written)
  expect(fromUbi(JSON.parse(JSON.stringify(written)))).toStrictEqual(event)
})

test('searches and matches go by the names of UBI', () => {
  expect(toUbi(logged('impression', { ...searched, query: 'send mail' }))).toEqual({
    application: 'matchgraph',
    query_id: 'e1',
    client_id: 'x',
    user_query: 'send mail',
    timestamp: '2026-03-01T00:00:00.000Z',
    query_response_hit_ids: ['a.1', 'b.1'],
    query_attributes: {
      hash: 'h',
      stems: ['mail'],
      vector: 'AA==',
      tools: ['a', 'b'],
      offset: 0,
      answer: 'match',
      ranker: '1',
      generation: 3,
    },
  })
  expect(toUbi(logged('match', { ...matched, comment: 'Good.' }, ['o/e1']))).toEqual({
    application: 'matchgraph',
    action_name: 'selected',
    query_id: 'i',
    client_id: 'x',
    timestamp: '2026-03-01T00:00:00.000Z',
    message: 'Good.',
    event_attributes: {
      id: 'e1',
      object: { object_id: 'a.1', object_id_field: 'capability' },
      known: true,
      dedupe: ['o/e1'],
    },
  })
})

it('of others is taken with what it has, and refused when it is neither search nor event', () => {
  const query = toUbi(logged('impression', searched)) as { query_attributes: object }
  const fewer = { ...query, query_attributes: { ...query.query_attributes, tools: ['a'] } }
  expect(fromUbi(fewer).payload).toMatchObject({
    shown: [
      ['a.1', 'a'],
      ['b.1', ''],
    ],
  })
  const event = toUbi(logged('match', matched)) as { event_attributes: object }
  const { dedupe: _, ...attributes } = event.event_attributes as { dedupe: unknown }
  expect(fromUbi({ ...event, event_attributes: attributes }).dedupe).toEqual(['o/i/a.1/selected'])
  for (const other of [null, undefined, 7, 'text', [], {}, { ...event, action_name: 'loved' }])
    expect(() => fromUbi(other), JSON.stringify(other)).toThrow()
})

it('rows give the same evidence in whatever order they are read', () => {
  const order = fc.infiniteStream(fc.nat(1_000_000))
  fc.assert(
    fc.property(drawnLog(), order, (drawn, keys) => {
      const evidence = new Evidence()
      applyAll(evidence, logOf(drawn))
      const rows = [...allRows(evidence)].map((row) => ({ row, key: keys.next().value! }))
      const reader = new RowReader()
      for (const { row } of rows.sort((a, b) => a.key - b.key)) reader.add(row)
      const read = reader.finish()
      expect(dump(read)).toBe(dump(evidence))
      // who is first to expire, and which number is next, stay too
      expect([...read.counted.keys()]).toEqual([...evidence.counted.keys()])
      expect([read.ledger.capabilityIds, read.ledger.toolSlugs]).toEqual([
        evidence.ledger.capabilityIds,
        evidence.ledger.toolSlugs,
      ])
      expect([read.impressions, read.since, read.cells.nextSerial]).toEqual([
        evidence.impressions,
        evidence.since,
        evidence.cells.nextSerial,
      ])
    }),
    { seed: 81, numRuns: 100 },
  )
})
