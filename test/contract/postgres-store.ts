import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { PostgresStore } from '../../src/store/postgres/store.js'
import { type Embedded, startPglite, urlFor } from '../helpers/pglite.js'
import { NO_SERVER, PostgresServer } from '../support/postgres-server.js'

/** Opens a store over an empty schema of the PGlite instance of this file. */
export function onPglite(): () => Promise<PostgresStore> {
  let embedded: Embedded
  let count = 0
  beforeAll(async () => {
    embedded = await startPglite()
  })
  afterAll(() => embedded.stop())
  return async () => PostgresStore.open(await embedded.url(`t${++count}`), 2)
}

/** Why tests on a real server do not run; undefined when they do. */
export const SKIPPED =
  process.env.DATABASE_URL || !NO_SERVER
    ? undefined
    : `${NO_SERVER}, and DATABASE_URL is not set (postgres://user@host/database, a database the tests may write to)`

/** The server of DATABASE_URL, else one of our own for as long as this file's tests run. */
export function onServer(): () => Promise<{ url: string; drop(): Promise<void> }> {
  let base = process.env.DATABASE_URL
  let own: PostgresServer | undefined
  beforeAll(async () => {
    own = base ? undefined : await PostgresServer.create()
    base ??= own!.url
  })
  afterAll(() => own?.remove())
  return () => freshSchema(base!)
}

/** The URL of a fresh schema; `drop` removes it. */
async function freshSchema(base: string): Promise<{ url: string; drop(): Promise<void> }> {
  const schema = `test_${randomBytes(6).toString('hex')}`
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: base })
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  await run(`CREATE SCHEMA ${schema}`)
  return { url: urlFor(base, schema), drop: () => run(`DROP SCHEMA ${schema} CASCADE`) }
}
