import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '../core/errors.js'
import { type Alarm, Audit } from '../core/evidence/audit.js'
import { DAY } from '../core/evidence/decay.js'
import { Demand, type DemandCluster } from '../core/evidence/demand.js'
import { type Impression, type Match, TOKEN_DAYS } from '../core/evidence/events.js'
import { allRows, type Row } from '../core/evidence/rows.js'
import { fromUbi, toUbi } from '../core/evidence/ubi.js'
import type { LogEvent, LogStore, NewEvent } from '../store/store.js'
import type { EvidenceLog } from './evidence-log.js'
import { randomId } from './ids.js'
import { barredIn, OPEN_IMPRESSION, replay } from './replay.js'

/** Events after which other work has its turn. */
const TURN = 500
/** Events of one transaction when a log is read in. */
const BATCH = 1000

/** What an operator asks of the match log, and does to it. Reads the log from its start: seconds for a million events. */
export class Operator {
  private readonly store: LogStore
  private readonly log: EvidenceLog

  constructor(store: LogStore, log: EvidenceLog) {
    this.store = store
    this.log = log
  }

  /** Needs of the last `days` that found nothing, in clusters of more than five clients. */
  async demand(days: number, limit: number, now: number): Promise<DemandCluster[]> {
    await this.log.flush()
    const demand = new Demand()
    for await (const { kind, at, payload } of this.events()) {
      if (kind !== 'impression' || at < now - days * DAY) continue
      const impression = payload as Impression
      if (impression.answer === 'none') demand.add(impression)
    }
    return demand.shown(limit)
  }

  /** Capabilities whose support looks like a ring. */
  async audit(): Promise<Alarm[]> {
    await this.log.flush()
    const audit = new Audit()
    for await (const { kind, payload } of this.events()) if (kind === 'match') audit.add(payload as Match)
    return audit.alarms(this.log.evidence.barred)
  }

  /** Takes clients' votes out of the count, or lets them count again: for the whole log, exactly, because it is replayed. */
  async judge(clients: readonly string[], barred: boolean, now: number): Promise<void> {
    for (const client of clients) {
      const id = randomId()
      await this.log.apply({ kind: 'verdict', payload: { id, at: now, client, barred } })
    }
    await this.log.rejudge()
  }

  /**
   * Folds events older than `keepDays` into a checkpoint that replay starts from, and deletes them. Answers how many went.
   * @throws AppError `invalid-parameter` when tokens of that age may still be good
   */
  async compact(keepDays: number, now: number): Promise<number> {
    if (keepDays < TOKEN_DAYS) {
      throw new AppError('invalid-parameter', `Keep at least ${TOKEN_DAYS} days: that long a token may be reported on.`)
    }
    const cutoff = now - keepDays * DAY
    const through = await this.lastBefore(cutoff)
    if (through === undefined) return 0
    await this.log.flush()
    const barred = await barredIn(this.store)
    const { evidence } = await replay(this.store, barred, through)
    const open = await this.openImpressions(through, cutoff)
    const rows = function* (): Generator<Row> {
      yield* allRows(evidence)
      for (const client of barred) yield { key: `x/${client}`, value: '1' }
      for (const impression of open) {
        yield { key: `${OPEN_IMPRESSION}${impression.id}`, value: JSON.stringify(impression) }
      }
    }
    return this.store.compact(through, rows())
  }

  /** The log as documents in the field names of OpenSearch UBI, oldest first. */
  async *exportUbi(): AsyncGenerator<object> {
    await this.log.flush()
    for await (const event of this.events()) yield toUbi(event)
  }

  /** Reads such documents back in, those that are not there yet; answers how many were new. */
  async importUbi(documents: AsyncIterable<unknown>): Promise<{ added: number; known: number }> {
    let added = 0
    let known = 0
    let batch: NewEvent[] = []
    const write = async (): Promise<void> => {
      const { duplicates } = await this.store.append(batch, [])
      known += duplicates.length
      added += batch.length - duplicates.length
      batch = []
    }
    for await (const document of documents) {
      batch.push(fromUbi(document))
      if (batch.length === BATCH) await write()
    }
    await write()
    await this.log.rejudge()
    return { added, known }
  }

  /** The last event before the first that is not older than `cutoff`; undefined when there is none. */
  private async lastBefore(cutoff: number): Promise<number | undefined> {
    let last: number | undefined
    for await (const { seq, at } of this.events()) {
      if (at >= cutoff) break
      last = seq
    }
    return last
  }

  /** Impressions up to `through` that a match after `cutoff` may still refer to. */
  private async openImpressions(through: number, cutoff: number): Promise<Impression[]> {
    const open: Impression[] = []
    const keep = (impression: Impression): void => {
      if (impression.at + TOKEN_DAYS * DAY >= cutoff) open.push(impression)
    }
    for await (const { key, value } of this.store.checkpoint()) {
      if (key.startsWith(OPEN_IMPRESSION)) keep(JSON.parse(value!) as Impression)
    }
    for await (const { seq, kind, payload } of this.events()) {
      if (seq > through) break
      if (kind === 'impression') keep(payload as Impression)
    }
    return open
  }

  private async *events(): AsyncGenerator<LogEvent> {
    let n = 0
    for await (const event of this.store.events(await this.store.compacted())) {
      yield event
      if (++n % TURN === 0) await nextTurn()
    }
  }
}
