import type { Fit } from '../compare/align.js'
import { SAME } from '../compare/likeness.js'

/** What of a tool another one does: for each of the tool's capabilities the most likely counterpart. */
export interface Coverage {
  /** Probability, for each group of the tool, that some group of the other does the same. */
  by: Float64Array
  /** The other's group, for each group of the tool; −1 where none does the same. */
  counterpart: Int32Array
  /** Share of the tool's groups that have a counterpart, in [0,1]. Not symmetric. */
  share: number
  /** The other's groups that are nobody's counterpart, nor like anything the tool does. */
  extra: number[]
}

/** @param fit of the tool (first) and the other one */
export function coverageOf({ probability, columns }: Fit, groups: number): Coverage {
  const by = new Float64Array(groups)
  const counterpart = new Int32Array(groups).fill(-1)
  const like = new Float64Array(columns)
  for (let i = 0; i < groups; i++) {
    for (let j = 0; j < columns; j++) {
      const p = probability[i * columns + j]!
      like[j] = Math.max(like[j]!, p)
      if (p <= by[i]!) continue
      by[i] = p
      if (p >= SAME) counterpart[i] = j
    }
  }
  const served = counterpart.filter((j) => j >= 0).length
  return {
    by,
    counterpart,
    share: groups === 0 ? 0 : served / groups,
    extra: [...like.keys()].filter((j) => like[j]! < SAME),
  }
}
