import type { Match } from './events.js'

/** A capability is looked at when this much of its weight comes from clients that come mostly for it. */
const LOYAL_SHARE = 0.5
/** At least so many of them, and so many outcomes of the others. */
const LOYAL_CLIENTS = 5
const OTHER_OUTCOMES = 4
/**
 * A client comes mostly for a capability that holds this share of all its votes: a ring may push one, or a few. Both are looked at.
 * Votes that were capped count here too: a ring that aged on other things gives itself away by how often it tries.
 */
const MOSTLY = [1 / 2, 1 / 4]
/** One-sided p of Fisher's exact test below which the two groups are told apart. About 1 false alarm in 10,000 capabilities looked at. */
const ALARM = 1e-4

export interface Alarm {
  capability: string
  /** Clients that come mostly for it, by weight. */
  clients: string[]
  /** Their share of its weight. */
  share: number
  /** How its use went, for them and for all others. */
  loyal: { succeeded: number; failed: number }
  others: { succeeded: number; failed: number }
  /** Chance of so great a difference among clients that are all alike. */
  p: number
}

interface Vote {
  client: string
  capability: string
  weight: number
  outcome?: 'succeeded' | 'failed'
}

/**
 * Looks for rings: clients that come mostly for one capability and say it works, while those who also choose others say it does not.
 * Both groups have chosen it, so the comparison is fair to capabilities that are merely loved by few.
 */
export class Audit {
  private readonly votes = new Map<string, Vote>()

  /** Matches in order of the log, with their recorded weights. */
  add(match: Match): void {
    const key = `${match.impression} ${match.capability}`
    const { client, capability, outcome } = match
    if (outcome === 'selected') this.votes.set(key, { client, capability, weight: match.weight ?? 0 })
    else if (outcome === 'retracted') this.votes.delete(key)
    else {
      const vote = this.votes.get(key)
      if (vote !== undefined) vote.outcome = outcome
    }
  }

  /** Capabilities with an alarm, the surest first. @param barred clients that count no more */
  alarms(barred: ReadonlySet<string>): Alarm[] {
    const totals = new Map<string, number>()
    const byCapability = new Map<string, Vote[]>()
    for (const vote of this.votes.values()) {
      if (barred.has(vote.client)) continue
      totals.set(vote.client, (totals.get(vote.client) ?? 0) + 1)
      const list = byCapability.get(vote.capability)
      if (list) list.push(vote)
      else byCapability.set(vote.capability, [vote])
    }
    return [...byCapability]
      .flatMap(([capability, list]) => {
        const found = MOSTLY.flatMap((share) => alarmOf(capability, list, totals, share) ?? [])
        return found.length === 0 ? [] : [found.reduce((a, b) => (b.p < a.p ? b : a))]
      })
      .sort((a, b) => a.p - b.p || (a.capability < b.capability ? -1 : 1))
  }
}

function alarmOf(
  capability: string,
  votes: readonly Vote[],
  totals: ReadonlyMap<string, number>,
  mostly: number,
): Alarm | undefined {
  const weights = new Map<string, number>()
  const counts = new Map<string, number>()
  for (const { client, weight } of votes) {
    weights.set(client, (weights.get(client) ?? 0) + weight)
    counts.set(client, (counts.get(client) ?? 0) + 1)
  }
  const loyal = new Set(
    [...counts]
      .filter(([client, n]) => n >= mostly * totals.get(client)! && weights.get(client)! > 0)
      .map(([client]) => client),
  )
  const total = [...weights.values()].reduce((a, b) => a + b, 0)
  const held = [...loyal].reduce((sum, client) => sum + weights.get(client)!, 0)
  if (loyal.size < LOYAL_CLIENTS || held < LOYAL_SHARE * total) return undefined
  const mine = outcomesOf(votes.filter((vote) => loyal.has(vote.client)))
  const others = outcomesOf(votes.filter((vote) => !loyal.has(vote.client)))
  if (others.succeeded + others.failed < OTHER_OUTCOMES) return undefined
  const p = fisher(mine, others)
  if (p >= ALARM) return undefined
  const clients = [...loyal].sort((a, b) => weights.get(b)! - weights.get(a)! || (a < b ? -1 : 1))
  return { capability, clients, share: held / total, loyal: mine, others, p }
}

/** One voice a client: its last outcome, so that a ring of few cannot be many. */
function outcomesOf(votes: readonly Vote[]): { succeeded: number; failed: number } {
  const last = new Map<string, 'succeeded' | 'failed'>()
  for (const { client, outcome } of votes) if (outcome !== undefined) last.set(client, outcome)
  const succeeded = [...last.values()].filter((outcome) => outcome === 'succeeded').length
  return { succeeded, failed: last.size - succeeded }
}

/** Fisher's exact test, one-sided: the chance that `a` succeeds at least this much more than `b` when both are alike. */
export function fisher(a: { succeeded: number; failed: number }, b: { succeeded: number; failed: number }): number {
  const n = a.succeeded + a.failed
  const m = b.succeeded + b.failed
  const k = a.succeeded + b.succeeded
  const all = logChoose(n + m, k)
  let p = 0
  for (let x = a.succeeded; x <= Math.min(n, k); x++) {
    if (k - x <= m) p += Math.exp(logChoose(n, x) + logChoose(m, k - x) - all)
  }
  return Math.min(1, p)
}

function logChoose(n: number, k: number): number {
  let sum = 0
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i)
  return sum
}
