import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '../core/errors.js'
import type { EvidenceEvent, Impression, Match } from '../core/evidence/events.js'
import type { Applied, Evidence } from '../core/evidence/evidence.js'
import { allRows, drainRows, type Row, restoreRows } from '../core/evidence/rows.js'
import type { Journal } from '../store/journal.js'
import type { LogStore, NewEvent } from '../store/store.js'
import { barredIn, equalEvidence, follow, RecentImpressions, replay } from './replay.js'

/** Impressions are written together with the next match, or after this many milliseconds. */
const FLUSH_MS = 250
/** Most matches of one transaction. */
const GROUP = 1000
/** After this many matches, or milliseconds, the evidence rows are brought up to the log, so that a start has little to apply. */
const PERSIST_MATCHES = 1000
const PERSIST_MS = 30_000
/** Evidence row that says up to which event the other rows go. */
const SEQ_ROW = 'seq'

/** What became of a match. */
export interface Recorded {
  matchId: string
  status: 'recorded' | 'capped' | 'duplicate'
  weight: number
}

/** A match on its way to the log. */
export interface Attempt {
  match: Match
  impression: Impression
  /** Nothing with one of these keys is recorded twice. */
  dedupe: string[]
}

interface Waiting {
  work: () => Promise<void>
  /** Settles the caller once the group is on disk. */
  settle: () => void
  fail: (error: unknown) => void
}

/**
 * The one writer of the event log and the one owner of the evidence in memory. Requests that come while a transaction runs share the
 * next one (group commit) and are answered when it is on disk. Impressions wait in memory and in a journal file, never for the disk.
 */
export class EvidenceLog {
  private readonly store: LogStore
  private readonly journal: Journal | undefined
  private current: Evidence
  private seq: number
  private readonly recent = new RecentImpressions(50_000)
  private shown: NewEvent[] = []
  private group: NewEvent[] = []
  /** The matches of `group` by each of their keys. */
  private readonly groupKeys = new Map<string, Match>()
  private queue: Waiting[] = []
  private running: Promise<void> | undefined
  private flushTimer: NodeJS.Timeout | undefined
  private sincePersist = 0
  private persistedAt = 0

  private constructor(store: LogStore, journal: Journal | undefined, evidence: Evidence, seq: number) {
    this.store = store
    this.journal = journal
    this.current = evidence
    this.seq = seq
  }

  /** Takes up the journal of a process that did not end well, then the stored rows, then what the log has beyond them. */
  static async open(store: LogStore, journal?: Journal): Promise<EvidenceLog> {
    const left = journal?.leftover().map((line) => impressionEvent(JSON.parse(line) as Impression)) ?? []
    if (left.length > 0) await store.append(left, [])
    journal?.clear()
    const { evidence, seq } = await loadEvidence(store)
    return new EvidenceLog(store, journal, evidence, seq)
  }

  get evidence(): Evidence {
    return this.current
  }

  /** Impressions and requests that wait to be written. */
  get pending(): number {
    return this.shown.length + this.queue.length
  }

  /** Sequence number that the log has reached here. */
  get lastSeq(): number {
    return this.seq
  }

  /** Notes what was shown: its tokens are good from here on. */
  note(impression: Impression): void {
    this.recent.set(impression)
    this.shown.push(impressionEvent(impression))
    this.journal?.append(JSON.stringify(impression))
    this.flushTimer ??= setTimeout(() => void this.flush().catch(() => undefined), FLUSH_MS).unref()
  }

  async impression(id: string): Promise<Impression | undefined> {
    return this.recent.get(id) ?? ((await this.store.event(id))?.payload as Impression | undefined)
  }

  /**
   * Records a match; resolves when it is on disk.
   * @throws AppError `outcome-before-selection`, `conflict` for a second outcome of another kind, `unavailable` when it could not be written
   */
  record(attempt: Attempt): Promise<Recorded> {
    let answer: Recorded
    return this.enqueue(async () => {
      answer = await this.decide(attempt)
    }).then(() => answer)
  }

  /** Records an event that is neither impression nor match. */
  async apply(event: Exclude<EvidenceEvent, { kind: 'match' | 'impression' }>): Promise<void> {
    await this.enqueue(async () => {
      this.current.apply(event)
      this.group.push({
        kind: event.kind,
        at: event.payload.at,
        id: event.payload.id,
        dedupe: [],
        payload: event.payload,
      })
    })
  }

  /** Writes what is waiting; resolves when it is on disk. */
  flush(): Promise<void> {
    return this.enqueue(async () => undefined)
  }

  /** Rebuilds everything from the log; answers whether it equals what was in use. Searches go on meanwhile, matches wait for the last part. */
  async replay(): Promise<{ identical: boolean; events: number }> {
    await this.flush()
    const first = await replay(this.store, this.current.barred)
    let identical = false
    await this.enqueue(async () => {
      const { evidence, seq } = await follow(this.store, first)
      identical = equalEvidence(evidence, this.current)
      await this.use(evidence, seq)
    })
    return { identical, events: this.seq - (await this.store.compacted()) }
  }

  /** Rebuilds everything from the log with the verdicts that are in it. */
  async rejudge(): Promise<void> {
    await this.flush()
    await this.enqueue(async () => {
      const { evidence, seq } = await replay(this.store, await barredIn(this.store))
      await this.use(evidence, seq)
    })
  }

