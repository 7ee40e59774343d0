import type pg from 'pg'
import type { StoreChange } from '../store.js'
import type { Client } from './client.js'
import { channelOf } from './notify.js'

/** How long to wait before another connection is tried, milliseconds. */
const RETRY_MS = 1000

/**
 * Hears what other processes commit. While the connection is away it tries again every second; after each (re)connection the listener
 * is called with an empty change, because anything may have happened meanwhile.
 */
export class Listener {
  private readonly client: Client
  private readonly heard: (change: StoreChange) => void
  private connection: pg.Client | undefined
  private timer: NodeJS.Timeout | undefined
  private closed = false

  constructor(client: Client, heard: (change: StoreChange) => void) {
    this.client = client
    this.heard = heard
  }

  /** Whether notifications arrive right now; polling is all there is while they do not. */
  get connected(): boolean {
    return this.connection !== undefined
  }

  async start(): Promise<void> {
    try {
      const connection = await this.client.dedicated()
      if (this.closed) return await connection.end()
      connection.on('notification', ({ payload }) => this.heard(JSON.parse(payload || '{}') as StoreChange))
      connection.on('end', () => this.retry())
      await connection.query(`LISTEN ${channelOf(this.client.schema)}`)
      this.connection = connection
      this.heard({})
    } catch {
      this.retry()
    }
  }

  async close(): Promise<void> {
    this.closed = true
    clearTimeout(this.timer)
    await this.connection?.end().catch(() => undefined)
  }

  private retry(): void {
    this.connection = undefined
    if (this.closed || this.timer !== undefined) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      void this.start()
    }, RETRY_MS)
    this.timer.unref()
  }
}
