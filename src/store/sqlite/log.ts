import { AppError } from '../../core/errors.js'
import type { EvidenceRow, LogEvent, LogStore, NewEvent } from '../store.js'
import { type Sqlite, transact } from './database.js'
import { WalSync } from './wal-sync.js'

export const LOG_MIGRATIONS: readonly string[] = [
  `
  -- AUTOINCREMENT: a sequence number is never handed out twice, even after old events have been compacted away
  CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, payload TEXT NOT NULL
  ) STRICT;
  CREATE TABLE event_dedupe (
    key TEXT PRIMARY KEY, seq INTEGER NOT NULL REFERENCES event (seq) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX event_dedupe_seq ON event_dedupe (seq);
  CREATE TABLE evidence (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoint (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`,
]

interface EventRow {
  seq: number
  kind: string
  at: number
  id: string
  payload: string
}
const PAGE = 1000
/** Name under which the last compacted sequence number is kept. */
const COMPACTED = 'log.compacted'

/** The log half of the SQLite store: events, what they add up to, and small named values, on the connection it is given. */
export class SqliteLog implements LogStore {
  private readonly db: Sqlite
  private readonly wal: WalSync
  private readonly insertEvent
  private readonly insertDedupe
  private readonly hasDedupe
  private readonly deleteEvidence
  private readonly putEvidence
  private readonly byId
  private readonly byDedupe
  private readonly dedupeOf

  constructor(db: Sqlite, wal = new WalSync(db)) {
    this.db = db
    this.wal = wal
    this.insertEvent = db.prepare<[string, number, string, string]>(
      'INSERT INTO event (kind, at, id, payload) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
    )
    this.insertDedupe = db.prepare<[string, number]>('INSERT INTO event_dedupe (key, seq) VALUES (?, ?)')
    this.hasDedupe = db.prepare<[string], number>('SELECT 1 FROM event_dedupe WHERE key = ?').pluck()
    this.byId = db.prepare<[string], EventRow>('SELECT * FROM event WHERE id = ?')
    this.byDedupe = db.prepare<[string], EventRow>(
      'SELECT * FROM event WHERE seq = (SELECT seq FROM event_dedupe WHERE key = ?)',
    )
    this.dedupeOf = db.prepare<[number], string>('SELECT key FROM event_dedupe WHERE seq = ? ORDER BY key').pluck()
    this.deleteEvidence = db.prepare<[string]>('DELETE FROM evidence WHERE key = ?')
    this.putEvidence = db.prepare<[string, string]>(
      'INSERT INTO evidence (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    )
  }

  async append(
    events: readonly NewEvent[],
    evidence: readonly EvidenceRow[],
  ): Promise<{ lastSeq: number; duplicates: string[] }> {
    return this.durably(() => this.appendNow(events, evidence))
  }

  async appendAfter(
    compose: (lastSeq: number) => Promise<readonly NewEvent[]>,
  ): Promise<{ lastSeq: number; duplicates: string[] }> {
    const before = this.lastSeq()
    const events = await compose(before)
    return this.durably(() => {
      if (this.lastSeq() !== before) throw new AppError('conflict', 'Another process has written to the log meanwhile.')
      return this.appendNow(events, [])
    })
  }

  private appendNow(
    events: readonly NewEvent[],
    evidence: readonly EvidenceRow[],
  ): { lastSeq: number; duplicates: string[] } {
    const duplicates = events.filter((event) => !this.appendOne(event)).map((event) => event.id)
    for (const { key, value } of evidence) {
      if (value === null) this.deleteEvidence.run(key)
      else this.putEvidence.run(key, value)
    }
    return { lastSeq: this.lastSeq(), duplicates }
  }

  async event(id: string): Promise<LogEvent | undefined> {
    return this.whole(this.byId.get(id))
  }

  async eventByDedupe(key: string): Promise<LogEvent | undefined> {
    return this.whole(this.byDedupe.get(key))
  }

  async *events(after: number): AsyncIterable<LogEvent> {
    // pages instead of an open cursor: an open cursor would block every other statement on this connection
    const page = this.db.prepare<[number], EventRow>(`SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ${PAGE}`)
    const keys = this.db
      .prepare<[number, number], [number, string]>(
        'SELECT seq, key FROM event_dedupe WHERE seq BETWEEN ? AND ? ORDER BY seq, key',
      )
      .raw()
    for (let last = after; ; ) {
      const rows = page.all(last)
      if (rows.length === 0) return
      const dedupe = new Map<number, string[]>()
      for (const [seq, key] of keys.all(rows[0]!.seq, rows.at(-1)!.seq)) {
        dedupe.set(seq, [...(dedupe.get(seq) ?? []), key])
      }
      for (const row of rows) yield eventOf(row, dedupe.get(row.seq) ?? [])
      last = rows.at(-1)!.seq
    }
  }

  async *evidence(): AsyncIterable<EvidenceRow> {
    yield* this.rows('evidence')
  }

  async replaceEvidence(rows: Iterable<EvidenceRow>): Promise<void> {
    await this.durably(() => {
      this.db.prepare('DELETE FROM evidence').run()
      for (const { key, value } of rows) if (value !== null) this.putEvidence.run(key, value)
    })
  }

  async compact(through: number, rows: Iterable<EvidenceRow>): Promise<number> {
    return this.durably(() => {
      this.db.prepare('DELETE FROM checkpoint').run()
      const put = this.db.prepare<[string, string]>('INSERT INTO checkpoint (key, value) VALUES (?, ?)')
      for (const { key, value } of rows) if (value !== null) put.run(key, value)
      const { changes } = this.db.prepare<[number]>('DELETE FROM event WHERE seq <= ?').run(through)
      this.putMeta(COMPACTED, String(through))
      return changes
    })
  }

  async forgetUnreported(
    after: number,
    before: number,
    limit: number,
  ): Promise<{ through: number; removed: number } | undefined> {
    const { through, oldest } = this.db
      .prepare<[number, number], { through: number; oldest: number }>(
        'SELECT max(seq) AS through, min(at) AS oldest FROM (SELECT seq, at FROM event WHERE seq > ? ORDER BY seq LIMIT ?)',
      )
      .get(after, limit)!
    if (through === null || oldest >= before) return undefined
    const unreported = this.db.prepare<[number, number, number]>(
      `DELETE FROM event WHERE seq > ? AND seq <= ? AND at < ? AND kind = 'impression' AND NOT EXISTS
         (SELECT 1 FROM event_dedupe WHERE key > 'o/' || event.id || '/' AND key < 'o/' || event.id || '0')`,
    )
    const { changes } = await this.durably(() => unreported.run(after, through, before))
    return { through, removed: changes }
  }

  async compacted(): Promise<number> {
    return Number((await this.meta(COMPACTED)) ?? 0)
  }

  async *checkpoint(): AsyncIterable<EvidenceRow> {
    yield* this.rows('checkpoint')
  }

  async meta(key: string): Promise<string | undefined> {
    return this.db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck().get(key)
  }

  async setMeta(key: string, value: string): Promise<void> {
    await this.durably(() => this.putMeta(key, value))
  }

  async initMeta(key: string, value: string): Promise<string> {
    await this.durably(() =>
      this.db.prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING').run(key, value),
    )
    return (await this.meta(key))!
  }

  /** In one transaction; on disk when it resolves. */
  private async durably<T>(work: () => T): Promise<T> {
    const result = await transact(this.db, work)
    await this.wal.settled()
    return result
  }

  private putMeta(key: string, value: string): void {
    this.db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value)
  }

