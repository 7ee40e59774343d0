/** A tool as a candidate for a set: which needs it serves, and how surely. */
export interface CoverCandidate {
  /** What the set costs more with it; above 0. 1 for all counts tools. */
  weight: number
  /** Confidence in [0,1] a need; 0 where it does not serve it. */
  serves: readonly number[]
}

/** A set of candidates (indexes, ascending) with what it is judged by. */
export interface CoverSet {
  members: number[]
  /** Needs that some member serves. */
  covered: number
  weight: number
  /** Sum of each need's best confidence, and the bonus for pairs that work together. */
  quality: number
}

/** Up to this many needs the answer is exact. */
export const EXACT_NEEDS = 12
/** Sets looked at in the exact search; when many needs have many candidates of their own it stops there,
 * and the first set found takes the surest candidate of every need. */
const MOST_SETS = 200_000
/**
 * Of the candidates that serve one need only, this many are tried: the lightest, then the surest. A set never gets lighter by
 * another of them; only a pair that works together could make it better in quality.
 */
const PER_NEED = 8

/** Better first: more needs, less weight, more quality, then the earlier members. */
export function compareSets(a: CoverSet, b: CoverSet): number {
  return (
    b.covered - a.covered ||
    (Math.abs(a.weight - b.weight) > 1e-9 ? a.weight - b.weight : 0) ||
    (Math.abs(a.quality - b.quality) > 1e-9 ? b.quality - a.quality : 0) ||
    lexicographic(a.members, b.members)
  )
}

function lexicographic(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

/** The value of a set; `bonus` is what a pair that works together adds to quality. */
export function judgeSet(
  members: readonly number[],
  candidates: readonly CoverCandidate[],
  needs: number,
  bonus: (a: number, b: number) => number,
): CoverSet {
  const sorted = [...members].sort((a, b) => a - b)
  let [covered, quality, weight] = [0, 0, 0]
  for (let need = 0; need < needs; need++) {
    let best = 0
    for (const member of sorted) best = Math.max(best, candidates[member]!.serves[need]!)
    if (best > 0) covered++
    quality += best
  }
  for (const [i, a] of sorted.entries()) {
    weight += candidates[a]!.weight
    for (const b of sorted.slice(0, i)) quality += bonus(b, a)
  }
  return { members: sorted, covered, weight, quality }
}

/**
 * The best sets that cover as many needs as can be covered, no member of them superfluous: weighted set cover (Karp 1972),
 * by branch and bound on the need with the fewest candidates. Exact for up to `EXACT_NEEDS` needs; beyond, greedy (Chvátal
 * 1979: within ln n of the best).
 * @param required members of every set
 * @returns best first, at most `most`; [] when nothing covers anything
 */
export function coverSets(
  candidates: readonly CoverCandidate[],
  needs: number,
  options: { bonus: (a: number, b: number) => number; required?: readonly number[]; most: number },
): CoverSet[] {
  const required = options.required ?? []
  const coverable = Array.from({ length: needs }, (_, need) => need).filter((need) =>
    candidates.some((candidate) => candidate.serves[need]! > 0),
  )
  if (coverable.length === 0 && required.length === 0) return []
  const judge = (members: readonly number[]) => judgeSet(members, candidates, needs, options.bonus)
  if (needs > EXACT_NEEDS) return [judge(greedy(candidates, coverable, required))]
  const found = new Map<string, CoverSet>()
  const search = new Search(candidates, coverable, options.most, (members) => {
    const set = judge(members)
    found.set(set.members.join(), set)
    return [...found.values()].sort(compareSets).slice(0, options.most)
  })
  search.from([...required])
  return [...found.values()].sort(compareSets).slice(0, options.most)
}

/** Walks the covers without superfluous members, cutting off what is heavier than the `most` best so far. */
class Search {
  private readonly candidates: readonly CoverCandidate[]
  private readonly needs: readonly number[]
  private readonly most: number
  private readonly found: (members: readonly number[]) => CoverSet[]
  private readonly options: number[][]
  private bound = Number.POSITIVE_INFINITY
  private looked = 0

  constructor(
    candidates: readonly CoverCandidate[],
    needs: readonly number[],
    most: number,
    found: (members: readonly number[]) => CoverSet[],
  ) {
    this.candidates = candidates
    this.needs = needs
    this.most = most
    this.found = found
    this.options = needs.map((need) => prune(candidates, needs, need))
  }

  from(members: number[]): void {
    if (this.looked++ > MOST_SETS) return
    const weight = members.reduce((sum, member) => sum + this.candidates[member]!.weight, 0)
    if (weight > this.bound + 1e-9) return
    const open = this.needs
      .map((need, i) => ({ need, options: this.options[i]! }))
      .filter(({ need }) => !members.some((member) => this.candidates[member]!.serves[need]! > 0))
    if (open.length === 0) {
      const best = this.found(members)
      if (best.length === this.most) this.bound = best.at(-1)!.weight
      return
    }
    const next = open.reduce((few, one) => (one.options.length < few.options.length ? one : few))
    for (const option of next.options) this.from([...members, option])
  }
}

/** The candidates of a need: all that serve other needs as well, and the lightest and surest of the others. */
function prune(candidates: readonly CoverCandidate[], needs: readonly number[], need: number): number[] {
  const sure = (i: number) => candidates[i]!.serves[need]!
  const broad = (i: number) => needs.filter((other) => candidates[i]!.serves[other]! > 0).length > 1
  const serving = [...candidates.keys()].filter((i) => sure(i) > 0)
  const narrow = serving.filter((i) => !broad(i))
  narrow.sort((a, b) => candidates[a]!.weight - candidates[b]!.weight || sure(b) - sure(a) || a - b)
  return [...serving.filter(broad), ...narrow.slice(0, PER_NEED)].sort((a, b) => sure(b) - sure(a) || a - b)
}

/** Takes the candidate that covers the most open needs for its weight, surest first among equals, until none is left. */
function greedy(
  candidates: readonly CoverCandidate[],
  needs: readonly number[],
  required: readonly number[],
): number[] {
  const members = [...required]
  const open = new Set(needs.filter((need) => !members.some((member) => candidates[member]!.serves[need]! > 0)))
  while (open.size > 0) {
    let best = { at: -1, gain: 0, sure: 0 }
    for (const [i, { weight, serves }] of candidates.entries()) {
      const own = [...open].filter((need) => serves[need]! > 0)
      const gain = own.length / weight
      const sure = own.reduce((sum, need) => sum + serves[need]!, 0)
      if (gain > best.gain || (gain === best.gain && sure > best.sure)) best = { at: i, gain, sure }
    }
    members.push(best.at)
    for (const need of open) if (candidates[best.at]!.serves[need]! > 0) open.delete(need)
  }
  return members
}
