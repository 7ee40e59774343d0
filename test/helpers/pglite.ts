import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

/** PostgreSQL in WebAssembly behind a socket, with pgvector: the real driver and our real code speak to it. One backend, so it says nothing of concurrency. */
export interface Embedded {
  /** A URL whose tables live in a schema of their own, until the next call. */
  url(schema: string): Promise<string>
  stop(): Promise<void>
}

export async function startPglite(): Promise<Embedded> {
  const db = await PGlite.create({ extensions: { vector } })
  await db.exec('CREATE EXTENSION vector')
  const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1', maxConnections: 20 })
  await server.start()
  return {
    async url(schema) {
      // one backend for all connections, which takes no settings from the URL: one schema at a time
      await db.exec(`CREATE SCHEMA ${schema}; SET search_path TO ${schema}, public`)
      return `postgres://postgres@${server.getServerConn()}/postgres`
    },
    async stop() {
      await server.stop()
      await db.close()
    },
  }
}

/** The URL of a schema in the database at `url`; extensions are found in public. */
export function urlFor(url: string, schema: string): string {
  const parsed = new URL(url)
  parsed.searchParams.set('options', `-c search_path=${schema},public`)
  return parsed.href
}