  private appendOne(event: NewEvent): boolean {
    if (event.dedupe.some((key) => this.hasDedupe.get(key) !== undefined)) return false
    const { changes, lastInsertRowid } = this.insertEvent.run(
      event.kind,
      event.at,
      event.id,
      JSON.stringify(event.payload),
    )
    if (changes === 0) return false
    for (const key of new Set(event.dedupe)) this.insertDedupe.run(key, Number(lastInsertRowid))
    return true
  }

  private lastSeq(): number {
    return this.db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'event'").pluck().get() ?? 0
  }

  private whole(row: EventRow | undefined): LogEvent | undefined {
    return row && eventOf(row, this.dedupeOf.all(row.seq))
  }

  private *rows(table: 'evidence' | 'checkpoint'): Generator<EvidenceRow> {
    const page = this.db.prepare<[string], EvidenceRow>(
      `SELECT key, value FROM ${table} WHERE key > ? ORDER BY key LIMIT ${PAGE}`,
    )
    for (let last = ''; ; ) {
      const rows = page.all(last)
      yield* rows
      if (rows.length < PAGE) return
      last = rows.at(-1)!.key
    }
  }
}

const eventOf = (row: EventRow, dedupe: string[]): LogEvent => ({
  seq: row.seq,
  kind: row.kind,
  at: row.at,
  id: row.id,
  dedupe,
  payload: JSON.parse(row.payload),
})
