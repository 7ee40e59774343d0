import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

/** How long searches took, one after the other. Milliseconds. */
export interface Timing {
  queries: number
  /** CPU of the whole process, all its threads, a query. */
  cpuMs: number
  meanMs: number
  p50: number
  p99: number
  perSecond: number
}

/** Seconds of CPU that this process, all its threads together, has used. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** The value below which a share of the sorted values lies (nearest rank). */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN

/** Runs as many queries as there are, or as fit into the budget, but at least three. */
export async function timed<Q>(
  queries: readonly Q[],
  budgetMs: number,
  search: (query: Q) => unknown,
  cpu: () => number = cpuSeconds,
): Promise<Timing> {
  const took: number[] = []
  const started = performance.now()
  const cpuBefore = cpu()
  for (const query of queries) {
    const before = performance.now()
    await search(query)
    took.push(performance.now() - before)
    if (took.length >= 3 && performance.now() - started > budgetMs) break
  }
  const wall = performance.now() - started
  const cpuMs = ((cpu() - cpuBefore) * 1000) / took.length
  const sorted = took.sort((a, b) => a - b)
  return {
    queries: took.length,
    cpuMs,
    meanMs: wall / took.length,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    perSecond: (took.length * 1000) / wall,
  }
}

/** Compilers of JavaScript go on for about two thousand searches. */
const WARM_UP_SEARCHES = 2400

/** Asks the same questions over and over, as often as fit into the budget, until everything is as it is in a server that has run for a while. */
export async function warmUp<Q>(queries: readonly Q[], budgetMs: number, search: (query: Q) => unknown): Promise<void> {
  const rounds = Math.ceil(WARM_UP_SEARCHES / Math.max(1, queries.length))
  await timed(Array.from({ length: rounds }, () => queries).flat(), budgetMs, search)
}

/** Searches at a steady pace, without and with inserts beside them. Milliseconds from when a search was due to its answer. */
export interface InsertTiming {
  inserted: number
  insertsPerSecond: number
  idleP99: number
  p99: number
  searches: number
}

/** Searches that came due in the pause before the inserts. */
const IDLE_SEARCHES = 200
/** A search starts every so many times its usual length, so that a quarter of a core is busy; at least 5 ms apart. */
const PACE = 4
const LEAST_PACE_MS = 5
/** Inserts come due at a thousand a second. */
const INSERTS_A_SECOND = 1000

export interface InsertPlan<Q, E> {
  queries: readonly Q[]
  batches: readonly (readonly E[])[]
  usualMs: number
  /** No insert starts later than this. */
  budgetMs: number
  search(query: Q): unknown
  insert(batch: readonly E[]): unknown
}

export async function whileInserting<Q, E>(plan: InsertPlan<Q, E>): Promise<InsertTiming> {
  const paceMs = Math.max(LEAST_PACE_MS, plan.usualMs * PACE)
  let due = 0
  const searches = (go: () => boolean) =>
    steadily(paceMs, go, () => plan.search(plan.queries[due++ % plan.queries.length]!))
  const rounds = Math.max(3, Math.min(IDLE_SEARCHES, plan.budgetMs / 3 / paceMs))
  let left = rounds
  const idle = await searches(() => left-- > 0)
  let inserting = true
  const busy = searches(() => inserting)
  const started = performance.now()
  let inserted = 0
  for (const batch of plan.batches) {
    await until(started + (inserted * 1000) / INSERTS_A_SECOND)
    if (performance.now() - started > plan.budgetMs) break
    await plan.insert(batch)
    inserted += batch.length
  }
  const seconds = (performance.now() - started) / 1000
  inserting = false
  const took = await busy
  return {
    inserted,
    insertsPerSecond: inserted / seconds,
    idleP99: percentile(idle, 0.99),
    p99: percentile(took, 0.99),
    searches: took.length,
  }
}

/** Searches at a steady pace, before and while everything is indexed anew. Milliseconds from when a search was due to its answer. */
export interface ReindexTiming {
  /** From the start of the index run until the new generation answers. */
  seconds: number
  idleP99: number
  p99: number
  searches: number
}

/** Fifty searches a second. */
const REINDEX_PACE_MS = 20

/** @param reindex resolves when the new generation answers */
export async function whileReindexing<Q>(
  queries: readonly Q[],
  search: (query: Q) => unknown,
  reindex: () => Promise<void>,
): Promise<ReindexTiming> {
  let due = 0
  const searches = (go: () => boolean) => steadily(REINDEX_PACE_MS, go, () => search(queries[due++ % queries.length]!))
  let left = 2 * IDLE_SEARCHES
  const idle = await searches(() => left-- > 0)
  let running = true
  const busy = searches(() => running)
  const started = performance.now()
  await reindex().finally(() => {
    running = false
  })
  const seconds = (performance.now() - started) / 1000
  const took = await busy
  return { seconds, idleP99: percentile(idle, 0.99), p99: percentile(took, 0.99), searches: took.length }
}

/** Open loop: what comes due while another is at work has to wait, and the wait counts. Sorted milliseconds. */
async function steadily(paceMs: number, go: () => boolean, work: () => unknown): Promise<number[]> {
  const took: number[] = []
  const started = performance.now()
  for (let i = 0; go(); i++) {
    const due = started + i * paceMs
    await until(due)
    await work()
    took.push(performance.now() - due)
  }
  return took.sort((a, b) => a - b)
}

/** Waits to the fraction of a millisecond, which timers do not; always lets others have a turn. */
async function until(due: number): Promise<void> {
  const wait = due - performance.now()
  if (wait > 3) await sleep(wait - 2)
  do await nextTurn()
  while (performance.now() < due)
}
