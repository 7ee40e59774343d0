import type pg from 'pg'
import { AppError } from '../../core/errors.js'

/** Rows of a statement and how many it touched. */
export interface Result<Row> {
  rows: Row[]
  count: number
}

/** One connection inside a transaction, or any connection outside of one. */
export interface Queryable {
  query<Row = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Result<Row>>
}

/** Seconds after which a caller may try again when the database is away. */
const RETRY_AFTER = 2
/** A connection that cannot be made in this time counts as a database that is away. */
const CONNECT_MS = 3000
/** A statement that takes longer is given up: the database hangs. Publications are written in pieces that take far less. */
const STATEMENT_MS = 120_000

/**
 * SQLSTATE classes and socket errors that mean "the database is away", as opposed to "the statement is wrong":
 * 08 connection, 53 out of resources, 57P shutdown and start-up, 25006 a standby that takes no writes.
 */
const AWAY =
  /^(08...|53...|57P0.|25006|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT)$/
const AWAY_MESSAGE = /terminat|timeout|timed out|not queryable|Connection ended/i

/** @throws AppError `unavailable` with the way to install it when the optional package is missing */
export async function loadDriver(): Promise<typeof pg> {
  try {
    return (await import('pg')).default
  } catch (error) {
    throw new AppError(
      'unavailable',
      'MATCHGRAPH_DATABASE_URL is set, but the package that speaks to PostgreSQL is not installed: run "npm i pg".',
      { cause: error },
    )
  }
}

/** An error of the driver as ours: `unavailable` when the database is away, itself otherwise. */
export function translated(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string }
  const away = code === undefined ? AWAY_MESSAGE.test(message ?? '') : AWAY.test(code)
  if (!away) return error
  return new AppError('unavailable', `The database does not answer (${code ?? message}). Try again shortly.`, {
    retryAfter: RETRY_AFTER,
    cause: error,
  })
}

/** bigint as number (every number of ours is below 2^53); everything else as the driver has it. */
const INT8 = 20
const typesOf = (driver: typeof pg) => ({
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : driver.types.getTypeParser(oid, format)) as typeof driver.types.getTypeParser,
})

/** A pool of connections to one schema. A broken connection is replaced with the next statement; nothing has to be restarted. */
export class Client implements Queryable {
  readonly url: string
  /** The schema that holds our tables: the first of the search path. */
  readonly schema: string
  private readonly driver: typeof pg
  private readonly pool: pg.Pool

  private constructor(url: string, driver: typeof pg, pool: pg.Pool, schema: string) {
    this.url = url
    this.driver = driver
    this.pool = pool
    this.schema = schema
  }

  /**
   * @param connections the most that are open at once; others wait
   * @throws AppError `unavailable` when the database is away or the driver is not installed
   */
  static async open(url: string, connections = 8): Promise<Client> {
    const driver = await loadDriver()
    const pool = new driver.Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: STATEMENT_MS,
      keepAlive: true,
      application_name: 'matchgraph',
      types: typesOf(driver),
    })
    // an idle connection that breaks is dropped by the pool; without a listener it would end the process
    pool.on('error', () => undefined)
    try {
      return new Client(url, driver, pool, await schemaOf(pool))
    } catch (error) {
      await pool.end()
      throw translated(error)
    }
  }

  async query<Row = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Result<Row>> {
    try {
      return await run<Row>(this.pool, sql, values)
    } catch (error) {
      throw translated(error)
    }
  }

  /**
   * Runs `work` in one transaction: committed and on disk when this resolves, rolled back when `work` throws.
   * @param begin the statement that starts it, e.g. with another isolation level
   * @throws AppError `unavailable` when the connection breaks; then nobody knows whether it was committed
   */
  async transaction<T>(work: (connection: Queryable) => Promise<T>, begin = 'BEGIN'): Promise<T> {
    const connection = await this.pool.connect().catch((error) => {
      throw translated(error)
    })
    // between two statements a break is seen by nobody else
    const ignore = () => undefined
    connection.on('error', ignore)
    let broken: Error | undefined
    try {
      await connection.query(begin)
      const done = await work({ query: (sql, values) => run(connection, sql, values) })
      await connection.query('COMMIT')
      return done
    } catch (error) {
      await connection.query('ROLLBACK').catch((rollback: Error) => {
        broken = rollback
      })
      throw translated(error)
    } finally {
      connection.off('error', ignore)
      connection.release(broken)
    }
  }

  /** A connection of its own, outside the pool, for what lasts: LISTEN and session locks. */
  async dedicated(): Promise<pg.Client> {
    const client = new this.driver.Client({
      connectionString: this.url,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      application_name: 'matchgraph',
      types: typesOf(this.driver),
    })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return client
    } catch (error) {
      throw translated(error)
    }
  }

  async close(): Promise<void> {
    await this.pool.end()
  }
}

async function schemaOf(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ schema: string | null; encoding: string }>(
    "SELECT current_schema() AS schema, current_setting('server_encoding') AS encoding",
  )
  const { schema, encoding } = rows[0]!
  if (schema === null) {
    throw new AppError('conflict', 'The schema in search_path does not exist: create it, or leave it out of the URL.')
  }
  if (encoding !== 'UTF8') {
    throw new AppError('conflict', `The database has the encoding ${encoding}; create one with ENCODING 'UTF8'.`)
  }
  return schema
}

async function run<Row>(
  on: { query(sql: string, values?: unknown[]): Promise<pg.QueryResult> },
  sql: string,
  values?: unknown[],
): Promise<Result<Row>> {
  const { rows, rowCount } = await on.query(sql, values)
  return { rows: rows as Row[], count: rowCount ?? 0 }
}
