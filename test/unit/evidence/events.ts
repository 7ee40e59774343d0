import fc from 'fast-check'
import { DAY } from '../../../src/core/evidence/decay.js'
import type { EvidenceEvent, Impression, Match } from '../../../src/core/evidence/events.js'
import type { Evidence } from '../../../src/core/evidence/evidence.js'
import { allRows } from '../../../src/core/evidence/rows.js'
import { encodeVector, unit } from '../../../src/core/evidence/vector.js'

export const START = Date.UTC(2026, 2, 1)
const STEMS = ['pivot', 'table', 'pdf', 'extract', 'audio', 'voic', 'translat', 'sql']

/** A need: one of four directions in eight dimensions, a little off. */
export const vectorOf = (topic: number, tilt: number): Float32Array => {
  const vector = new Float32Array(8)
  vector[topic] = 1
  vector[(topic + 3) % 8] = tilt
  return unit(vector)!
}

/** What a log may hold, as fast-check draws it: impressions, then acts on them. */
export interface Drawn {
  impressions: { topic: number; tilt: number; stems: number[]; shown: number[]; client: number; day: number }[]
  acts: { impression: number; place: number; outcome: Match['outcome']; client: number; known: boolean; wait: number }[]
}

const outcome = fc.constantFrom<Match['outcome']>('selected', 'selected', 'succeeded', 'failed', 'retracted')

export const drawnLog = (acts = 60): fc.Arbitrary<Drawn> =>
  fc.record({
    impressions: fc.array(
      fc.record({
        topic: fc.nat(3),
        tilt: fc.double({ min: 0, max: 1.2, noNaN: true }),
        stems: fc.uniqueArray(fc.nat(STEMS.length - 1), { minLength: 1, maxLength: 4 }),
        shown: fc.uniqueArray(fc.nat(11), { minLength: 2, maxLength: 8 }),
        client: fc.nat(5),
        day: fc.nat(40),
      }),
      { minLength: 1, maxLength: 25 },
    ),
    acts: fc.array(
      fc.record({
        impression: fc.nat(24),
        place: fc.nat(7),
        outcome,
        client: fc.nat(5),
        known: fc.boolean(),
        wait: fc.nat(5),
      }),
      { maxLength: acts },
    ),
  })

export const toolOf = (capability: number): string => `tool-${capability >> 1}`

/** The drawn log as events in order of time, and its impressions by id. */
export function logOf(drawn: Drawn): { events: EvidenceEvent[]; impressions: Map<string, Impression> } {
  const impressions = new Map<string, Impression>()
  drawn.impressions.forEach((one, i) => {
    impressions.set(`i${i}`, {
      id: `i${i}`,
      at: START + one.day * DAY,
      client: `client-${one.client}`,
      hash: '',
      stems: one.stems.map((s) => STEMS[s]!),
      vector: encodeVector(vectorOf(one.topic, one.tilt)),
      shown: one.shown.map((c) => [`cap-${c}`, toolOf(c)] as const),
      offset: 0,
      answer: 'match',
      ...(i % 3 > 0 && { logit: one.tilt * 4 - 2 }),
      ranker: '1',
      generation: 1,
    })
  })
  const matches = drawn.acts.map((act, n): EvidenceEvent => {
    const impression = impressions.get(`i${act.impression % impressions.size}`)!
    return {
      kind: 'match',
      payload: {
        id: `m${n}`,
        at: impression.at + act.wait * 3_600_000,
        impression: impression.id,
        capability: impression.shown[act.place % impression.shown.length]![0],
        outcome: act.outcome,
        client: `client-${act.client}`,
        known: act.known,
      },
    }
  })
  const admissions = [5, 20].map((day): EvidenceEvent => {
    const at = START + day * DAY
    return { kind: 'admission', payload: { id: `a${day}`, at, through: at } }
  })
  const events = [...matches, ...admissions].sort((a, b) => a.payload.at - b.payload.at)
  return { events, impressions }
}

export function applyAll(evidence: Evidence, { events, impressions }: ReturnType<typeof logOf>): void {
  for (const event of events) {
    evidence.apply(event, event.kind === 'match' ? impressions.get(event.payload.impression) : undefined)
  }
}

/** All rows as one text, for comparing two evidences bit for bit. */
export const dump = (evidence: Evidence, keys = /./): string =>
  [...allRows(evidence)]
    .filter(({ key }) => keys.test(key))
    .map(({ key, value }) => `${key} ${value}`)
    .sort()
    .join('\n')
