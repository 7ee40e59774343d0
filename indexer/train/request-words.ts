/**
 * Learns which pieces of requests say nothing about what is asked for: those that people use whatever they want ("can
 * you help me find"). Counted is for how many different targets a piece was used, not how often, so that a popular
 * target, or one busy client, does not make its own words common.
 */
export class RequestWords {
  private readonly targets = new Map<string, number>()
  private readonly uses = new Map<number, Set<number>>()

  /**
   * @param target what the request asked for
   * @param pieces the request's
   */
  add(target: string, pieces: readonly number[]): void {
    if (!this.targets.has(target)) this.targets.set(target, this.targets.size)
    const id = this.targets.get(target)!
    for (const piece of pieces) {
      const used = this.uses.get(piece)
      if (used) used.add(id)
      else this.uses.set(piece, new Set([id]))
    }
  }

  /**
   * One factor a piece for queries, (√ln((T+1)/(n+.5)) as a share of its largest)^power with T targets, n of them asked
   * for with the piece: the square root of an idf over targets. 1 for pieces of no request.
   * @returns undefined when there were no requests
   */
  weights(size: number, power: number): Float32Array | undefined {
    const count = this.targets.size
    if (count === 0) return undefined
    const rarity = (targets: number) => Math.sqrt(Math.log((count + 1) / (targets + 0.5)))
    const weights = new Float32Array(size).fill(1)
    for (const [piece, { size: targets }] of this.uses) weights[piece] = (rarity(targets) / rarity(0)) ** power
    return weights
  }
}
