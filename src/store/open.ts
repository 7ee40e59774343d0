import path from 'node:path'
import { SqliteStore } from './sqlite/store.js'
import type { Store } from './store.js'

/** The database file of an embedded home. */
export const databaseFile = (home: string): string => path.join(home, 'matchgraph.db')

/**
 * The store that the settings name: the PostgreSQL database at `databaseUrl` when there is one, else the file in `home`.
 * @throws AppError `unavailable` when the database is away, `damaged-file` when the file is no database, `conflict` when it is newer
 */
export async function openStore(home: string, databaseUrl: string | undefined): Promise<Store> {
  if (databaseUrl === undefined) return SqliteStore.open(databaseFile(home))
  const { PostgresStore } = await import('./postgres/store.js')
  return PostgresStore.open(databaseUrl)
}
