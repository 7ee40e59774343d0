import type { Capability } from '../../core/catalogue.js'
import type { AppliedChange, CatalogueChange, Generation, ToolPut } from '../store.js'
import type { Queryable } from './client.js'
import { notify } from './notify.js'
import { type CapabilityRow, inPieces } from './rows.js'
import { toText } from './text.js'

/** A capability on its way into the table. */
interface Incoming {
  id: string
  slug: string
  ordinal: number
  name: string
  record: string
  hash: string
  texts: string
  capability: Omit<Capability, 'label' | 'bornAt'>
}

/** One publication, inside its transaction: set-based, a few statements per 2,000 rows whatever the number of tools. */
export class CatalogueWriter {
  private readonly connection: Queryable
  private readonly schema: string

  constructor(connection: Queryable, schema: string) {
    this.connection = connection
    this.schema = schema
  }

  async apply(change: CatalogueChange): Promise<AppliedChange> {
    // the lock that puts publications one after the other: labels and generations ascend in the order of the commits
    const label = await this.lockCounter('label')
    const incoming = change.put.flatMap(incomingOf)
    const births = await this.births(incoming)
    const removed = await this.removeTools(change.remove)
    // first everything that leaves, then everything that comes: a capability may move from one tool to another
    removed.push(...(await this.dropChanged(change.put, incoming)))
    await this.putTools(change)
    const kept = await this.keepUnchanged(incoming)
    const fresh = incoming.filter(({ id }) => !kept.has(id))
    const added = fresh.map(({ id, capability }, i) => ({
      ...capability,
      label: label + i + 1,
      bornAt: births.get(id) ?? change.at,
    }))
    await this.insert(fresh, added)
    await this.setCounter('label', label + added.length)
    for (const some of inPieces(incoming)) {
      await this.connection.query('DELETE FROM retired WHERE id = ANY ($1::text[])', [some.map(({ id }) => id)])
    }
    await this.connection.query(`DELETE FROM former WHERE left_at < now() - interval '1 hour'`)
    const generation = await this.publish(change)
    await notify(this.connection, this.schema, { generation: generation.id })
    return { generation, added, removed }
  }

  private async lockCounter(name: string): Promise<number> {
    const { rows } = await this.connection.query<{ value: number }>(
      'SELECT value FROM counter WHERE name = $1 FOR UPDATE',
      [name],
    )
    return rows[0]!.value
  }

  private async setCounter(name: string, value: number): Promise<void> {
    await this.connection.query('UPDATE counter SET value = $2 WHERE name = $1', [name, value])
  }

  private async removeTools(slugs: readonly string[]): Promise<number[]> {
    const removed: number[] = []
    for (const some of inPieces(slugs)) {
      const { rows } = await this.connection.query<{ label: number }>(
        'SELECT label FROM capability WHERE tool_slug = ANY ($1::text[])',
        [some],
      )
      await this.retire(rows.map(({ label }) => label))
      removed.push(...rows.map((row) => row.label))
      await this.connection.query('DELETE FROM tool WHERE slug = ANY ($1::text[])', [some])
    }
    return removed.sort((a, b) => a - b)
  }

  /** Deletes capabilities, keeping what they were. */
  private async retire(labels: readonly number[]): Promise<void> {
    for (const some of inPieces(labels)) {
      await this.connection.query(
        `INSERT INTO retired SELECT id, tool_slug, record, born_at FROM capability WHERE label = ANY ($1::bigint[])
         ON CONFLICT (id) DO UPDATE SET tool_slug = excluded.tool_slug, record = excluded.record, born_at = excluded.born_at`,
        [some],
      )
      await this.connection.query(
        `INSERT INTO former SELECT label, id, tool_slug, record, born_at FROM capability WHERE label = ANY ($1::bigint[])`,
        [some],
      )
      await this.connection.query('DELETE FROM capability WHERE label = ANY ($1::bigint[])', [some])
    }
  }

  /** When each capability id was first seen, so that neither a change of text nor a leave makes it a newcomer. */
  private async births(incoming: readonly Incoming[]): Promise<Map<string, number>> {
    const births = new Map<string, number>()
    for (const some of inPieces(incoming)) {
      const { rows } = await this.connection.query<CapabilityRow>(
        'SELECT id, born_at FROM retired WHERE id = ANY ($1::text[]) UNION ALL SELECT id, born_at FROM capability WHERE id = ANY ($1::text[])',
        [some.map(({ id }) => id)],
      )
      for (const row of rows) births.set(row.id, row.born_at)
    }
    return births
  }

