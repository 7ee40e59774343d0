import { beforeAll, describe, expect, it } from 'vitest'
import { type Alarm, Audit } from '../../../src/core/evidence/audit.js'
import { DAY } from '../../../src/core/evidence/decay.js'
import type { EvidenceEvent, Impression, Match, Outcome } from '../../../src/core/evidence/events.js'
import { Evidence } from '../../../src/core/evidence/evidence.js'
import { generator, seedOf } from '../../../src/core/evidence/random.js'
import { encodeVector } from '../../../src/core/evidence/vector.js'
import { Weighing } from '../../../src/core/evidence/weigh.js'
import { START, vectorOf } from './events.js'

const TOPICS = 4
const CHOICE = 12
const BAD = 'bad-0'
/** Of each topic: how good its capabilities are, from 1 down to .1; the first is the worst, and its text the most promising. */
const worth = (c: number): number => (c === 0 ? 0.1 : 1 - (c - 1) * 0.07)
const nameOf = (topic: number, c: number): string => (topic === 0 && c === 0 ? BAD : `cap-${topic}-${c}`)
const STEMS = ['pivot', 'audio', 'sql', 'pdf']

/** A small world in which people search, choose and report, and 20 networks that have a plan. */
class World {
  readonly impressions = new Map<string, Impression>()
  readonly matches: Match[] = []
  readonly evidence = new Evidence()
  private readonly random = generator(seedOf('ring'))

  order(topic: number, now: number, evidence = this.evidence): string[] {
    const { ledger } = evidence
    const ids = Array.from({ length: CHOICE }, (_, c) => nameOf(topic, c))
    const need = { vector: vectorOf(topic, 0), stems: [STEMS[topic]!], idf: [3], total: 48 }
    const weighing = new Weighing(
      evidence,
      { ...need, scale: { slope: 2, keyword: 0.475 } },
      {
        cap: Int32Array.from(ids, (id) => ledger.find(id)),
        tool: Int32Array.from(ids, (id) => ledger.findTool(`tool-${id}`)),
        rel: Float64Array.from(ids, (_, c) => (c === 0 ? 0.5 : 0)),
        bornAt: () => 0,
        tf: () => new Float32Array(CHOICE).fill(1),
      },
      now,
    )
    return ids
      .map((id, c) => ({ id, score: weighing.score[c]! }))
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
      .map(({ id }) => id)
  }

  search(topic: number, client: string, now: number): Impression {
    const impression: Impression = {
      id: `i${this.impressions.size}`,
      at: now,
      client,
      hash: '',
      stems: [STEMS[topic]!],
      vector: encodeVector(vectorOf(topic, 0)),
      shown: this.order(topic, now).map((id) => [id, `tool-${id}`] as const),
      offset: 0,
      answer: 'match',
      ranker: '1',
      generation: 1,
    }
    this.impressions.set(impression.id, impression)
    return impression
  }

  report(impression: Impression, capability: string, outcome: Outcome, client: string): void {
    const id = `m${this.matches.length}`
    const match: Match = { id, at: impression.at, impression: impression.id, capability, outcome, client, known: false }
    const { weight } = this.evidence.apply({ kind: 'match', payload: match }, impression)
    this.matches.push({ ...match, weight })
  }

  /** Somebody looks down the list (θ = 1/k), chooses what attracts, and reports half of the time. */
  person(now: number): void {
    const topic = Math.floor(this.random() * TOPICS)
    const client = `user-${Math.floor(this.random() * 80)}`
    const impression = this.search(topic, client, now)
    for (const [k, [id]] of impression.shown.entries()) {
      const quality = worth(id === BAD ? 0 : Number(id.split('-')[2]))
      if (this.random() * (k + 1) > 1 || this.random() > 0.1 + 0.5 * quality) continue
      this.report(impression, id, 'selected', client)
      const works = this.random() < 0.05 + 0.9 * quality
      if (this.random() < 0.5) this.report(impression, id, works ? 'succeeded' : 'failed', client)
      return
    }
  }

  /** A network of the ring chooses something harmless, or what it is there for. */
  conspirator(n: number, now: number, pushing: boolean): void {
    const client = `ring-${n}`
    const impression = this.search(pushing ? 0 : 1 + (n % 3), client, now)
    const id = pushing ? BAD : impression.shown[0]![0]
    this.report(impression, id, 'selected', client)
    this.report(impression, id, 'succeeded', client)
  }

  days(from: number, to: number, ring?: 'ages' | 'pushes'): void {
    for (let day = from; day < to; day++) {
      for (let s = 0; s < 60; s++) {
        const now = START + (day + s / 60) * DAY
        this.person(now)
        if (ring === 'ages' && s < 20) this.conspirator(s, now, false)
        if (ring === 'pushes' && s < 40) this.conspirator(s % 20, now, true)
      }
    }
  }

  alarms(): Alarm[] {
    const audit = new Audit()
    for (const match of this.matches) audit.add(match)
    return audit.alarms(new Set())
  }

  without(barred: string[]): Evidence {
    const evidence = new Evidence(new Set(barred))
    for (const payload of this.matches) {
      const event: EvidenceEvent = { kind: 'match', payload }
      evidence.apply(event, this.impressions.get(payload.impression))
    }
    return evidence
  }
}

describe('a ring of 20 networks, aged ten days', () => {
  const world = new World()
  const positionOf = (day: number, evidence = world.evidence): number =>
    world.order(0, START + day * DAY, evidence).indexOf(BAD) + 1
  let before: number
  beforeAll(() => {
    world.days(0, 15)
    world.days(15, 25, 'ages')
    before = positionOf(25)
  })

  it('is silent while they do what everybody does', () => {
    expect(before).toBeGreaterThan(CHOICE / 2)
    expect(world.alarms()).toEqual([])
  })

  it('lifts what it pushes to the top, is named, and falls back once its votes are taken out', () => {
    world.days(25, 35, 'pushes')
    expect(positionOf(35)).toBe(1)
    const alarms = world.alarms()
    expect(alarms.map(({ capability }) => capability)).toEqual([BAD])
    const named = alarms[0]!.clients
    expect(named.filter((client) => client.startsWith('ring-'))).toHaveLength(20)
    expect(named.length).toBeLessThanOrEqual(22)
    expect(positionOf(35, world.without(named))).toBeGreaterThan(3)
  })
})
