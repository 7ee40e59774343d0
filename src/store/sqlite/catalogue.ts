import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Capability, Tool } from '../../core/catalogue.js'
import type { CapabilityOutline, ToolOutline } from '../../core/outline.js'
import type {
  AppliedChange,
  CatalogueChange,
  CatalogueStore,
  EmbeddedCapability,
  Generation,
  RetiredCapability,
  StoredEmbedding,
  StoredTool,
  ToolPut,
} from '../store.js'
import { type Prepare, preparing, type Sqlite, transact } from './database.js'
import { ShownCapabilities } from './shown-capabilities.js'
import { WalSync } from './wal-sync.js'

export const CATALOGUE_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE generation (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, model TEXT NOT NULL, dims INTEGER NOT NULL,
    capabilities INTEGER NOT NULL, tools INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE tool (slug TEXT PRIMARY KEY, record TEXT NOT NULL, hash TEXT NOT NULL, born_at INTEGER NOT NULL) STRICT;
  -- AUTOINCREMENT: a label is never handed out twice, even when the highest one has been deleted
  CREATE TABLE capability (
    label INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    tool_slug TEXT NOT NULL REFERENCES tool (slug) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, record TEXT NOT NULL, hash TEXT NOT NULL, texts TEXT NOT NULL, born_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX capability_tool ON capability (tool_slug, ordinal);
  CREATE TABLE embedding (model TEXT NOT NULL, hash TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, hash)) STRICT;
`,
  `
  CREATE TABLE retired (id TEXT PRIMARY KEY, tool_slug TEXT NOT NULL, record TEXT NOT NULL, born_at INTEGER NOT NULL) STRICT;
  CREATE INDEX retired_tool ON retired (tool_slug);
`,
  `
  -- what a capability was under a label that is no more: shown by whoever still searches the generation before
  CREATE TABLE former (
    label INTEGER PRIMARY KEY, id TEXT NOT NULL, tool_slug TEXT NOT NULL, record TEXT NOT NULL, born_at INTEGER NOT NULL, left_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX former_left ON former (left_at);
  CREATE TRIGGER capability_leaves AFTER DELETE ON capability BEGIN
    INSERT OR REPLACE INTO former VALUES (old.label, old.id, old.tool_slug, old.record, old.born_at, unixepoch());
  END;
`,
]

/** What has left is kept for those who still search a generation that had it: so long, in seconds, may a server take to load a new one. */
const FORMER_SECONDS = 3600

interface ToolRow {
  slug: string
  record: string
  hash: string
  born_at: number
}
interface CapabilityRow {
  label: number
  id: string
  tool_slug: string
  record: string
  hash: string
  texts: string
  born_at: number
}

/** What of a capability's row is shown. */
type ShownRow = Pick<CapabilityRow, 'label' | 'id' | 'tool_slug' | 'record' | 'born_at'>

const capabilityOf = (row: ShownRow): Capability => ({
  ...JSON.parse(row.record),
  id: row.id,
  toolSlug: row.tool_slug,
  label: row.label,
  bornAt: row.born_at,
})
const floats = (blob: Buffer): Float32Array =>
  new Float32Array(blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength))
/** Capabilities, and tools for their hashes or labels, read at once when all are wanted: a few milliseconds. */
const CAPABILITIES_PAGE = 250
const HASHES_PAGE = 1000

/** The catalogue half of the SQLite store. Every method is one statement or one transaction on the connection it is given. */
export class SqliteCatalogue implements CatalogueStore {
  private readonly db: Sqlite
  private readonly wal: WalSync
  private readonly sql: Prepare
  private readonly shown = new ShownCapabilities()

  constructor(db: Sqlite, wal = new WalSync(db)) {
    this.db = db
    this.wal = wal
    this.sql = preparing(db)
  }

  async generation(): Promise<Generation | undefined> {
    const newest = this.sql<[], Generation>('SELECT * FROM generation ORDER BY id DESC LIMIT 1').get()
    this.shown.of(newest?.id)
    return newest
  }

  async toolHashes(): Promise<Map<string, string>> {
    const hashes = new Map<string, string>()
    const page = this.sql<[string], [string, string]>(
      `SELECT slug, hash FROM tool WHERE slug > ? ORDER BY slug LIMIT ${HASHES_PAGE}`,
    ).raw()
    for (let after = ''; ; await nextTurn()) {
      const rows = page.all(after)
      for (const [slug, hash] of rows) hashes.set(slug, hash)
      if (rows.length < HASHES_PAGE) return hashes
      after = rows.at(-1)![0]
    }
  }

  async tool(slug: string): Promise<StoredTool | undefined> {
    const row = this.sql<[string], ToolRow>('SELECT * FROM tool WHERE slug = ?').get(slug)
    return row && this.withCapabilities(row)
  }

  async retired(slug?: string): Promise<Map<string, RetiredCapability[]>> {
    const rows = this.sql<string[], [string, string, string]>(
      `SELECT tool_slug, id, record FROM retired ${slug === undefined ? '' : 'WHERE tool_slug = ?'} ORDER BY id`,
    )
      .raw()
      .all(...(slug === undefined ? [] : [slug]))
    const bySlug = new Map<string, RetiredCapability[]>(rows.map(([owner]) => [owner, []]))
    for (const [owner, id, record] of rows) bySlug.get(owner)!.push({ ...JSON.parse(record), id })
    return bySlug
  }

  async *tools(): AsyncIterable<StoredTool> {
    // pages instead of an open cursor: an open cursor would block every other statement on this connection
    let after = ''
    for (;;) {
      const rows = this.sql<[string], ToolRow>('SELECT * FROM tool WHERE slug > ? ORDER BY slug LIMIT 500').all(after)
      for (const row of rows) yield this.withCapabilities(row)
      if (rows.length < 500) return
      after = rows.at(-1)!.slug
    }
  }

  async *outlines(): AsyncIterable<ToolOutline> {
    const page = this.sql<[string], ToolRow>('SELECT * FROM tool WHERE slug > ? ORDER BY slug LIMIT 64')
    const owned = this.sql<[string, string], [string, number, string, string, number]>(
      `SELECT tool_slug, label, id, record ->> 'name', born_at
         FROM capability WHERE tool_slug BETWEEN ? AND ? ORDER BY tool_slug, ordinal`,
    ).raw()
    for (let after = ''; ; ) {
      const rows = page.all(after)
      const bySlug = new Map(
        rows.map((row) => [
          row.slug,
          { tool: JSON.parse(row.record) as Tool, hash: row.hash, capabilities: [] as CapabilityOutline[] },
        ]),
      )
      if (rows.length > 0) {
        for (const [slug, label, id, name, bornAt] of owned.iterate(rows[0]!.slug, rows.at(-1)!.slug))
          bySlug.get(slug)!.capabilities.push({ label, id, name, bornAt })
      }
      yield* bySlug.values()
      if (rows.length < 64) return
      after = rows.at(-1)!.slug
    }
  }

  async capabilities(labels: readonly number[]): Promise<Capability[]> {
    this.shown.makeRoom()
    for (const table of ['capability', 'former'] as const) {
      const missing = labels.filter((label) => !this.shown.has(label))
      if (missing.length === 0) break
      // one statement for all: each takes the read lock anew, which costs more than reading a row
      const rows = this.sql<[string], ShownRow>(
        `SELECT label, id, tool_slug, record, born_at FROM ${table} WHERE label IN (SELECT value FROM json_each(?))`,
      ).all(JSON.stringify(missing))
      for (const row of rows) this.shown.set(row.label, Object.freeze(capabilityOf(row)))
    }
    return labels.flatMap((label) => this.shown.get(label) ?? [])
  }

  /** To be called after the tables were written to without a publication. */
  forgetShown(): void {
    this.shown.clear()
  }

  async labels(): Promise<Uint32Array> {
    // from an index and sorted here: in the order of labels the table itself would be read, all records with it
    const select = 'SELECT label FROM capability INDEXED BY capability_tool WHERE tool_slug > ?'
    const between = this.sql<[string, string], number>(`${select} AND tool_slug <= ?`).pluck()
    const behind = this.sql<[string], number>(select).pluck()
    const border = this.sql<[string], string>(
      `SELECT slug FROM tool WHERE slug > ? ORDER BY slug LIMIT 1 OFFSET ${HASHES_PAGE - 1}`,
    ).pluck()
    const pages: number[][] = []
    for (let after = ''; ; await nextTurn()) {
      const last = border.get(after)
      pages.push(last === undefined ? behind.all(after) : between.all(after, last))
      if (last === undefined) return Uint32Array.from(pages.flat()).sort()
      after = last
    }
  }

  async *embedded(model: string, after: number): AsyncIterable<EmbeddedCapability> {
    const page = this.sql<[number], CapabilityRow & { name: string; description: string }>(
      `SELECT capability.*, tool.record ->> 'name' AS name, tool.record ->> 'description' AS description
       FROM capability JOIN tool ON tool.slug = capability.tool_slug WHERE label > ? ORDER BY label LIMIT ${CAPABILITIES_PAGE}`,
    )
    const vector = this.sql<[string, string], Buffer>(
      'SELECT vector FROM embedding WHERE model = ? AND hash = ?',
    ).pluck()
    for (let last = after; ; ) {
      const rows = page.all(last)
      for (const row of rows) {
        const blobs = (JSON.parse(row.texts) as string[]).flatMap((hash) => vector.get(model, hash) ?? [])
        if (blobs.length === 0) continue
        const { name, description } = row
        yield { capability: capabilityOf(row), tool: { name, description }, vectors: floats(Buffer.concat(blobs)) }
      }
      if (rows.length < CAPABILITIES_PAGE) return
      last = rows.at(-1)!.label
    }
  }

  async missingEmbeddings(model: string, hashes: readonly string[]): Promise<string[]> {
    const known = this.sql<[string, string], number>('SELECT 1 FROM embedding WHERE model = ? AND hash = ?').pluck()
    return [...new Set(hashes)].filter((hash) => known.get(model, hash) === undefined)
  }

  async putEmbeddings(model: string, embeddings: readonly StoredEmbedding[]): Promise<void> {
    const insert = this.sql('INSERT OR REPLACE INTO embedding (model, hash, vector) VALUES (?, ?, ?)')
    await transact(this.db, () => {
      for (const { hash, vector } of embeddings) {
        insert.run(model, hash, Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength))
      }
    })
    this.wal.committed()
  }

  async pruneEmbeddings(): Promise<number> {
    return this.sql(
      'DELETE FROM embedding WHERE hash NOT IN (SELECT value FROM capability, json_each(capability.texts))',
    ).run().changes
  }

  async apply(change: CatalogueChange): Promise<AppliedChange> {
    const applied = await transact(this.db, () => this.applyNow(change))
    this.shown.of(applied.generation.id)
    await this.wal.settled()
    return applied
  }

  private applyNow(change: CatalogueChange): AppliedChange {
    const added: Capability[] = []
    const removed: number[] = []
    const labelsOf = this.sql<[string], number>('SELECT label FROM capability WHERE tool_slug = ?').pluck()
    const isKnown = this.sql<[string]>('SELECT 1 FROM tool WHERE slug = ?')
    const removeTool = this.sql('DELETE FROM tool WHERE slug = ?')
    const births = this.births(change.put)
    let tools = 0
    for (const slug of change.remove) {
      const labels = labelsOf.all(slug)
      for (const label of labels) this.retire(label)
      removed.push(...labels)
      tools -= removeTool.run(slug).changes
    }
    // first everything that leaves, then everything that comes: a capability may move from one tool to another
    for (const put of change.put) removed.push(...this.dropChanged(put))
    for (const put of change.put) {
      if (!isKnown.get(put.record.slug)) tools++
      added.push(...this.putTool(put, change.at, births))
    }
    this.forgetFormer()
    return { generation: this.publish(change, { capabilities: added.length - removed.length, tools }), added, removed }
  }

  /** Drops what left so long ago that nobody searches it any more. */
  forgetFormer(): void {
    this.sql('DELETE FROM former WHERE left_at < unixepoch() - ?').run(FORMER_SECONDS)
  }

  private retire(label: number): void {
    this.sql(
      'INSERT OR REPLACE INTO retired SELECT id, tool_slug, record, born_at FROM capability WHERE label = ?',
    ).run(label)
  }

  /** When each capability id of these tools was first seen, so that neither a change of text nor a leave makes it a newcomer. */
  private births(puts: readonly ToolPut[]): Map<string, number> {
    const ids = JSON.stringify(puts.flatMap((put) => put.capabilities.map((c) => c.id)))
    const births = new Map<string, number>()
    for (const table of ['retired', 'capability'] as const) {
      const rows = this.sql<[string], [string, number]>(
        `SELECT id, born_at FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`,
      ).raw()
      for (const [id, at] of rows.all(ids)) births.set(id, at)
    }
    return births
  }

  private dropChanged(put: ToolPut): number[] {
    const kept = new Map(put.capabilities.map((c) => [c.id, c.hash]))
    const drop = this.sql('DELETE FROM capability WHERE label = ?')
    const owned = this.sql<[string], CapabilityRow>('SELECT * FROM capability WHERE tool_slug = ?').all(put.record.slug)
    const gone = owned.filter((row) => kept.get(row.id) !== row.hash)
    const byId = this.sql<[string, string], number>(
      'SELECT label FROM capability WHERE id = ? AND tool_slug <> ?',
    ).pluck()
    const labels = [
      ...gone.map((row) => row.label),
      ...put.capabilities.flatMap((c) => byId.get(c.id, put.record.slug) ?? []),
    ]
    for (const label of labels) {
      this.retire(label)
      drop.run(label)
    }
    return labels
  }

  private putTool(put: ToolPut, at: number, births: Map<string, number>): Capability[] {
    const { capabilities, ...tool } = put.record
    this.sql(
      `INSERT INTO tool (slug, record, hash, born_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (slug) DO UPDATE SET record = excluded.record, hash = excluded.hash`,
    ).run(tool.slug, JSON.stringify(tool), put.hash, at)
    const keep = this.sql('UPDATE capability SET ordinal = ?, record = ? WHERE id = ?')
    const insert = this.sql(
      'INSERT INTO capability (id, tool_slug, ordinal, record, hash, texts, born_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    const comeBack = this.sql('DELETE FROM retired WHERE id = ?')
    const added: Capability[] = []
    put.capabilities.forEach(({ id, hash, texts }, ordinal) => {
      comeBack.run(id)
      const record = { ...capabilities[ordinal]!, id }
      const json = JSON.stringify(record)
      if (keep.run(ordinal, json, id).changes > 0) return
      const bornAt = births.get(id) ?? at
      const label = Number(
        insert.run(id, tool.slug, ordinal, json, hash, JSON.stringify(texts), bornAt).lastInsertRowid,
      )
      added.push({ ...record, toolSlug: tool.slug, label, bornAt })
    })
    return added
  }

  /** @param more than in the generation before: counting a hundred thousand rows would take longer than the rest of a small change */
  private publish({ at, model, dims }: CatalogueChange, more: Pick<Generation, 'capabilities' | 'tools'>): Generation {
    return this.sql<[number, string, number, number, number], Generation>(
      `INSERT INTO generation (at, model, dims, capabilities, tools)
       SELECT ?, ?, ?, ? + coalesce(max(capabilities), 0), ? + coalesce(max(tools), 0)
       FROM (SELECT capabilities, tools FROM generation ORDER BY id DESC LIMIT 1) RETURNING *`,
    ).get(at, model, dims, more.capabilities, more.tools)!
  }

  private withCapabilities(row: ToolRow): StoredTool {
    const rows = this.sql<[string], CapabilityRow>('SELECT * FROM capability WHERE tool_slug = ? ORDER BY ordinal').all(
      row.slug,
    )
    return {
      tool: JSON.parse(row.record) as Tool,
      hash: row.hash,
      bornAt: row.born_at,
      capabilities: rows.map(capabilityOf),
    }
  }
}
