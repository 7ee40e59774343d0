import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/errors.js'
import type { EvidenceEvent, Impression, Match } from '../core/evidence/events.js'
import type { Applied, Evidence } from '../core/evidence/evidence.js'
import type { Journal } from '../store/journal.js'
import type { LogStore, NewEvent, Store } from '../store/store.js'
import { EvidenceRows } from './evidence-rows.js'
import { barredIn, equalEvidence, follow, RecentImpressions, type Replayed, replay } from './replay.js'

/** Impressions are written together with the next match, or after this many milliseconds. */
const FLUSH_MS = 250
/** How often an impression that is not in the store is looked for, `FLUSH_MS` apart. */
const SHOWN_TRIES = 8
/** Most matches of one transaction. */
const GROUP = 1000
/** After this many matches, or milliseconds, the evidence rows are brought up to the log, so that a start has little to read and apply. */
const PERSIST_MATCHES = 5000
const PERSIST_MS = 30_000
/** Written impressions kept in memory, about 3 KB each, for the reports that follow a search at once; the others are read from the store. */
const RECENT = 2000
/** Impressions kept for when the store is back; the oldest make room. */
const WAITING_IMPRESSIONS = 10_000

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

/** An event that is neither impression nor match. */
export type OwnEvent = Exclude<EvidenceEvent, { kind: 'match' | 'impression' }>

/** Writes for a process that only searches, where another one writes. */
export interface LogWriter {
  note(impression: Impression): void
  apply(event: OwnEvent): void
}

interface Waiting {
  work: () => Promise<void>
  /** Writes no events, or nothing at all: done by itself, while others may append. */
  aside: boolean
  /** Settles the caller once the group is on disk. */
  settle: () => void
  fail: (error: unknown) => void
}

/**
 * The evidence in memory, and this process's way into the event log. Requests that come while a transaction runs share the next one
 * (group commit) and are answered when it is on disk. Impressions wait in memory and in a journal file, never for the disk.
 * Several processes may share a store: each takes in what the others wrote before it writes itself, so all apply the same events in the
 * same order and hold the same evidence.
 */
export class EvidenceLog {
  private readonly store: LogStore
  private readonly journal: Journal | undefined
  /** Where another process writes, the way to it. */
  private readonly writer: LogWriter | undefined
  private readonly rows: EvidenceRows
  private current: Evidence
  private seq: number
  /** The evidence may have what the log does not: it is read anew before anything else. */
  private stale = false
  private readonly recent = new RecentImpressions(RECENT)
  /** Impressions that are in no commit yet, by id. */
  private shown = new Map<string, NewEvent>()
  /** What was shown before, while it is being written. */
  private committing: ReadonlyMap<string, NewEvent> = new Map()
  private group: NewEvent[] = []
  /** The matches of `group` by each of their keys. */
  private readonly groupKeys = new Map<string, Match>()
  private queue: Waiting[] = []
  private running: Promise<void> | undefined
  private following: Promise<void> | undefined
  private flushTimer: NodeJS.Timeout | undefined
  private sincePersist = 0
  private persistedAt = 0

  private constructor(
    store: Store,
    way: Journal | { writer: LogWriter } | undefined,
    rows: EvidenceRows,
    { evidence, seq }: Replayed,
  ) {
    this.store = store.log
    if (way && 'writer' in way) this.writer = way.writer
    else this.journal = way
    this.rows = rows
    this.current = evidence
    this.seq = seq
  }

  /** Takes up the journal of a process that did not end well, then the stored rows, then what the log has beyond them. */
  static async open(store: Store, way?: Journal | { writer: LogWriter }): Promise<EvidenceLog> {
    const rows = new EvidenceRows(store)
    if (way && 'writer' in way) return new EvidenceLog(store, way, rows, await rows.load())
    const journal = way
    const left = journal?.leftover().map((line) => impressionEvent(JSON.parse(line) as Impression)) ?? []
    if (left.length > 0) await store.log.append(left, [])
    journal?.clear()
    return new EvidenceLog(store, journal, rows, await rows.open())
  }

  get evidence(): Evidence {
    return this.current
  }

  /** Impressions and requests that wait to be written. */
  get pending(): number {
    return this.shown.size + this.queue.length
  }

  /** The newest event that the evidence has. */
  get lastSeq(): number {
    return this.seq
  }

  /** Notes what was shown: its tokens are good from here on. */
  note(impression: Impression): void {
    this.recent.set(impression)
    if (this.writer) {
      this.writer.note(impression)
      return
    }
    this.shown.set(impression.id, impressionEvent(impression))
    try {
      this.journal?.append(JSON.stringify(impression))
    } catch {
      // a full disk must not stop searches: without the journal only a crash before the next flush loses this impression
    }
    this.flushTimer ??= setTimeout(() => void this.flush().catch(() => undefined), FLUSH_MS).unref()
  }

  async impression(id: string): Promise<Impression | undefined> {
    // its token is ours, so it was shown: another server on this store may not have written it yet
    for (let tries = 0; tries < SHOWN_TRIES; tries++) {
      const known = this.recent.get(id) ?? (await this.noted(id))
      if (known) return known
      await sleep(FLUSH_MS)
    }
    return undefined
  }

