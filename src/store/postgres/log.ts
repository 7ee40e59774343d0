import { AsyncLocalStorage } from 'node:async_hooks'
import type { EvidenceRow, LogEvent, LogStore, NewEvent } from '../store.js'
import type { Client, Queryable } from './client.js'
import { notify } from './notify.js'
import { inPieces, PAGE } from './rows.js'
import { fromText, toText } from './text.js'

interface EventRow {
  seq: number
  kind: string
  at: number
  id: string
  payload: string
  dedupe: string[]
}

/** Name under which the last compacted sequence number is kept. */
const COMPACTED = 'log.compacted'
const EVENT = `SELECT *, ARRAY(SELECT key FROM event_dedupe WHERE seq = event.seq ORDER BY key) AS dedupe FROM event`

/**
 * The log half of the PostgreSQL store. Appends take turns on the row of the counter, so sequence numbers ascend in the order of the
 * commits: whoever has read up to n has missed nothing below n.
 */
export class PostgresLog implements LogStore {
  private readonly client: Client
  /** The connection of the turn that a read is part of: one transaction must not wait for another connection. */
  private readonly turn = new AsyncLocalStorage<Queryable>()

  constructor(client: Client) {
    this.client = client
  }

  private get reader(): Queryable {
    return this.turn.getStore() ?? this.client
  }

  async append(
    events: readonly NewEvent[],
    evidence: readonly EvidenceRow[],
  ): Promise<{ lastSeq: number; duplicates: string[] }> {
    return this.client.transaction(async (connection) => {
      const lastSeq = await this.takeTurn(connection)
      const appended = await this.appendIn(connection, lastSeq, events)
      await writeEvidence(connection, evidence)
      return appended
    })
  }

  async appendAfter(
    compose: (lastSeq: number) => Promise<readonly NewEvent[]>,
  ): Promise<{ lastSeq: number; duplicates: string[] }> {
    return this.client.transaction(async (connection) => {
      const lastSeq = await this.takeTurn(connection)
      const events = await this.turn.run(connection, () => compose(lastSeq))
      return this.appendIn(connection, lastSeq, events)
    })
  }

  /** Waits until nobody else appends; the turn ends with the transaction. */
  private async takeTurn(connection: Queryable): Promise<number> {
    const { rows } = await connection.query<{ value: number }>(
      `SELECT value FROM counter WHERE name = 'event' FOR UPDATE`,
    )
    return rows[0]!.value
  }

  private async appendIn(
    connection: Queryable,
    before: number,
    events: readonly NewEvent[],
  ): Promise<{ lastSeq: number; duplicates: string[] }> {
    const { fresh, duplicates } = await withoutDuplicates(connection, events)
    const lastSeq = before + fresh.length
    if (fresh.length > 0) {
      await insertEvents(connection, fresh, before)
      await connection.query(`UPDATE counter SET value = $1 WHERE name = 'event'`, [lastSeq])
      await notify(connection, this.client.schema, { event: lastSeq })
    }
    return { lastSeq, duplicates }
  }

  async event(id: string): Promise<LogEvent | undefined> {
    return this.one(`${EVENT} WHERE id = $1`, toText(id))
  }

  async eventByDedupe(key: string): Promise<LogEvent | undefined> {
    return this.one(`${EVENT} WHERE seq = (SELECT seq FROM event_dedupe WHERE key = $1)`, toText(key))
  }

  async *events(after: number): AsyncIterable<LogEvent> {
    for (let last = after; ; ) {
      const { rows } = await this.reader.query<EventRow>(`${EVENT} WHERE seq > $1 ORDER BY seq LIMIT ${PAGE}`, [last])
      if (rows.length === 0) return
      yield* rows.map(eventOf)
      last = rows.at(-1)!.seq
    }
  }

  evidence(): AsyncIterable<EvidenceRow> {
    return this.rows('evidence')
  }

  async replaceEvidence(rows: Iterable<EvidenceRow>): Promise<void> {
    await this.client.transaction((connection) => replace(connection, 'evidence', rows))
  }

  async compact(through: number, rows: Iterable<EvidenceRow>): Promise<number> {
    return this.client.transaction(async (connection) => {
      await replace(connection, 'checkpoint', rows)
      const { count } = await connection.query('DELETE FROM event WHERE seq <= $1', [through])
      await putMeta(connection, COMPACTED, String(through))
      return count
    })
  }

  async forgetUnreported(
    after: number,
    before: number,
    limit: number,
  ): Promise<{ through: number; removed: number } | undefined> {
    const { rows } = await this.client.query<{ through: number | null; oldest: number }>(
      'SELECT max(seq) AS through, min(at) AS oldest FROM (SELECT seq, at FROM event WHERE seq > $1 ORDER BY seq LIMIT $2) AS page',
      [after, limit],
    )
    const { through, oldest } = rows[0]!
    if (through === null || oldest >= before) return undefined
    const { count } = await this.client.query(
      `DELETE FROM event WHERE seq > $1 AND seq <= $2 AND at < $3 AND kind = 'impression' AND NOT EXISTS
         (SELECT 1 FROM event_dedupe WHERE key > 'o/' || event.id || '/' AND key < 'o/' || event.id || '0')`,
      [after, through, before],
    )
    return { through, removed: count }
  }

  async compacted(): Promise<number> {
    return Number((await this.meta(COMPACTED)) ?? 0)
  }

