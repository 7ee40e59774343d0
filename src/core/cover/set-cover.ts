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
const MOST_SETS = 20_000
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
  const best: CoverSet[] = []
  const search = new Search(candidates, coverable, (members) => {
    const set = judge(members)
    // the same set is found once for every order that its members may be chosen in
    if (best.every((one) => compareSets(one, set) !== 0)) best.push(set)
    best.sort(compareSets).splice(options.most)
    return best.length === options.most ? best.at(-1)!.weight : Number.POSITIVE_INFINITY
  })
  search.from(required, [])
  return best
}

/** Walks the covers without superfluous members, cutting off what is heavier than `found` says is still of use. */
class Search {
  private readonly candidates: readonly CoverCandidate[]
  private readonly needs: readonly number[]
  private readonly found: (members: readonly number[]) => number
  private readonly options: number[][]
  /** What one more member weighs at least, and how many needs it serves at most. */
  private readonly lightest: number
  private readonly broadest: number
  private bound = Number.POSITIVE_INFINITY
  private looked = 0

  constructor(
    candidates: readonly CoverCandidate[],
    needs: readonly number[],
    found: (members: readonly number[]) => number,
  ) {
    this.candidates = candidates
    this.needs = needs
    this.found = found
    this.options = needs.map((need) => prune(candidates, needs, need))
    this.lightest = Math.min(...candidates.map(({ weight }) => weight))
    this.broadest = Math.max(...candidates.map(({ serves }) => serves.filter((sure) => sure > 0).length))
  }

  /** Every cover that has what is required, what was chosen so far, and more for what is still open. */
  from(required: readonly number[], chosen: readonly number[]): void {
    if (this.looked++ > MOST_SETS) return
    const members = [...required, ...chosen]
    const open = this.needs
      .map((need, i) => ({ need, options: this.options[i]! }))
      .filter(({ need }) => !this.serve(members, need))
    const weight = members.reduce((sum, member) => sum + this.candidates[member]!.weight, 0)
    const still = this.lightest * Math.ceil(open.length / this.broadest)
    if (weight + still > this.bound + 1e-9) return
    if (open.length === 0) {
      // a later choice may have made an earlier one superfluous; the cover without it is found by itself
      if (chosen.some((one) => this.coversWithout(members, one))) return
      this.bound = this.found(members)
      return
    }
    const next = open.reduce((few, one) => (one.options.length < few.options.length ? one : few))
    for (const option of next.options) this.from(required, [...chosen, option])
  }

  private serve(members: readonly number[], need: number): boolean {
    return members.some((member) => this.candidates[member]!.serves[need]! > 0)
  }

  private coversWithout(members: readonly number[], without: number): boolean {
    const others = members.filter((member) => member !== without)
    return this.needs.every((need) => this.serve(others, need))
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
