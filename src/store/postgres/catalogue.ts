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
} from '../store.js'
import { CatalogueWriter } from './catalogue-write.js'
import type { Client } from './client.js'
import { type CapabilityRow, inPieces, PAGE, type ToolRow } from './rows.js'
import { fromText } from './text.js'

/** What of a capability's row is shown. */
type ShownRow = Pick<CapabilityRow, 'label' | 'id' | 'tool_slug' | 'record' | 'born_at'>

const capabilityOf = (row: ShownRow): Capability => ({
  ...JSON.parse(row.record),
  id: row.id,
  toolSlug: row.tool_slug,
  label: row.label,
  bornAt: row.born_at,
})
const floats = (bytes: Buffer): Float32Array =>
  new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))

/** The catalogue half of the PostgreSQL store. Streams are read in pages by key, so none holds a connection or a snapshot. */
export class PostgresCatalogue implements CatalogueStore {
  private readonly client: Client

  constructor(client: Client) {
    this.client = client
  }

  async generation(): Promise<Generation | undefined> {
    return (await this.client.query<Generation>('SELECT * FROM generation ORDER BY id DESC LIMIT 1')).rows[0]
  }

  async toolHashes(): Promise<Map<string, string>> {
    const { rows } = await this.client.query<ToolRow>('SELECT slug, hash FROM tool')
    return new Map(rows.map(({ slug, hash }) => [slug, hash]))
  }

  async tool(slug: string): Promise<StoredTool | undefined> {
    const { rows } = await this.client.query<ToolRow>('SELECT * FROM tool WHERE slug = $1', [slug])
    return (await this.withCapabilities(rows))[0]
  }

  async retired(slug?: string): Promise<Map<string, RetiredCapability[]>> {
    const { rows } = await this.client.query<{ tool_slug: string; id: string; record: string }>(
      'SELECT tool_slug, id, record FROM retired WHERE tool_slug = coalesce($1, tool_slug) ORDER BY id',
      [slug ?? null],
    )
    const bySlug = new Map<string, RetiredCapability[]>(rows.map((row) => [row.tool_slug, []]))
    for (const { tool_slug, id, record } of rows) bySlug.get(tool_slug)!.push({ ...JSON.parse(record), id })
    return bySlug
  }

  async *tools(): AsyncIterable<StoredTool> {
    for await (const rows of this.toolPages()) yield* await this.withCapabilities(rows)
  }

  async *outlines(): AsyncIterable<ToolOutline> {
    for await (const rows of this.toolPages()) {
      const owned = await this.client.query<CapabilityOutline & { slug: string; born: number }>(
        `SELECT label, id, name, born_at AS born, tool_slug AS slug
         FROM capability WHERE tool_slug BETWEEN $1 AND $2 ORDER BY tool_slug, ordinal`,
        [rows[0]!.slug, rows.at(-1)!.slug],
      )
      const bySlug = new Map(
        rows.map(({ slug, record, hash }) => [
          slug,
          { tool: JSON.parse(record) as Tool, hash, capabilities: [] as CapabilityOutline[] },
        ]),
      )
      for (const { slug, label, id, name, born } of owned.rows) {
        bySlug.get(slug)?.capabilities.push({ label, id, name: fromText(name), bornAt: born })
      }
      yield* bySlug.values()
    }
  }

  async capabilities(labels: readonly number[]): Promise<Capability[]> {
    const byLabel = new Map<number, Capability>()
    for (const table of ['capability', 'former']) {
      const missing = labels.filter((label) => !byLabel.has(label))
      if (missing.length === 0) break
      const { rows } = await this.client.query<ShownRow>(
        `SELECT label, id, tool_slug, record, born_at FROM ${table} WHERE label = ANY ($1::bigint[])`,
        [missing],
      )
      for (const row of rows) byLabel.set(row.label, capabilityOf(row))
    }
    return labels.flatMap((label) => byLabel.get(label) ?? [])
  }

  async labels(): Promise<Uint32Array> {
    const { rows } = await this.client.query<{ label: number }>('SELECT label FROM capability ORDER BY label')
    return Uint32Array.from(rows, (row) => row.label)
  }

  async *embedded(model: string, after: number): AsyncIterable<EmbeddedCapability> {
    for (let last = after; ; ) {
      const { rows } = await this.client.query<CapabilityRow>(
        `SELECT * FROM capability WHERE label > $1 ORDER BY label LIMIT ${PAGE}`,
        [last],
      )
      if (rows.length > 0) yield* await this.withVectors(model, rows)
      if (rows.length < PAGE) return
      last = rows.at(-1)!.label
    }
  }