  /** Deletes what these tools no longer have, what has another hash now, and what another tool had under one of the ids. */
  private async dropChanged(puts: readonly ToolPut[], incoming: readonly Incoming[]): Promise<number[]> {
    const wanted = new Map(incoming.map((one) => [one.id, one]))
    const drop: number[] = []
    const keys = [...puts.map((put) => put.record.slug), ...incoming.map(({ id }) => id)]
    for (const some of inPieces(keys)) {
      const { rows } = await this.connection.query<CapabilityRow>(
        'SELECT label, id, tool_slug, hash FROM capability WHERE tool_slug = ANY ($1::text[]) OR id = ANY ($1::text[])',
        [some],
      )
      for (const row of rows) {
        const next = wanted.get(row.id)
        if (next?.slug !== row.tool_slug || next.hash !== row.hash) drop.push(row.label)
      }
    }
    const labels = [...new Set(drop)].sort((a, b) => a - b)
    await this.retire(labels)
    return labels
  }

  private async putTools({ put, at }: CatalogueChange): Promise<void> {
    for (const some of inPieces(put)) {
      const tools = some.map(({ record: { capabilities: _, ...tool }, hash }) => ({ tool, hash }))
      await this.connection.query(
        `INSERT INTO tool (slug, record, hash, born_at)
         SELECT *, $4::bigint FROM unnest($1::text[], $2::text[], $3::text[])
         ON CONFLICT (slug) DO UPDATE SET record = excluded.record, hash = excluded.hash`,
        [
          tools.map(({ tool }) => tool.slug),
          tools.map(({ tool }) => JSON.stringify(tool)),
          tools.map(({ hash }) => hash),
          at,
        ],
      )
    }
  }

  /** Writes order and record of the capabilities that are there already; answers their ids. */
  private async keepUnchanged(incoming: readonly Incoming[]): Promise<Set<string>> {
    const kept = new Set<string>()
    for (const some of inPieces(incoming)) {
      const { rows } = await this.connection.query<{ id: string }>(
        `UPDATE capability SET ordinal = ($2::int[])[array_position($1::text[], id)],
           record = ($3::text[])[array_position($1::text[], id)], name = ($4::text[])[array_position($1::text[], id)]
         WHERE id = ANY ($1::text[]) RETURNING id`,
        [
          some.map(({ id }) => id),
          some.map(({ ordinal }) => ordinal),
          some.map(({ record }) => record),
          some.map(({ name }) => name),
        ],
      )
      for (const { id } of rows) kept.add(id)
    }
    return kept
  }

  private async insert(fresh: readonly Incoming[], added: readonly Capability[]): Promise<void> {
    const rows = fresh.map((one, i) => ({ ...one, label: added[i]!.label, bornAt: added[i]!.bornAt }))
    for (const some of inPieces(rows)) {
      await this.connection.query(
        `INSERT INTO capability (label, born_at, id, tool_slug, ordinal, name, record, hash, texts)
         SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[])`,
        [
          some.map(({ label }) => label),
          some.map(({ bornAt }) => bornAt),
          some.map(({ id }) => id),
          some.map(({ slug }) => slug),
          some.map(({ ordinal }) => ordinal),
          some.map(({ name }) => name),
          some.map(({ record }) => record),
          some.map(({ hash }) => hash),
          some.map(({ texts }) => texts),
        ],
      )
    }
  }

  private async publish({ at, model, dims }: CatalogueChange): Promise<Generation> {
    const { rows } = await this.connection.query<Generation>(
      `WITH next AS (UPDATE counter SET value = value + 1 WHERE name = 'generation' RETURNING value)
       INSERT INTO generation (id, at, model, dims, capabilities, tools)
       SELECT value, $1::bigint, $2::text, $3::int, (SELECT count(*) FROM capability), (SELECT count(*) FROM tool) FROM next
       RETURNING *`,
      [at, model, dims],
    )
    return rows[0]!
  }
}

const incomingOf = ({ record: tool, capabilities }: ToolPut): Incoming[] =>
  capabilities.map(({ id, hash, texts }, ordinal) => {
    const record = { ...tool.capabilities[ordinal]!, id }
    return {
      id,
      slug: tool.slug,
      ordinal,
      name: toText(record.name),
      record: JSON.stringify(record),
      hash,
      texts: JSON.stringify(texts),
      capability: { ...record, toolSlug: tool.slug },
    }
  })
