import type { Observation, RawInput, TypeNorms } from './components.js'
import { COMPONENTS, type Component, type RankWeights } from './weights.js'

/** Standard normal quantile of a two-sided 90 % interval. */
const Z90 = 1.64

/** One component as shown: everything that its points are made of. */
export interface RankComponent {
  component: Component
  weight: number
  /** Observed value, 0..1; absent: no data. */
  value?: number
  /** Observations behind it. */
  n: number
  /** r = n/(n + κ): how much of it is the tool's own; the rest is the mean of its type. */
  reliability: number
  typeMean: number
  /** Tools of the type that have data. */
  typeTools: number
  /** r·value + (1 − r)·typeMean. */
  estimate: number
  /** 100 · weight · estimate. */
  points: number
  inputs: RawInput[]
}

export interface ToolRank {
  /** 0..100, the sum of the points. */
  rank: number
  /** 90 % interval, inside 0..100. */
  interval: [low: number, high: number]
  components: RankComponent[]
  /** Version of the weights. */
  version: number
}

/** Rank of a tool: weighted components, each shrunk to the mean of the tool's type by how little is known of it. */
export function rankOf(observation: Observation, norms: TypeNorms, weights: RankWeights): ToolRank {
  let variance = 0
  const components = COMPONENTS.map((component): RankComponent => {
    const { value, n, inputs } = observation[component]
    const weight = weights.weights[component]
    const { mean, deviation, tools } = norms[component]
    const reliability = value === undefined ? 0 : n / (n + weights.shrinkage[component])
    const estimate = reliability * (value ?? 0) + (1 - reliability) * mean
    variance += weight ** 2 * deviation ** 2 * (1 - reliability)
    return {
      component,
      weight,
      ...(value !== undefined && { value }),
      n,
      reliability,
      typeMean: mean,
      typeTools: tools,
      estimate,
      points: 100 * weight * estimate,
      inputs,
    }
  })
  const rank = components.reduce((sum, { points }) => sum + points, 0)
  const half = Z90 * 100 * Math.sqrt(variance)
  return {
    rank,
    interval: [Math.max(0, rank - half), Math.min(100, rank + half)],
    components,
    version: weights.version,
  }
}
