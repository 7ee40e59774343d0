/** How good one answer is against what was judged relevant; all in [0,1]. k = 10 throughout, as in the public query sets. */
export interface QueryMetrics {
  ndcg: number
  recall: number
  mrr: number
  hit1: number
}
export const METRICS = ['ndcg', 'recall', 'mrr', 'hit1'] as const
export type Metric = (typeof METRICS)[number]

const K = 10

/**
 * nDCG@10 with gains 2^relevance − 1 and log₂ discounts (Burges et al. 2005), Recall@10 over min(10, relevant), MRR@10, hit@1.
 * @param ranked ids, best first; only the first ten count
 * @param relevance judged ids → relevance > 0
 */
export function queryMetrics(ranked: readonly string[], relevance: ReadonlyMap<string, number>): QueryMetrics {
  const gains = ranked.slice(0, K).map((id) => relevance.get(id) ?? 0)
  const ideal = discounted([...relevance.values()].sort((a, b) => b - a).slice(0, K))
  const first = gains.findIndex((gain) => gain > 0)
  return {
    ndcg: ideal > 0 ? discounted(gains) / ideal : 0,
    recall: relevance.size > 0 ? gains.filter((gain) => gain > 0).length / Math.min(relevance.size, K) : 0,
    mrr: first < 0 ? 0 : 1 / (first + 1),
    hit1: gains.length > 0 && gains[0]! > 0 ? 1 : 0,
  }
}

const discounted = (gains: readonly number[]): number =>
  gains.reduce((sum, gain, i) => sum + (2 ** gain - 1) / Math.log2(i + 2), 0)

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

export interface Interval {
  mean: number
  /** Percentile bootstrap, 95 % (Efron, Tibshirani 1993, chapter 13). */
  low: number
  high: number
}

const DRAWS = 1000

/** The mean of `values` and its 95 % bootstrap interval; the same seed gives the same interval. */
export function bootstrapInterval(values: readonly number[], seed = 1): Interval {
  const random = lcg(seed)
  const means: number[] = []
  for (let draw = 0; draw < DRAWS; draw++) {
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)]!
    means.push(sum / Math.max(1, values.length))
  }
  means.sort((a, b) => a - b)
  return { mean: meanOf(values), low: means[Math.floor(DRAWS * 0.025)]!, high: means[Math.floor(DRAWS * 0.975)]! }
}

/** The interval of the difference `after − before`, query by query: both lists are about the same queries in the same order. */
export function pairedDifference(before: readonly number[], after: readonly number[], seed = 1): Interval {
  if (before.length !== after.length) throw new RangeError(`${before.length} against ${after.length} queries`)
  return bootstrapInterval(
    after.map((value, i) => value - before[i]!),
    seed,
  )
}

/** Area under the ROC curve: the probability that one of `high` exceeds one of `low`, ties half (Mann–Whitney). NaN when one is empty. */
export function areaUnderCurve(high: readonly number[], low: readonly number[]): number {
  const all = [...high.map((value) => ({ value, up: true })), ...low.map((value) => ({ value, up: false }))]
  all.sort((a, b) => a.value - b.value)
  let ranks = 0
  for (let from = 0; from < all.length; ) {
    let to = from
    while (to < all.length && all[to]!.value === all[from]!.value) to++
    const middle = (from + to + 1) / 2
    for (let i = from; i < to; i++) if (all[i]!.up) ranks += middle
    from = to
  }
  return (ranks - (high.length * (high.length + 1)) / 2) / (high.length * low.length)
}

/** Expected calibration error over ten equal bins: how far a stated probability is from the share that came true. */
export function calibrationError(stated: readonly number[], happened: readonly boolean[]): number {
  const bins = Array.from({ length: 10 }, () => ({ n: 0, stated: 0, happened: 0 }))
  for (const [i, p] of stated.entries()) {
    const bin = bins[Math.min(9, Math.floor(p * 10))]!
    bin.n++
    bin.stated += p
    bin.happened += happened[i] === true ? 1 : 0
  }
  return bins.reduce((sum, bin) => sum + Math.abs(bin.stated - bin.happened), 0) / Math.max(1, stated.length)
}

/** A small linear congruential generator (Numerical Recipes), numbers in [0,1): for draws that must be the same every time. */
export function lcg(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
