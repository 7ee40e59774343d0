import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EvidenceEvent, Impression, Verdict } from '../core/evidence/events.js'
import type { Evidence } from '../core/evidence/evidence.js'
import { allRows, RowReader } from '../core/evidence/rows.js'
import type { LogEvent, LogStore } from '../store/store.js'

/** Row prefix under which a checkpoint keeps impressions whose tokens are still good. */
export const OPEN_IMPRESSION = 'p/'
/** Impressions kept in memory for the matches that follow them; others are read from the store. */
const RECENT = 20_000
/** Events after which the replay lets other work have its turn. */
const TURN = 500

/** The most recent impressions by id; the oldest make room. */
export class RecentImpressions {
  private readonly all = new Map<string, Impression>()
  private readonly limit: number

  constructor(limit = RECENT) {
    this.limit = limit
  }

  get(id: string): Impression | undefined {
    return this.all.get(id)
  }

  set(impression: Impression): void {
    this.all.set(impression.id, impression)
    if (this.all.size > this.limit) this.all.delete(this.all.keys().next().value!)
  }
}

export interface Replayed {
  evidence: Evidence
  /** The last event that is in it. */
  seq: number
}

/** What `follow` has gone through. */
export interface Followed extends Replayed {
  /** How many events were gone through. */
  events: number
  /** There was a verdict among them. */
  judged: boolean
}

/** Which clients the log bars: the last verdict on each holds, for the whole log. */
export async function barredIn(store: LogStore): Promise<Set<string>> {
  const barred = new Set<string>()
  for await (const { key } of store.checkpoint()) if (key.startsWith('x/')) barred.add(key.slice(2))
  for await (const event of store.events(await store.compacted())) {
    if (event.kind !== 'verdict') continue
    const { client, barred: out } = event.payload as Verdict
    if (out) barred.add(client)
    else barred.delete(client)
  }
  return barred
}

/** Builds all evidence anew: from the checkpoint of the last compaction, else from nothing, through the log up to and with `through`. */
export async function replay(
  store: LogStore,
  barred: ReadonlySet<string>,
  through = Number.POSITIVE_INFINITY,
): Promise<Followed> {
  const reader = new RowReader(barred)
  const recent = new RecentImpressions(Number.POSITIVE_INFINITY)
  for await (const row of store.checkpoint()) {
    if (row.key.startsWith(OPEN_IMPRESSION)) recent.set(JSON.parse(row.value!) as Impression)
    else if (!row.key.startsWith('x/')) reader.add(row)
  }
  const start = { evidence: reader.finish(), seq: await store.compacted() }
  return follow(store, start, { get: (id) => recent.get(id) }, through)
}

/** Applies what the log has beyond `from`, up to and with `through`. Changes the evidence it is given. */
export async function follow(
  store: LogStore,
  from: Replayed,
  known: { get(id: string): Impression | undefined } = new RecentImpressions(),
  through = Number.POSITIVE_INFINITY,
): Promise<Followed> {
  const recent = new RecentImpressions()
  let { seq } = from
  let judged = false
  let events = 0
  for await (const event of store.events(seq)) {
    if (event.seq > through) break
    await applyStored(store, from.evidence, event, recent, known)
    seq = event.seq
    judged ||= event.kind === 'verdict'
    if (++events % TURN === 0) await nextTurn()
  }
  return { evidence: from.evidence, seq, events, judged }
}

async function applyStored(
  store: LogStore,
  evidence: Evidence,
  event: LogEvent,
  recent: RecentImpressions,
  known: { get(id: string): Impression | undefined },
): Promise<void> {
  const typed = event as unknown as EvidenceEvent
  if (typed.kind === 'impression') {
    recent.set(typed.payload)
    return
  }
  if (typed.kind !== 'match') {
    evidence.apply(typed)
    return
  }
  const id = typed.payload.impression
  const impression = recent.get(id) ?? known.get(id) ?? ((await store.event(id))?.payload as Impression | undefined)
  evidence.apply(typed, impression)
}

/** Whether two evidences are equal bit for bit. */
export function equalEvidence(a: Evidence, b: Evidence): boolean {
  const rows = new Map<string, string | null>()
  for (const { key, value } of allRows(a)) rows.set(key, value)
  for (const { key, value } of allRows(b)) {
    if (rows.get(key) !== value) return false
    rows.delete(key)
  }
  return rows.size === 0
}
