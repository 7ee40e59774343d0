import { Bouts } from '../core/compare/contests.js'
import type { Impression, Match } from '../core/evidence/events.js'
import type { LogStore } from '../store/store.js'
import type { EvidenceLog } from './evidence-log.js'

/** Impressions kept in memory while the log is read; a match mostly follows its impression closely. */
const RECENT = 5000
/** How long a comparison waits for the count to catch up with the log, ms. */
const PATIENCE_MS = 20

/**
 * Counts head-to-head choices from the event log, on from where it stopped; the whole log at the first question, in the background
 * when that takes long. Counted anew when a client was barred or let in again.
 */
export class CountedBouts {
  private readonly store: LogStore
  private readonly log: EvidenceLog
  private bouts = new Bouts()
  private seq = 0
  private barred: ReadonlySet<string> | undefined
  private running: Promise<void> | undefined

  constructor(store: LogStore, log: EvidenceLog) {
    this.store = store
    this.log = log
  }

  /** @returns how each tool (slug) did beside the others, and whether the whole log is in it */
  async of(slugs: readonly string[]) {
    this.running ??= this.follow().finally(() => {
      this.running = undefined
    })
    let complete = false
    const followed = this.running.then(() => {
      complete = true
    })
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS)
    })
    await Promise.race([followed, patience])
    clearTimeout(timer)
    return { complete, wins: this.bouts.of(slugs) }
  }

  private async follow(): Promise<void> {
    const { barred } = this.log.evidence
    if (this.barred !== barred) {
      this.bouts = new Bouts()
      this.seq = 0
      this.barred = barred
    }
    const recent = new Map<string, Impression>()
    for await (const { seq, kind, payload } of this.store.events(this.seq)) {
      this.seq = seq
      if (kind === 'impression') remember(recent, payload as Impression)
      if (kind !== 'match') continue
      const match = payload as Match
      if (barred.has(match.client) || match.weight === 0) continue
      const impression = recent.get(match.impression) ?? (await this.log.impression(match.impression))
      if (impression) this.bouts.apply(match, impression)
    }
  }
}

function remember(recent: Map<string, Impression>, impression: Impression): void {
  if (recent.size >= RECENT) recent.delete(recent.keys().next().value!)
  recent.set(impression.id, impression)
}
