import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CoverCandidate, compareSets, coverSets, judgeSet } from '../../../src/core/cover/set-cover.js'

const problem = fc
  .record({ tools: fc.integer({ min: 0, max: 8 }), needs: fc.integer({ min: 1, max: 5 }) })
  .chain(({ tools, needs }) =>
    fc.record({
      needs: fc.constant(needs),
      candidates: fc.array(
        fc.record({
          weight: fc.constantFrom(1, 1, 1, 0.5, 2),
          serves: fc.array(fc.oneof(fc.constant(0), fc.constantFrom(0.2, 0.5, 0.9)), {
            minLength: needs,
            maxLength: needs,
          }),
        }),
        { minLength: tools, maxLength: tools },
      ),
      partners: fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 6 }),
    }),
  )

const bonusOf = (partners: readonly (readonly [number, number])[]) => (a: number, b: number) =>
  partners.some(([x, y]) => (x === a && y === b) || (x === b && y === a)) ? 0.1 : 0

/** The best of all subsets that cover as much as can be covered. */
function bruteForce(candidates: readonly CoverCandidate[], needs: number, bonus: (a: number, b: number) => number) {
  const sets = Array.from({ length: 1 << candidates.length }, (_, bits) =>
    judgeSet(
      [...candidates.keys()].filter((i) => bits & (1 << i)),
      candidates,
      needs,
      bonus,
    ),
  ).filter((set) => set.members.length > 0 && set.covered > 0)
  return sets.sort(compareSets)[0]
}

describe('coverSets', () => {
  it('covers as much, with as little weight, as the best of all subsets', () => {
    fc.assert(
      fc.property(problem, ({ candidates, needs, partners }) => {
        const bonus = bonusOf(partners)
        const best = bruteForce(candidates, needs, bonus)
        const [found] = coverSets(candidates, needs, { bonus, most: 2 })
        expect(found === undefined).toBe(best === undefined)
        if (!found || !best) return
        expect(found.covered).toBe(best.covered)
        expect(found.weight).toBeCloseTo(best.weight, 9)
        expect(found.quality).toBeCloseTo(best.quality, 9)
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  it('never lists a set twice, lists the best first, and keeps what is required', () => {
    fc.assert(
      fc.property(problem, fc.nat(7), ({ candidates, needs, partners }, pick) => {
        const required = candidates.length > 0 ? [pick % candidates.length] : []
        const sets = coverSets(candidates, needs, { bonus: bonusOf(partners), required, most: 4 })
        expect(new Set(sets.map(({ members }) => members.join())).size).toBe(sets.length)
        for (const [i, set] of sets.entries()) {
          for (const member of required) expect(set.members).toContain(member)
          if (i > 0) expect(compareSets(sets[i - 1]!, set)).toBeLessThan(0)
        }
      }),
      { seed: 8, numRuns: 200 },
    )
  })

  it('prefers tools that work together among sets of one size', () => {
    const candidates = [
      { weight: 1, serves: [0.9, 0] },
      { weight: 1, serves: [0, 0.9] },
      { weight: 1, serves: [0, 0.85] },
    ]
    const alone = coverSets(candidates, 2, { bonus: () => 0, most: 1 })
    expect(alone[0]!.members).toEqual([0, 1])
    const [joined] = coverSets(candidates, 2, { bonus: bonusOf([[0, 2]]), most: 1 })
    expect(joined!.members).toEqual([0, 2])
  })

  it('is greedy beyond twelve needs and still covers all of them', () => {
    const candidates = Array.from({ length: 20 }, (_, i) => ({
      weight: 1,
      serves: Array.from({ length: 20 }, (_, need) => (need === i || need === (i + 1) % 20 ? 0.8 : 0)),
    }))
    const [set] = coverSets(candidates, 20, { bonus: () => 0, most: 2 })
    expect(set!.covered).toBe(20)
  })
})