  /** The named capabilities that have vectors of this model, ascending by label. */
  async embeddedOf(model: string, labels: readonly number[]): Promise<EmbeddedCapability[]> {
    const { rows } = await this.client.query<CapabilityRow>(
      'SELECT * FROM capability WHERE label = ANY ($1::bigint[]) ORDER BY label',
      [labels],
    )
    return this.withVectors(model, rows)
  }

  async missingEmbeddings(model: string, hashes: readonly string[]): Promise<string[]> {
    const wanted = [...new Set(hashes)]
    const known = new Set<string>()
    for (const some of inPieces(wanted)) {
      const { rows } = await this.client.query<{ hash: string }>(
        'SELECT hash FROM embedding WHERE model = $1 AND hash = ANY ($2::text[])',
        [model, some],
      )
      for (const { hash } of rows) known.add(hash)
    }
    return wanted.filter((hash) => !known.has(hash))
  }

  async putEmbeddings(model: string, embeddings: readonly StoredEmbedding[]): Promise<void> {
    // one row a hash: a statement may not touch a row twice
    const byHash = [...new Map(embeddings.map((one) => [one.hash, one])).values()]
    await this.client.transaction(async (connection) => {
      for (const some of inPieces(byHash)) {
        await connection.query(
          `INSERT INTO embedding (model, hash, vector) SELECT $1, * FROM unnest($2::text[], $3::bytea[])
           ON CONFLICT (model, hash) DO UPDATE SET vector = excluded.vector`,
          [
            model,
            some.map(({ hash }) => hash),
            some.map(({ vector }) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)),
          ],
        )
      }
    })
  }

  async pruneEmbeddings(): Promise<number> {
    const { count } = await this.client.query(
      `DELETE FROM embedding WHERE NOT EXISTS (
         SELECT FROM (SELECT json_array_elements_text(texts::json) AS hash FROM capability) AS used
         WHERE used.hash = embedding.hash)`,
    )
    return count
  }

  async apply(change: CatalogueChange): Promise<AppliedChange> {
    return this.client.transaction((connection) => new CatalogueWriter(connection, this.client.schema).apply(change))
  }

  private async *toolPages(): AsyncIterable<ToolRow[]> {
    for (let after = ''; ; ) {
      const { rows } = await this.client.query<ToolRow>(
        `SELECT * FROM tool WHERE slug > $1 ORDER BY slug LIMIT ${PAGE}`,
        [after],
      )
      if (rows.length > 0) yield rows
      if (rows.length < PAGE) return
      after = rows.at(-1)!.slug
    }
  }

  private async withCapabilities(tools: readonly ToolRow[]): Promise<StoredTool[]> {
    if (tools.length === 0) return []
    const { rows } = await this.client.query<CapabilityRow>(
      'SELECT * FROM capability WHERE tool_slug = ANY ($1::text[]) ORDER BY tool_slug, ordinal',
      [tools.map(({ slug }) => slug)],
    )
    const bySlug = new Map<string, Capability[]>(tools.map(({ slug }) => [slug, []]))
    for (const row of rows) bySlug.get(row.tool_slug)!.push(capabilityOf(row))
    return tools.map(({ slug, record, hash, born_at }) => ({
      tool: JSON.parse(record) as Tool,
      hash,
      bornAt: born_at,
      capabilities: bySlug.get(slug)!,
    }))
  }

  private async withVectors(model: string, rows: readonly CapabilityRow[]): Promise<EmbeddedCapability[]> {
    const texts = rows.map((row) => JSON.parse(row.texts) as string[])
    const [vectors, tools] = await Promise.all([
      this.client.query<{ hash: string; vector: Buffer }>(
        'SELECT hash, vector FROM embedding WHERE model = $1 AND hash = ANY ($2::text[])',
        [model, [...new Set(texts.flat())]],
      ),
      this.client.query<ToolRow>('SELECT * FROM tool WHERE slug = ANY ($1::text[])', [
        [...new Set(rows.map((row) => row.tool_slug))],
      ]),
    ])
    const vectorOf = new Map(vectors.rows.map((row) => [row.hash, row.vector]))
    const toolOf = new Map(tools.rows.map((row) => [row.slug, JSON.parse(row.record) as Tool]))
    return rows.flatMap((row, i) => {
      const blobs = texts[i]!.flatMap((hash) => vectorOf.get(hash) ?? [])
      const tool = toolOf.get(row.tool_slug)
      // a tool that left between the two statements: the next generation says so
      if (blobs.length === 0 || tool === undefined) return []
      const { name, description } = tool
      return { capability: capabilityOf(row), tool: { name, description }, vectors: floats(Buffer.concat(blobs)) }
    })
  }
}
