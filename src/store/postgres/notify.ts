import { createHash } from 'node:crypto'
import type { StoreChange } from '../store.js'
import type { Queryable } from './client.js'

/** Channels belong to a database, our tables to a schema of it: each schema has its own. */
export const channelOf = (schema: string): string =>
  `matchgraph_${createHash('sha256').update(schema).digest('hex').slice(0, 16)}`

/** Says so to every listener of this schema, when and if the transaction commits. */
export async function notify(connection: Queryable, schema: string, change: StoreChange): Promise<void> {
  await connection.query('SELECT pg_notify($1, $2)', [channelOf(schema), JSON.stringify(change)])
}
