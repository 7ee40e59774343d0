import { AppError } from '../../core/errors.js'
import type { Client } from './client.js'
import { lockKey } from './locks.js'

/**
 * Brings the schema forward, under a lock so that several servers may start at once. `migrations[i]` takes version i to i + 1;
 * all that is missing runs in one transaction.
 * @throws AppError `conflict` when a newer program wrote it
 */
export async function migrate(client: Client, migrations: readonly string[]): Promise<void> {
  await client.transaction(async (connection) => {
    await connection.query('SELECT pg_advisory_xact_lock($1, $2)', lockKey(client.schema, 'migrate'))
    await connection.query('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)')
    const { rows } = await connection.query<{ version: number }>('SELECT version FROM schema_version')
    const version = rows[0]?.version ?? 0
    if (version > migrations.length) {
      throw new AppError(
        'conflict',
        `The database has schema version ${version}, this program knows ${migrations.length}: install the newer release again.`,
      )
    }
    for (const sql of migrations.slice(version)) await connection.query(sql)
    if (rows.length === 0) await connection.query('INSERT INTO schema_version VALUES ($1)', [migrations.length])
    else if (version < migrations.length)
      await connection.query('UPDATE schema_version SET version = $1', [migrations.length])
  })
}
