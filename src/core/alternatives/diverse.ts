/** A candidate before the list is made diverse. */
export interface Candidate {
  /** In [0,1]; how well it replaces the tool. */
  score: number
  /** What it does of the tool, a number in [0,1] a capability; and a unit-length vector of all it does. */
  covers: Float64Array
  centre: Float32Array
}

/** Share of a candidate's own score in the choice; the rest is how unlike the chosen ones it is (Carbonell & Goldstein 1998). */
const OWN = 0.75

/**
 * The best `limit` candidates so that five answers are not five of a kind: the best one first, then again and again the one
 * whose score outweighs its likeness to those already chosen. Ties go to the earlier candidate.
 * @returns indexes into `candidates`
 */
export function diverse(candidates: readonly Candidate[], limit: number): number[] {
  const chosen: number[] = []
  const likest = candidates.map(() => 0)
  const left = new Set(candidates.keys())
  while (chosen.length < limit && left.size > 0) {
    let best = -1
    let most = Number.NEGATIVE_INFINITY
    for (const i of left) {
      const value = chosen.length === 0 ? candidates[i]!.score : OWN * candidates[i]!.score - (1 - OWN) * likest[i]!
      if (value > most) {
        most = value
        best = i
      }
    }
    left.delete(best)
    chosen.push(best)
    for (const i of left) likest[i] = Math.max(likest[i]!, alike(candidates[i]!, candidates[best]!))
  }
  return chosen
}

/** How much two candidates are the same answer, in [0,1]: they do the same of the tool, and the same besides. */
export function alike(a: Candidate, b: Candidate): number {
  return (cosine(a.covers, b.covers) + Math.max(0, cosine(a.centre, b.centre))) / 2
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, squareA, squareB] = [0, 0, 0]
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    dot += a[i]! * b[i]!
    squareA += a[i]! ** 2
    squareB += b[i]! ** 2
  }
  const lengths = Math.sqrt(squareA) * Math.sqrt(squareB)
  return lengths === 0 ? 0 : Math.max(-1, Math.min(1, dot / lengths))
}
