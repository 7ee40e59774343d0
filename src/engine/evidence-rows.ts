import type { Evidence } from '../core/evidence/evidence.js'
import { allRows, drainRows, type Row, RowReader } from '../core/evidence/rows.js'
import type { Lock, LogStore, Store } from '../store/store.js'
import { barredIn, follow, type Replayed, replay } from './replay.js'

/** Row that says up to which event the other rows go. */
const SEQ_ROW = 'seq'

/**
 * The stored form of the evidence: what a start begins from, so that little of the log is left to apply. Of several processes on one
 * store one writes it, the holder of a lock; when it dies, the next to try takes over.
 */
export class EvidenceRows {
  private readonly store: Store
  private lock: Lock | undefined
  /** What is stored may lack changes that are no longer listed: the next write is of everything. */
  private incomplete = false
  /** What the row of the sequence number says; unknown at first. */
  private written: number | undefined

  constructor(store: Store) {
    this.store = store
  }

  /** Takes the lock when it is free; then reads the stored rows, and what the log has beyond them. */
  async open(): Promise<Replayed> {
    this.lock = await this.store.tryLock('evidence')
    return this.load()
  }

  load(): Promise<Replayed> {
    return loadEvidence(this.store.log)
  }

  /** Brings the rows up to the evidence, which has all events up to `seq`. */
  async persist(evidence: Evidence, seq: number): Promise<void> {
    if (!(await this.isMine())) return
    if (this.incomplete) return this.replace(evidence, seq)
    this.incomplete = true
    const rows = drainRows(evidence)
    if (rows.length > 0 || seq !== this.written) {
      await this.store.log.append([], [...rows, { key: SEQ_ROW, value: String(seq) }])
    }
    this.written = seq
    this.incomplete = false
  }

  /** Writes all rows anew. */
  async replace(evidence: Evidence, seq: number): Promise<void> {
    if (!(await this.isMine())) return
    await this.store.log.replaceEvidence(storedRows(evidence, seq))
    drainRows(evidence)
    this.written = seq
    this.incomplete = false
  }

  async close(): Promise<void> {
    await this.lock?.release()
  }

  private async isMine(): Promise<boolean> {
    if (this.lock?.held) return true
    this.lock = await this.store.tryLock('evidence')
    // what another wrote meanwhile need not go together with our list of changes
    this.incomplete = true
    return this.lock !== undefined
  }
}

function* storedRows(evidence: Evidence, seq: number): Generator<Row> {
  yield* allRows(evidence)
  for (const client of evidence.barred) yield { key: `x/${client}`, value: '1' }
  yield { key: SEQ_ROW, value: String(seq) }
}

async function loadEvidence(store: LogStore): Promise<Replayed> {
  const barred = new Set<string>()
  const reader = new RowReader(barred)
  let seq = 0
  for await (const row of store.evidence()) {
    if (row.key === SEQ_ROW) seq = Number(row.value)
    else if (row.key.startsWith('x/')) barred.add(row.key.slice(2))
    else reader.add(row)
  }
  // rows older than the last compaction cannot catch up any more
  if (seq < (await store.compacted())) return replay(store, await barredIn(store))
  const followed = await follow(store, { evidence: reader.finish(), seq })
  // a verdict holds for the whole log, also for what the rows already contain
  return followed.judged ? replay(store, await barredIn(store)) : followed
}
