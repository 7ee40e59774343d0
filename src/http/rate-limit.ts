const UNIT_MS = { s: 1000, min: 60_000, h: 3_600_000 } as const
/** Windows kept; beyond it the oldest go, so that a flood of addresses cannot fill the memory. */
const MOST_CLIENTS = 50_000

interface Window {
  start: number
  used: number
  /** So many of `used` have been told by `drain`, or came by `add`. */
  told: number
}

/** Requests of a client in the window that began at `start`, milliseconds since 1970. */
export type Spent = [client: string, start: number, requests: number]

/** Requests of each client in the current window, also those of other processes and of former ones (`src/http/spent.ts`). */
export class RateLimiter {
  private readonly windows = new Map<string, Window>()
  private readonly changed = new Set<string>()
  private readonly limit: number
  private readonly unit: number

  /** @param rule `off` or like `600/min` */
  constructor(rule: string) {
    const match = /^(\d+)\/(s|min|h)$/.exec(rule)
    this.limit = match ? Number(match[1]) : Number.POSITIVE_INFINITY
    this.unit = match ? UNIT_MS[match[2] as keyof typeof UNIT_MS] : 1
  }

  get on(): boolean {
    return Number.isFinite(this.limit)
  }

  /** Counts one request. `reset` is in seconds. */
  take(
    client: string,
    factor: number,
    now: number,
  ): { allowed: boolean; limit: number; remaining: number; reset: number } {
    const limit = this.limit * factor
    const start = Math.floor(now / this.unit) * this.unit
    let window = this.windows.get(client)
    if (window?.start !== start) window = this.begin(client, start)
    window.used++
    this.changed.add(client)
    const reset = Math.ceil((start + this.unit - now) / 1000)
    return { allowed: window.used <= limit, limit, remaining: Math.max(0, limit - window.used), reset }
  }

  /** What clients have spent here since the last call. */
  drain(): Spent[] {
    const spent = [...this.changed].map((client): Spent => {
      const window = this.windows.get(client)!
      const more = window.used - window.told
      window.told = window.used
      return [client, window.start, more]
    })
    this.changed.clear()
    return spent
  }

  /** Counts what was spent elsewhere or before. */
  add(spent: readonly Spent[]): void {
    for (const [client, start, requests] of spent) {
      let window = this.windows.get(client)
      if (window === undefined || window.start < start) window = this.begin(client, start)
      if (window.start > start) continue
      window.used += requests
      window.told += requests
    }
  }

  /** All that the clients, or these, have spent of the window that each is in. */
  totals(clients: Iterable<string> = this.windows.keys()): Spent[] {
    return [...clients].flatMap((client): Spent[] => {
      const window = this.windows.get(client)
      return window ? [[client, window.start, window.used]] : []
    })
  }

  /** Whether a window that began then is over. */
  isOver(start: number, now: number): boolean {
    return start + this.unit <= now
  }

  private begin(client: string, start: number): Window {
    const window = { start, used: 0, told: 0 }
    this.windows.delete(client)
    this.windows.set(client, window)
    if (this.windows.size > MOST_CLIENTS) {
      const oldest = this.windows.keys().next().value!
      this.windows.delete(oldest)
      this.changed.delete(oldest)
    }
    return window
  }
}