  private async noted(id: string): Promise<Impression | undefined> {
    const event = this.shown.get(id) ?? this.committing.get(id) ?? (await this.store.event(id))
    return event?.payload as Impression | undefined
  }

  /** Takes in what other processes have written up to `seq`, or all of it. Calls that come while one runs share it. */
  follow(seq = Number.POSITIVE_INFINITY): Promise<void> {
    if (seq <= this.seq) return Promise.resolve()
    this.following ??= this.enqueue(() => this.catchUp(), true).finally(() => {
      this.following = undefined
    })
    return this.following
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
  async apply(event: OwnEvent): Promise<void> {
    if (this.writer) return this.writer.apply(event)
    await this.enqueue(async () => {
      const { status } = this.current.apply(event)
      // several processes see the same capabilities come
      if (event.kind === 'admission' && status === 'ignored') return
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
    let events = first.events
    await this.enqueue(async () => {
      await this.catchUp()
      const { evidence, seq, ...rest } = await follow(this.store, first, undefined, this.seq)
      events += rest.events
      identical = equalEvidence(evidence, this.current)
      await this.use(evidence, seq)
    }, true)
    return { identical, events }
  }

  /** Rebuilds everything from the log with the verdicts that are in it. */
  async rejudge(): Promise<void> {
    await this.flush()
    await this.enqueue(() => this.judge(), true)
  }

  async close(): Promise<void> {
    if (this.writer) return
    await this.flush()
    await this.enqueue(() => this.persist(), true)
    await this.rows.close()
    this.journal?.clear()
  }

  private async judge(): Promise<void> {
    const { evidence, seq } = await replay(this.store, await barredIn(this.store))
    await this.use(evidence, seq)
  }

  private async use(evidence: Evidence, seq: number): Promise<void> {
    await this.rows.replace(evidence, seq)
    this.current = evidence
    this.seq = seq
    this.sincePersist = 0
  }

  private enqueue(work: () => Promise<void>, aside = false): Promise<void> {
    return new Promise((settle, fail) => {
      this.queue.push({ work, aside, settle, fail })
      this.running ??= this.run()
    })
  }

  private async run(): Promise<void> {
    // one turn of the event loop: whatever has arrived by then shares the transaction
    await nextTurn()
    while (this.queue.length > 0) {
      const asides = this.queue.findIndex((one) => one.aside)
      if (asides === 0) {
        const { work, settle, fail } = this.queue.shift()!
        await work().then(settle, fail)
      } else await this.commit(this.queue.splice(0, Math.min(GROUP, asides < 0 ? GROUP : asides)))
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
    this.committing = shown
    this.shown = new Map()
    try {
      let matches: NewEvent[] = []
      const { lastSeq, duplicates } = await this.store.appendAfter(async (before) => {
        await this.catchUp(before)
        for (const one of waiting) {
          await one.work().then(
            () => done.push(one),
            (error) => one.fail(error),
          )
        }
        matches = this.takeGroup()
        return [...shown.values(), ...matches]
      })
      const mine = new Set(matches.map((event) => event.id))
      if (duplicates.some((id) => mine.has(id))) throw new Error('another process wrote the same match')
      this.seq = lastSeq
      emptied?.()
      this.sincePersist += matches.length
      for (const one of done) one.settle()
    } catch (error) {
      this.shown = new Map([...shown, ...this.shown].slice(-WAITING_IMPRESSIONS))
      this.takeGroup()
      // the evidence is ahead of the log: go back to what is written
      this.stale = true
      await this.reload().catch(() => undefined)
      const failure = new AppError('unavailable', 'The match could not be written. Try again.', {
        retryAfter: 1,
        cause: error,
      })
      for (const one of waiting) one.fail(failure)
      return
    }
    if (this.sincePersist >= PERSIST_MATCHES || Date.now() - this.persistedAt > PERSIST_MS) {
      await this.persist().catch(() => undefined)
    }
  }

  /** Applies what other processes have appended, up to and with `head`. */
  private async catchUp(head = Number.POSITIVE_INFINITY): Promise<void> {
    // a log that has gone back is another one: a database after a failover that lost its last commits
    if (this.stale || head < this.seq) return this.reload()
    if (this.seq >= head) return
    // until it is done the evidence has more than `seq` says
    this.stale = true
    if (this.seq < (await this.store.compacted())) return this.reload()
    const { seq, judged } = await follow(this.store, { evidence: this.current, seq: this.seq }, this.recent)
    this.seq = seq
    this.stale = false
    if (judged) await this.judge()
  }

  private takeGroup(): NewEvent[] {
    const { group } = this
    this.group = []
    this.groupKeys.clear()
    return group
  }

  private async persist(): Promise<void> {
    this.sincePersist = 0
    this.persistedAt = Date.now()
    await this.rows.persist(this.current, this.seq)
  }

  private async reload(): Promise<void> {
    const { evidence, seq } = await this.rows.load()
    this.current = evidence
    this.seq = seq
    this.stale = false
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
    const status = applied.weight === 0 && match.outcome !== 'retracted' ? 'capped' : 'recorded'
    return { matchId: match.id, status, weight: applied.weight }
  }
}

const impressionEvent = (impression: Impression): NewEvent => ({
  kind: 'impression',
  at: impression.at,
  id: impression.id,
  dedupe: [],
  payload: impression,
})
