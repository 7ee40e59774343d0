import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { AppError } from '../core/errors.js'
import type { Env } from './env.js'

/** Requests under way at once; one process answers them one after the other, so more only wait longer. */
const MOST_SEARCHES = 64
/** Matches wait for a group commit, not for the processor, and must not be turned away while searches are. */
const MOST_MATCHES = 2048
/** Behind by this much, the process takes no more searches than a few until it has caught up. */
const MOST_DELAY_MS = 500
const SEARCHES_WHEN_LATE = 8

/** How far behind the event loop is, milliseconds: how late a timer fires. */
export class LoopDelay {
  private last = performance.now()
  private delay = 0
  private readonly timer: NodeJS.Timeout

  constructor(everyMs = 50) {
    this.timer = setInterval(() => {
      const now = performance.now()
      this.delay = Math.max(0, now - this.last - everyMs)
      this.last = now
    }, everyMs)
    this.timer.unref()
  }

  get ms(): number {
    return this.delay
  }

  stop(): void {
    clearInterval(this.timer)
  }
}

/**
 * Counts of requests under way, by kind; bounded, so that memory stays flat whatever arrives. A search in memory computes without pause, so
 * that two are never under way at one moment: over sockets its place is free again when the turn of the event loop ends that took it, and
 * what counts is how many one turn has taken, since all that came with them wait for its end.
 */
export class Admission {
  searches = 0
  matches = 0
  refused = 0
  private readonly loop: LoopDelay

  constructor(loop: LoopDelay) {
    this.loop = loop
  }

  /** @throws AppError `unavailable` with the seconds to wait, when the server is behind */
  enter(kind: 'searches' | 'matches'): () => void {
    const most = kind === 'matches' ? MOST_MATCHES : this.loop.ms > MOST_DELAY_MS ? SEARCHES_WHEN_LATE : MOST_SEARCHES
    const full = this[kind] >= most
    if (full) {
      this.refused++
      throw new AppError('unavailable', 'The server has more requests than it can answer. Try again in a second.', {
        retryAfter: 1,
      })
    }
    this[kind]++
    return () => {
      this[kind]--
    }
  }
}

/** What machines ask all the time, and what is answered whatever else waits. */
export const isProbe = (path: string): boolean => /^\/(healthz|readyz|metrics)$/.test(path)

/** Turns requests away while the server is behind, searches long before matches. Health and metrics are always answered. */
export const admit = (admission: Admission) =>
  createMiddleware<Env>(async (c, next) => {
    if (isProbe(c.req.path)) return next()
    const leave = admission.enter(/^\/api\/v1\/matches/.test(c.req.path) ? 'matches' : 'searches')
    try {
      await next()
    } finally {
      // a caller inside the process brings one request after the other in the same turn, and nobody waits behind it
      if (isFromSocket(c)) setImmediate(leave)
      else leave()
    }
  })

const isFromSocket = ({ env }: Context<Env>): boolean =>
  (env as { incoming?: unknown } | undefined)?.incoming !== undefined
