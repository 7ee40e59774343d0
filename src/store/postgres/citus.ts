import { AppError } from '../../core/errors.js'
import type { Client } from './client.js'

/**
 * Takes the tables from one server to many. Citus wants every key to contain the column that a table is spread by, and keeps no key that
 * spans shards. So tools and their capabilities lie together by slug, embeddings by text, events and their keys by sequence number. What
 * such a key no longer guards (a capability's id and label, an event's id, a dedupe key) is guarded by the row of the counter, which
 * writers lock before they look whether it is there already. Small tables (counter, generation, retired, former, evidence, checkpoint, meta) stay where
 * they are.
 */
const STATEMENTS: readonly string[] = [
  'ALTER TABLE capability DROP CONSTRAINT capability_tool_slug_fkey',
  'ALTER TABLE capability DROP CONSTRAINT capability_pkey, ADD PRIMARY KEY (tool_slug, label)',
  'ALTER TABLE capability DROP CONSTRAINT capability_id_key',
  'CREATE INDEX capability_label ON capability (label)',
  'CREATE INDEX capability_id ON capability (id)',
  'ALTER TABLE event DROP CONSTRAINT event_id_key',
  'CREATE INDEX event_id ON event (id)',
  'ALTER TABLE event_dedupe DROP CONSTRAINT event_dedupe_seq_fkey',
  'ALTER TABLE event_dedupe DROP CONSTRAINT event_dedupe_pkey, ADD PRIMARY KEY (key, seq)',
  `SELECT create_distributed_table('tool', 'slug')`,
  `SELECT create_distributed_table('capability', 'tool_slug', colocate_with => 'tool')`,
  `SELECT create_distributed_table('embedding', 'hash')`,
  `SELECT create_distributed_table('event', 'seq')`,
  `SELECT create_distributed_table('event_dedupe', 'seq', colocate_with => 'event')`,
  'ALTER TABLE capability ADD FOREIGN KEY (tool_slug) REFERENCES tool (slug) ON DELETE CASCADE',
  'ALTER TABLE event_dedupe ADD FOREIGN KEY (seq) REFERENCES event (seq) ON DELETE CASCADE',
]

/** @throws AppError `conflict` when the database has no Citus, or the tables are spread already */
export async function distribute(client: Client): Promise<void> {
  const { rows } = await client.query<{ citus: boolean; spread: boolean }>(
    `SELECT to_regproc('create_distributed_table') IS NOT NULL AS citus,
            EXISTS (SELECT FROM pg_indexes WHERE schemaname = current_schema() AND indexname = 'capability_label') AS spread`,
  )
  if (!rows[0]!.citus) {
    throw new AppError('conflict', 'This database has no Citus: "CREATE EXTENSION citus" on the coordinator first.')
  }
  if (rows[0]!.spread) throw new AppError('conflict', 'The tables are spread over the workers already.')
  await client.transaction(async (connection) => {
    for (const sql of STATEMENTS) await connection.query(sql)
  })
}
