import type { Counts } from './counters.js'

/** Pseudo-counts of the priors: how much a level must have seen before it stands for itself. */
const TOOL_PRIOR = 20
const CAPABILITY_PRIOR = 5
export const EDGE_PRIOR = 3
const TOOL_OUTCOMES = 10
const OUTCOMES = 4
/** Expectations and outcomes that the overall rates start from. */
const OVERALL_START = 10
const OUTCOME_START = 10
/** Optimism about what has been shown little (upper confidence). Without it late better tools are not found. */
const OPTIMISM = 0.4
/**
 * Expectations in the neighbourhood of the need after which a lift counts half: what is often chosen elsewhere is not yet right here.
 * Without it, queries whose right capability nobody had chosen lose .019 of nDCG@10 on a public set, with it .008; see ARCHITECTURE.md.
 */
const LOCAL = 0.2

/** Decayed counts at the four levels for one capability; `edge` is what the nearest cells lend. */
export interface Levels {
  overall: Counts
  tool?: Counts
  capability?: Counts
  edge?: Counts
}

/** Forward-decayed counts of many capabilities at the four levels, four numbers a count. */
export interface CountColumns {
  overall: ArrayLike<number>
  /** By tool, and which tool each capability is of; -1 when nothing is known of either. */
  tools: ArrayLike<number>
  tool: Int32Array
  /** By capability, and which one each is; -1 when nothing is known of it. */
  capabilities: ArrayLike<number>
  cap: Int32Array
  /** What the nearest cells lend each, decayed already. */
  lent: ArrayLike<number>
}

export interface Estimate {
  /** Selections per expected selection, shrunk to the levels above; `rate / overall` is the lift. */
  rate: number
  overall: number
  /** Share of outcomes that were successes, and the overall one. */
  success: number
  overallSuccess: number
  /** Expected and actual selections lent by the nearest cells. */
  expected: number
  selected: number
  /** Outcomes lent by the nearest cells. */
  succeeded: number
  failed: number
  /**
   * The evidence's log-odds: Ẽ/(Ẽ+.2)·(ln(ρ/g) + ln(σ/σ̄)) + ln(1 + .4/√(ρ·(Ẽ+3))), the last part optimism about what has been shown
   * little here. The same small value for all of which nothing is known.
   */
  logLift: number
}

/** Numbers that one estimate takes in `estimateAll`'s block. */
export const ESTIMATE_SIZE = 9

const ONLY = Int32Array.of(0)
const NOTHING: Counts = [0, 0, 0, 0]

export function estimate({ overall, tool = NOTHING, capability = NOTHING, edge = NOTHING }: Levels): Estimate {
  const columns = { overall, tools: tool, tool: ONLY, capabilities: capability, cap: ONLY, lent: edge }
  return estimateAt(estimateAll(columns, 1), 0)
}

/** The n-th estimate of a block. */
export function estimateAt(block: Float64Array, n: number): Estimate {
  const at = n * ESTIMATE_SIZE
  return {
    rate: block[at]!,
    overall: block[at + 1]!,
    success: block[at + 2]!,
    overallSuccess: block[at + 3]!,
    expected: block[at + 4]!,
    selected: block[at + 5]!,
    succeeded: block[at + 6]!,
    failed: block[at + 7]!,
    logLift: block[at + 8]!,
  }
}

/**
 * C/E (clicks over expected clicks) at every level, each shrunk to the one above: a block of estimates, each in the order of `Estimate`.
 * @param factor `reading(now)`
 */
export function estimateAll(columns: CountColumns, factor: number): Float64Array {
  const { overall, tools, tool, capabilities, cap, lent } = columns
  const good = overall[2]! * factor
  const g = (overall[1]! * factor + OVERALL_START) / (overall[0]! * factor + OVERALL_START)
  const s = (good + OUTCOME_START / 2) / (good + overall[3]! * factor + OUTCOME_START)
  const out = new Float64Array(cap.length * ESTIMATE_SIZE)
  for (let c = 0, at = 0; c < cap.length; c++, at += ESTIMATE_SIZE) {
    let rate = g
    let success = s
    const t = tool[c]! * 4
    if (t >= 0) {
      const worked = tools[t + 2]! * factor
      rate = (tools[t + 1]! * factor + TOOL_PRIOR * rate) / (tools[t]! * factor + TOOL_PRIOR)
      success = (worked + TOOL_OUTCOMES * success) / (worked + tools[t + 3]! * factor + TOOL_OUTCOMES)
    }
    const k = t < 0 ? -1 : cap[c]! * 4
    if (k >= 0) {
      const worked = capabilities[k + 2]! * factor
      rate = (capabilities[k + 1]! * factor + CAPABILITY_PRIOR * rate) / (capabilities[k]! * factor + CAPABILITY_PRIOR)
      success = (worked + OUTCOMES * success) / (worked + capabilities[k + 3]! * factor + OUTCOMES)
    }
    const e = c * 4
    const expected = lent[e]!
    rate = (lent[e + 1]! + EDGE_PRIOR * rate) / (expected + EDGE_PRIOR)
    success = (lent[e + 2]! + OUTCOMES * success) / (lent[e + 2]! + lent[e + 3]! + OUTCOMES)
    const optimism = Math.log1p(OPTIMISM / Math.sqrt(rate * (expected + EDGE_PRIOR)))
    out[at] = rate
    out[at + 1] = g
    out[at + 2] = success
    out[at + 3] = s
    out[at + 4] = expected
    out[at + 5] = lent[e + 1]!
    out[at + 6] = lent[e + 2]!
    out[at + 7] = lent[e + 3]!
    // nothing was expected here: whatever is known from elsewhere counts for nothing
    out[at + 8] =
      optimism + (expected === 0 ? 0 : (expected / (expected + LOCAL)) * Math.log((rate * success) / (g * s)))
  }
  return out
}

/**
 * 90 % interval of the lift ρ/g: ρ is Gamma with shape C̃ + 3ρ_cap and rate Ẽ + 3
 * (quantiles after Wilson and Hilferty, 1931).
 */
export function liftInterval(e: Estimate): [low: number, high: number] {
  const size = e.expected + EDGE_PRIOR
  const shape = Math.max(1e-6, e.rate * size)
  const quantile = (z: number): number => shape * Math.max(0, 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape))) ** 3
  return [quantile(-1.64) / size / e.overall, quantile(1.64) / size / e.overall]
}