  checkpoint(): AsyncIterable<EvidenceRow> {
    return this.rows('checkpoint')
  }

  async meta(key: string): Promise<string | undefined> {
    const { rows } = await this.reader.query<{ value: string }>('SELECT value FROM meta WHERE key = $1', [toText(key)])
    return rows[0] && fromText(rows[0].value)
  }

  async setMeta(key: string, value: string): Promise<void> {
    await putMeta(this.client, key, value)
  }

  async initMeta(key: string, value: string): Promise<string> {
    await this.client.query('INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING', [
      toText(key),
      toText(value),
    ])
    return (await this.meta(key))!
  }

  private async one(sql: string, key: string): Promise<LogEvent | undefined> {
    const { rows } = await this.reader.query<EventRow>(sql, [key])
    return rows[0] && eventOf(rows[0])
  }

  /** In one statement, so that all rows are of one moment. */
  private async *rows(table: 'evidence' | 'checkpoint'): AsyncIterable<EvidenceRow> {
    const { rows } = await this.reader.query<{ key: string; value: string }>(
      `SELECT key, value FROM ${table} ORDER BY key`,
    )
    for (const { key, value } of rows) yield { key: fromText(key), value: fromText(value) }
  }
}

/** Events whose id and keys are all new, in order; the caller holds the lock, so nobody adds any meanwhile. */
async function withoutDuplicates(
  connection: Queryable,
  events: readonly NewEvent[],
): Promise<{ fresh: NewEvent[]; duplicates: string[] }> {
  const ids = new Set<string>()
  const keys = new Set<string>()
  for (const some of inPieces(events)) {
    const { rows } = await connection.query<{ id: string | null; key: string | null }>(
      `SELECT id, NULL AS key FROM event WHERE id = ANY ($1::text[])
       UNION ALL SELECT NULL, key FROM event_dedupe WHERE key = ANY ($2::text[])`,
      [some.map(({ id }) => toText(id)), some.flatMap(({ dedupe }) => dedupe.map(toText))],
    )
    for (const { id, key } of rows) {
      if (id !== null) ids.add(fromText(id))
      if (key !== null) keys.add(fromText(key))
    }
  }
  const fresh: NewEvent[] = []
  const duplicates: string[] = []
  for (const event of events) {
    if (ids.has(event.id) || event.dedupe.some((key) => keys.has(key))) {
      duplicates.push(event.id)
      continue
    }
    ids.add(event.id)
    for (const key of event.dedupe) keys.add(key)
    fresh.push(event)
  }
  return { fresh, duplicates }
}

async function insertEvents(connection: Queryable, events: readonly NewEvent[], after: number): Promise<void> {
  const numbered = events.map((event, i) => ({ ...event, seq: after + i + 1 }))
  for (const some of inPieces(numbered)) {
    const keys = some.flatMap(({ seq, dedupe }) => [...new Set(dedupe)].map((key) => ({ seq, key: toText(key) })))
    await connection.query(
      `INSERT INTO event (seq, kind, at, id, payload)
       SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[])`,
      [
        some.map(({ seq }) => seq),
        some.map(({ kind }) => kind),
        some.map(({ at }) => at),
        some.map(({ id }) => toText(id)),
        some.map(({ payload }) => JSON.stringify(payload)),
      ],
    )
    if (keys.length === 0) continue
    await connection.query('INSERT INTO event_dedupe (seq, key) SELECT * FROM unnest($1::bigint[], $2::text[])', [
      keys.map(({ seq }) => seq),
      keys.map(({ key }) => key),
    ])
  }
}

/** The last value of each key counts; null deletes. */
async function writeEvidence(connection: Queryable, rows: readonly EvidenceRow[]): Promise<void> {
  const last = [...new Map(rows.map(({ key, value }) => [key, value]))]
  const gone = last.filter(([, value]) => value === null).map(([key]) => toText(key))
  for (const some of inPieces(gone)) {
    await connection.query('DELETE FROM evidence WHERE key = ANY ($1::text[])', [some])
  }
  await putRows(connection, 'evidence', last)
}

async function replace(
  connection: Queryable,
  table: 'evidence' | 'checkpoint',
  rows: Iterable<EvidenceRow>,
): Promise<void> {
  await connection.query(`DELETE FROM ${table}`)
  await putRows(
    connection,
    table,
    [...rows].map(({ key, value }) => [key, value] as const),
  )
}

async function putRows(
  connection: Queryable,
  table: 'evidence' | 'checkpoint',
  rows: readonly (readonly [key: string, value: string | null])[],
): Promise<void> {
  const present = rows.filter((row): row is readonly [string, string] => row[1] !== null)
  for (const some of inPieces(present)) {
    await connection.query(
      `INSERT INTO ${table} (key, value) SELECT * FROM unnest($1::text[], $2::text[])
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      [some.map(([key]) => toText(key)), some.map(([, value]) => toText(value))],
    )
  }
}

async function putMeta(connection: Queryable, key: string, value: string): Promise<void> {
  await connection.query(
    'INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    [toText(key), toText(value)],
  )
}

const eventOf = ({ seq, kind, at, id, payload, dedupe }: EventRow): LogEvent => ({
  seq,
  kind,
  at,
  id: fromText(id),
  dedupe: dedupe.map(fromText),
  payload: JSON.parse(payload),
})
