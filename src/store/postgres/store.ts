import type pg from 'pg'
import { copyStore } from '../copy.js'
import { SqliteStore } from '../sqlite/store.js'
import type { Lock, LockName, Store, StoreChange, Watch } from '../store.js'
import type { TableReader, TableWriter } from '../tables.js'
import { PostgresCatalogue } from './catalogue.js'
import { distribute } from './citus.js'
import { Client } from './client.js'
import { Listener } from './listener.js'
import { lockKey } from './locks.js'
import { PostgresLog } from './log.js'
import { migrate } from './migrate.js'
import { MIGRATIONS } from './schema.js'
import { PostgresSearch } from './search.js'
import { readTables, writeTables } from './tables.js'

/** The store of several servers: one schema of a PostgreSQL database. */
export class PostgresStore implements Store {
  readonly catalogue: PostgresCatalogue
  readonly log: PostgresLog
  readonly search: PostgresSearch
  readonly client: Client

  private constructor(client: Client) {
    this.client = client
    this.catalogue = new PostgresCatalogue(client)
    this.log = new PostgresLog(client)
    this.search = new PostgresSearch(client, this.catalogue)
  }

  /**
   * Opens the database, creating or migrating the tables.
   * @throws AppError `unavailable` when it is away or the driver is not installed, `conflict` when a newer program wrote it
   */
  static async open(url: string, connections?: number): Promise<PostgresStore> {
    const client = await Client.open(url, connections)
    try {
      await migrate(client, MIGRATIONS)
    } catch (error) {
      await client.close()
      throw error
    }
    return new PostgresStore(client)
  }

  /** Spreads the tables over the workers of a Citus cluster; best while they are empty. */
  distribute(): Promise<void> {
    return distribute(this.client)
  }

  async tryLock(name: LockName): Promise<Lock | undefined> {
    const connection = await this.client.dedicated()
    try {
      const { rows } = await connection.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS taken', [
        ...lockKey(this.client.schema, name),
      ])
      if (rows[0]!.taken) return lockOn(connection)
    } catch (error) {
      await connection.end().catch(() => undefined)
      throw error
    }
    await connection.end()
    return undefined
  }

  async watch(heard: (change: StoreChange) => void): Promise<Watch> {
    const listener = new Listener(this.client, heard)
    await listener.start()
    return listener
  }

  readTables<T>(work: (reader: TableReader) => Promise<T>): Promise<T> {
    return readTables(this.client, work)
  }

  writeTables<T>(work: (writer: TableWriter) => Promise<T>): Promise<T> {
    return writeTables(this.client, work)
  }

  async backup(file: string): Promise<void> {
    const copy = SqliteStore.open(file)
    try {
      await copyStore(this, copy)
    } finally {
      await copy.close()
    }
  }

  async check(): Promise<string[]> {
    const { rows } = await this.client.query<{ fault: string }>(FAULTS)
    return rows.map((row) => row.fault)
  }

  async close(): Promise<void> {
    await this.client.close()
  }
}

/** Held as long as its connection lives: a process that is killed lets go of it at once. */
function lockOn(connection: pg.Client): Lock {
  let held = true
  connection.on('end', () => {
    held = false
  })
  return {
    get held() {
      return held
    },
    async release() {
      held = false
      await connection.end().catch(() => undefined)
    },
  }
}

/** What the constraints cannot say. */
const FAULTS = `
  SELECT format('counter %s stands at %s, but %s has been given out', c.name, c.value, used.most) AS fault
  FROM counter c JOIN (
    SELECT 'label' AS name, max(label) AS most FROM capability
    UNION ALL SELECT 'event', max(seq) FROM event
    UNION ALL SELECT 'generation', max(id) FROM generation) used USING (name)
  WHERE used.most > c.value
  UNION ALL
  SELECT format('generation %s says %s capabilities, there are %s', g.id, g.capabilities, n.live)
  FROM (SELECT * FROM generation ORDER BY id DESC LIMIT 1) g, (SELECT count(*) AS live FROM capability) n
  WHERE g.capabilities <> n.live`
