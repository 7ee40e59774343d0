import type { TableState } from './optimise.js'
import type { PairSet } from './pair-set.js'

/** How often the right positive is first, and among the first ten, of all held-out positives. */
export interface HeldOut {
  pairs: number
  hit1: number
  hit10: number
}

/** Splits pair numbers into those to train on and an evenly spread part that is only measured. */
export function holdOut(count: number, wanted: number): { pool: Int32Array; held: Int32Array } {
  const held = Math.min(wanted, Math.floor(count / 10))
  const every = held === 0 ? Number.POSITIVE_INFINITY : Math.floor(count / held)
  const isHeld = (pair: number) => pair % every === every - 1 && (pair + 1) / every <= held
  const all = Int32Array.from({ length: count }, (_, pair) => pair)
  return { pool: all.filter((pair) => !isHeld(pair)), held: all.filter(isHeld) }
}

export function measureHeldOut(
  state: TableState,
  queryWeights: Float32Array | undefined,
  pairs: PairSet,
  held: Int32Array,
): HeldOut {
  const embed = (text: number, query: boolean) => {
    const vector = new Float32Array(state.dims)
    for (let at = pairs.starts[text]!; at < pairs.starts[text + 1]!; at++) {
      const piece = pairs.ids[at]!
      const weight = query && queryWeights ? queryWeights[piece]! : 1
      for (let j = 0; j < state.dims; j++) vector[j]! += weight * state.rows[piece * state.dims + j]!
    }
    const norm = Math.hypot(...vector) || 1
    return vector.map((x) => x / norm)
  }
  const anchors = Array.from(held, (pair) => embed(2 * pair, true))
  const positives = Array.from(held, (pair) => embed(2 * pair + 1, false))
  let hit1 = 0
  let hit10 = 0
  for (const [i, anchor] of anchors.entries()) {
    const right = dot(anchor, positives[i]!)
    let better = 0
    for (const [j, other] of positives.entries()) if (j !== i && dot(anchor, other) > right) better++
    if (better === 0) hit1++
    if (better < 10) hit10++
  }
  return { pairs: held.length, hit1: hit1 / held.length, hit10: hit10 / held.length }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