  async close(): Promise<void> {
    await this.flush()
    await this.enqueue(() => this.persist())
    this.journal?.clear()
  }

  private async use(evidence: Evidence, seq: number): Promise<void> {
    await this.store.replaceEvidence(storedRows(evidence, seq))
    drainRows(evidence)
    this.current = evidence
    this.seq = seq
    this.sincePersist = 0
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    return new Promise((settle, fail) => {
      this.queue.push({ work, settle, fail })
      this.running ??= this.run()
    })
  }

  private async run(): Promise<void> {
    // one turn of the event loop: whatever has arrived by then shares the transaction
    await nextTurn()
    while (this.queue.length > 0) {
      await this.commit(this.queue.splice(0, GROUP))
      await nextTurn()
    }
    this.running = undefined
  }

  private async commit(waiting: Waiting[]): Promise<void> {
    clearTimeout(this.flushTimer)
    this.flushTimer = undefined
    const done: Waiting[] = []
    const emptied = this.journal?.turn()
    const shown = this.shown
    this.shown = []
    try {
      for (const one of waiting) {
        try {
          await one.work()
          done.push(one)
        } catch (error) {
          one.fail(error)
        }
      }
      const matches = this.takeGroup()
      if (shown.length + matches.length > 0) {
        const { lastSeq, duplicates } = await this.store.append([...shown, ...matches], [])
        this.seq = lastSeq
        const mine = new Set(matches.map((event) => event.id))
        if (duplicates.some((id) => mine.has(id))) throw new Error('another process wrote the same match')
      }
      emptied?.()
      this.sincePersist += matches.length
      for (const one of done) one.settle()
    } catch (error) {
      // the evidence is ahead of the log: go back to what is written
      this.shown = [...shown, ...this.shown]
      this.takeGroup()
      await this.reload()
      const failure = new AppError('unavailable', 'The match could not be written. Try again.', {
        retryAfter: 1,
        cause: error,
      })
      for (const one of done) one.fail(failure)
      return
    }
    if (this.sincePersist >= PERSIST_MATCHES || (this.sincePersist > 0 && Date.now() - this.persistedAt > PERSIST_MS)) {
      await this.persist()
    }
  }

  private takeGroup(): NewEvent[] {
    const { group } = this
    this.group = []
    this.groupKeys.clear()
    return group
  }

  private async persist(): Promise<void> {
    const rows = drainRows(this.current)
    if (rows.length > 0) await this.store.append([], [...rows, { key: SEQ_ROW, value: String(this.seq) }])
    this.sincePersist = 0
    this.persistedAt = Date.now()
  }

  private async reload(): Promise<void> {
    const { evidence, seq } = await loadEvidence(this.store)
    this.current = evidence
    this.seq = seq
  }

  private async decide({ match, impression, dedupe }: Attempt): Promise<Recorded> {
    for (const key of dedupe) {
      const stored = this.groupKeys.get(key) ?? (await this.store.eventByDedupe(key))?.payload
      const before = stored as Match | undefined
      if (before) return { matchId: before.id, status: 'duplicate', weight: before.weight ?? 0 }
    }
    const selection = this.current.counted.get(impression.id)?.selections[match.capability]
    if (match.outcome !== 'selected' && selection === undefined) {
      throw new AppError(
        'outcome-before-selection',
        'This capability has not been selected from this result list. Report "selected" first.',
      )
    }
    if (selection?.outcome !== undefined && match.outcome !== 'selected' && match.outcome !== 'retracted') {
      throw new AppError('conflict', `This selection already has the outcome "${selection.outcome}".`)
    }
    const applied: Applied = this.current.apply({ kind: 'match', payload: match }, impression)
    const payload: Match = { ...match, weight: applied.weight }
    this.group.push({ kind: 'match', at: match.at, id: match.id, dedupe, payload })
    for (const key of dedupe) this.groupKeys.set(key, payload)
    return { matchId: match.id, status: applied.status === 'capped' ? 'capped' : 'recorded', weight: applied.weight }
  }
}

const impressionEvent = (impression: Impression): NewEvent => ({
  kind: 'impression',
  at: impression.at,
  id: impression.id,
  dedupe: [],
  payload: impression,
})

function* storedRows(evidence: Evidence, seq: number): Generator<Row> {
  yield* allRows(evidence)
  for (const client of evidence.barred) yield { key: `x/${client}`, value: '1' }
  yield { key: SEQ_ROW, value: String(seq) }
}

/** The stored rows, and what the log has beyond them. */
async function loadEvidence(store: LogStore): Promise<{ evidence: Evidence; seq: number }> {
  const rows: Row[] = []
  const barred: string[] = []
  let seq = 0
  for await (const row of store.evidence()) {
    if (row.key === SEQ_ROW) seq = Number(row.value)
    else if (row.key.startsWith('x/')) barred.push(row.key.slice(2))
    else rows.push(row)
  }
  // rows older than the last compaction cannot catch up any more
  if (seq < (await store.compacted())) return replay(store, await barredIn(store))
  const followed = await follow(store, { evidence: restoreRows(rows, barred), seq })
  // a verdict holds for the whole log, also for what the rows already contain
  return followed.judged ? replay(store, await barredIn(store)) : followed
}
