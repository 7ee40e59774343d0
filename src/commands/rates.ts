import path from 'node:path'
import type { Settings } from '../config.js'
import type { RateLimiter, Spent } from '../http/rate-limit.js'
import { KeptSpent } from '../http/spent.js'
import { Journal } from '../store/journal.js'

/** How often what clients have spent is told or written, milliseconds. */
const TELL_MS = 1000

/** Takes up what clients had spent before, and keeps what they spend from now on. */
export const keptSpent = (limiter: RateLimiter, { MATCHGRAPH_HOME }: Settings): KeptSpent =>
  new KeptSpent(limiter, new Journal(path.join(MATCHGRAPH_HOME, 'rates')), Date.now())

/** Tells every second what clients have spent here; the answered function tells the rest and stops. */
export function tellSpent(limiter: RateLimiter, tell: (spent: Spent[]) => void): () => void {
  const tellNow = (): void => {
    const spent = limiter.drain()
    if (spent.length > 0) tell(spent)
  }
  const timer = setInterval(tellNow, TELL_MS).unref()
  return () => {
    clearInterval(timer)
    tellNow()
  }
}
