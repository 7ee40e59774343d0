import type { Journal } from '../store/journal.js'
import type { RateLimiter, Spent } from './rate-limit.js'

/** A file this much longer than what still counts is written anew. */
const MOST_STALE = 20_000

/** What clients had spent when a former process ended, however it ended: the highest count of each window that is not over. */
function spentBefore(journal: Journal, limiter: RateLimiter, now: number): Spent[] {
  const last = new Map<string, Spent>()
  for (const line of journal.leftover()) {
    for (const one of spentIn(line)) {
      const [client, start, requests] = one
      const known = last.get(client)
      const isNews = known === undefined || start > known[1] || (start === known[1] && requests > known[2])
      if (isNews && !limiter.isOver(start, now)) last.set(client, one)
    }
  }
  return [...last.values()]
}

/** A damaged line costs what it said, nothing else. */
function spentIn(line: string): Spent[] {
  try {
    const all = JSON.parse(line) as Spent[]
    return all.filter(([client, ...numbers]) => typeof client === 'string' && numbers.every(Number.isFinite))
  } catch {
    return []
  }
}

/**
 * Keeps what clients have spent in a journal, so that not even a killed server gives them a second helping. Counts stand there as they are, not as
 * differences: a line that is read twice says nothing new.
 */
export class KeptSpent {
  private readonly limiter: RateLimiter
  private readonly journal: Journal
  /** Counts written since the file was begun. */
  private written = 0

  constructor(limiter: RateLimiter, journal: Journal, now: number) {
    this.limiter = limiter
    this.journal = journal
    limiter.add(spentBefore(journal, limiter, now))
    this.try(() => this.writeAnew(now))
  }

  /** Writes the counts of clients that have spent something. */
  keep(spent: readonly Spent[], now: number): void {
    this.try(() => {
      if (this.written > MOST_STALE) this.writeAnew(now)
      else this.append(this.limiter.totals(spent.map(([client]) => client)))
    })
  }

  /** A full disk must not stop the server: a kill forgets what could not be written. */
  private try(write: () => void): void {
    try {
      write()
    } catch {}
  }

  private writeAnew(now: number): void {
    const emptied = this.journal.turn()
    this.written = 0
    this.append(this.limiter.totals().filter(([, start]) => !this.limiter.isOver(start, now)))
    emptied()
  }

  private append(totals: readonly Spent[]): void {
    if (totals.length === 0) return
    this.written += totals.length
    this.journal.append(JSON.stringify(totals))
  }
}
