import type { Counts } from './counters.js'

/** Pseudo-counts of the priors: how much a level must have seen before it stands for itself. */
const TOOL_PRIOR = 20
const CAPABILITY_PRIOR = 5
const EDGE_PRIOR = 3
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

/** Where the counts of each level begin in the sixteen numbers that `estimateInto` reads. */
export const OVERALL = 0
export const TOOL = 4
export const CAPABILITY = 8
export const EDGE = 12

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

/** Numbers that one estimate takes in `estimateInto`'s block. */
export const ESTIMATE_SIZE = 9

export function estimate({ overall, tool, capability, edge }: Levels): Estimate {
  const counts = new Float64Array(16)
  counts.set(overall, OVERALL)
  if (tool) counts.set(tool, TOOL)
  if (capability) counts.set(capability, CAPABILITY)
  if (edge) counts.set(edge, EDGE)
  const out = new Float64Array(ESTIMATE_SIZE)
  estimateInto(counts, out, 0)
  return estimateAt(out, 0)
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

/** C/E (clicks over expected clicks) at every level, each shrunk to the one above; written as the n-th estimate of a block, in the order of `Estimate`. */
export function estimateInto(counts: Float64Array, out: Float64Array, n: number): void {
  const g = (counts[OVERALL + 1]! + OVERALL_START) / (counts[OVERALL]! + OVERALL_START)
  const s = (counts[OVERALL + 2]! + OUTCOME_START / 2) / (counts[OVERALL + 2]! + counts[OVERALL + 3]! + OUTCOME_START)
  const toolRate = (counts[TOOL + 1]! + TOOL_PRIOR * g) / (counts[TOOL]! + TOOL_PRIOR)
  const capabilityRate =
    (counts[CAPABILITY + 1]! + CAPABILITY_PRIOR * toolRate) / (counts[CAPABILITY]! + CAPABILITY_PRIOR)
  const expected = counts[EDGE]!
  const selected = counts[EDGE + 1]!
  const succeeded = counts[EDGE + 2]!
  const failed = counts[EDGE + 3]!
  const rate = (selected + EDGE_PRIOR * capabilityRate) / (expected + EDGE_PRIOR)
  const toolSuccess = (counts[TOOL + 2]! + TOOL_OUTCOMES * s) / (counts[TOOL + 2]! + counts[TOOL + 3]! + TOOL_OUTCOMES)
  const capabilitySuccess =
    (counts[CAPABILITY + 2]! + OUTCOMES * toolSuccess) / (counts[CAPABILITY + 2]! + counts[CAPABILITY + 3]! + OUTCOMES)
  const success = (succeeded + OUTCOMES * capabilitySuccess) / (succeeded + failed + OUTCOMES)
  const optimism = Math.log1p(OPTIMISM / Math.sqrt(rate * (expected + EDGE_PRIOR)))
  const at = n * ESTIMATE_SIZE
  out[at] = rate
  out[at + 1] = g
  out[at + 2] = success
  out[at + 3] = s
  out[at + 4] = expected
  out[at + 5] = selected
  out[at + 6] = succeeded
  out[at + 7] = failed
  out[at + 8] = (expected / (expected + LOCAL)) * Math.log((rate * success) / (g * s)) + optimism
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
