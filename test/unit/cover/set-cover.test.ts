import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CoverCandidate, compareSets, coverSets } from '../../../src/core/cover/set-cover.js'

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

/** Every set that covers what can be covered and loses some of it without any member but the required: best first, by the words of the docs. */
function allCovers(
  candidates: readonly CoverCandidate[],
  needs: number,
  bonus: (a: number, b: number) => number,
  required: readonly number[] = [],
) {
  const surest = (members: readonly number[], need: number) =>
    Math.max(0, ...members.map((member) => candidates[member]!.serves[need]!))
  const all = Array.from({ length: needs }, (_, need) => need)
  const covered = (members: readonly number[]) => all.filter((need) => surest(members, need) > 0).length
  const most = covered([...candidates.keys()])
  return Array.from({ length: 1 << candidates.length }, (_, bits) =>
    [...candidates.keys()].filter((i) => bits & (1 << i)),
  )
    .filter(
      (members) =>
        members.length > 0 &&
        required.every((one) => members.includes(one)) &&
        covered(members) === most &&
        members.every((one) => required.includes(one) || covered(members.filter((other) => other !== one)) < most),
    )
    .map((members) => ({
      members,
      weight: members.reduce((sum, one) => sum + candidates[one]!.weight, 0),
      quality:
        all.reduce((sum, need) => sum + surest(members, need), 0) +
        members.reduce((sum, b, i) => members.slice(0, i).reduce((inner, a) => inner + bonus(a, b), sum), 0),
    }))
    .sort(
      (a, b) =>
        Math.round(1e6 * (a.weight - b.weight)) ||
        Math.round(1e6 * (b.quality - a.quality)) ||
        (a.members.join('') < b.members.join('') ? -1 : 1),
    )
}

describe('coverSets', () => {
  it('lists the best of all sets without a superfluous member, best first', () => {
    fc.assert(
      fc.property(problem, fc.integer({ min: 1, max: 6 }), ({ candidates, needs, partners }, most) => {
        const bonus = bonusOf(partners)
        const best = allCovers(candidates, needs, bonus).slice(0, most)
        const found = coverSets(candidates, needs, { bonus, most })
        expect(found.map(({ members }) => members)).toEqual(best.map(({ members }) => members))
        for (const [i, { weight, quality, covered }] of found.entries()) {
          expect(weight).toBeCloseTo(best[i]!.weight, 9)
          expect(quality).toBeCloseTo(best[i]!.quality, 9)
          expect(covered).toBe(found[0]!.covered)
        }
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  it('keeps what is required, superfluous or not, and adds nothing superfluous to it', () => {
    fc.assert(
      fc.property(problem, fc.uniqueArray(fc.nat(7), { maxLength: 2 }), ({ candidates, needs, partners }, picks) => {
        const required = picks.filter((pick) => pick < candidates.length)
        const bonus = bonusOf(partners)
        const best = allCovers(candidates, needs, bonus, required).slice(0, 4)
        const found = coverSets(candidates, needs, { bonus, required, most: 4 })
        expect(found.map(({ members }) => members)).toEqual(best.map(({ members }) => members))
      }),
      { seed: 8, numRuns: 300 },
    )
  })

  it('finds the lightest among many that serve one need only, the surest of equal ones', () => {
    const narrow = fc.record({ weight: fc.constantFrom(1, 1.5, 2), sure: fc.integer({ min: 1, max: 99 }) })
    fc.assert(
      fc.property(fc.array(narrow, { minLength: 1, maxLength: 30 }), fc.boolean(), (list, broad) => {
        const candidates = [
          ...list.map(({ weight, sure }) => ({ weight, serves: [sure / 100, 0] })),
          { weight: 1, serves: [0, 0.5] },
          // dearer than any two, so that it is never the best
          ...(broad ? [{ weight: 4, serves: [1, 1] }] : []),
        ]
        const [found] = coverSets(candidates, 2, { bonus: () => 0, most: 1 })
        const [best] = list
          .map((one, at) => ({ ...one, at }))
          .sort((a, b) => a.weight - b.weight || b.sure - a.sure || a.at - b.at)
        expect(found!.members).toEqual([best!.at, list.length])
      }),
      { seed: 9, numRuns: 200 },
    )
  })

  it('stops among too many sets, with the surest of every need at hand', () => {
    const needs = 12
    const candidates = Array.from({ length: needs * 8 }, (_, i) => ({
      weight: 1,
      serves: Array.from({ length: needs }, (_, need) => (i % needs === need ? 0.1 + Math.floor(i / needs) / 10 : 0)),
    }))
    const [set] = coverSets(candidates, needs, { bonus: () => 0, most: 1 })
    expect(set!.members).toEqual(Array.from({ length: needs }, (_, i) => 7 * needs + i))
  })

  it('keeps every candidate that serves several needs, however many there are', () => {
    // ten that serve two needs each, all but the last one dear: none may be passed over as one of too many of a kind
    const broad = Array.from({ length: 10 }, (_, i) => ({ weight: i < 9 ? 3 : 1, serves: [0.9, 0.9] }))
    const narrow = [
      { weight: 1, serves: [0.9, 0] },
      { weight: 1, serves: [0, 0.9] },
    ]
    expect(coverSets([...broad, ...narrow], 2, { bonus: () => 0, most: 2 }).map(({ members }) => members)).toEqual([
      [9],
      [10, 11],
    ])
    const dear = broad.map(({ serves }, i) => ({ weight: i, serves }))
    const surest = { weight: 9, serves: [0.95, 0.95] }
    expect(coverSets([...dear.slice(1), surest], 2, { bonus: () => 0, most: 10 }).at(-2)!.members).toEqual([9])
  })

  it('orders sets by needs, weight, quality and members, where sums of parts that differ by rounding are equal', () => {
    const set = (more: object) => ({ members: [1, 2], covered: 3, weight: 0.3, quality: 1, ...more })
    const pairs: [why: string, better: object, worse: object][] = [
      ['more needs', { weight: 9, quality: 0 }, { covered: 2 }],
      ['less weight', { quality: 0 }, { weight: 0.4 }],
      ['more quality', { members: [5] }, { quality: 0.9 }],
      [
        'more quality at a weight that only rounding tells apart',
        { weight: 0.1 + 0.2, members: [5] },
        { quality: 0.9 },
      ],
      [
        'earlier members at a quality that only rounding tells apart',
        { quality: 0.1 + 0.2 },
        { quality: 0.3, members: [1, 3] },
      ],
      ['earlier members', {}, { members: [1, 3] }],
      ['fewer members', { members: [1] }, {}],
    ]
    for (const [why, better, worse] of pairs) {
      expect(compareSets(set(better), set(worse)), why).toBeLessThan(0)
      expect(compareSets(set(worse), set(better)), why).toBeGreaterThan(0)
    }
    expect(compareSets(set({}), set({}))).toBe(0)
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

  /** Two sets cover everything; a third one tempts, because it covers more at once than either. */
  const tempting = (needs: number) => [
    { weight: 1, serves: Array.from({ length: needs }, (_, need) => (need < needs / 2 ? 0.8 : 0)) },
    { weight: 1, serves: Array.from({ length: needs }, (_, need) => (need >= needs / 2 ? 0.8 : 0)) },
    { weight: 1, serves: Array.from({ length: needs }, (_, need) => (need > 0 && need < needs - 1 ? 0.8 : 0)) },
  ]

  it('is exact up to twelve needs, and greedy beyond', () => {
    const at = (needs: number) => coverSets(tempting(needs), needs, { bonus: () => 0, most: 1 })[0]!.members
    expect([at(6), at(12), at(14)]).toEqual([
      [0, 1],
      [0, 1],
      [0, 1, 2],
    ])
    expect(coverSets(tempting(14), 14, { bonus: () => 0, required: [0], most: 1 })[0]!.members).toEqual([0, 1])
  })

  it('is greedy by needs for their weight, the surest of equal ones, and covers all that can be covered', () => {
    const serving = (from: number, to: number, sure: number) =>
      Array.from({ length: 20 }, (_, need) => (need >= from && need < to ? sure : 0))
    const candidates = [
      { weight: 3, serves: serving(0, 20, 0.9) }, // 6⅔ needs for its weight; of what is open then 2⅔, then 1⅔
      { weight: 1, serves: serving(0, 10, 0.3) },
      { weight: 1, serves: serving(0, 10, 0.4) }, // first: 10, as the one before, and surer
      { weight: 0.5, serves: serving(10, 12, 0.9) }, // second: 4
      { weight: 1, serves: serving(12, 15, 0.9) }, // third: 3, as the next, and surer
      { weight: 2, serves: serving(12, 18, 0.3) },
    ]
    const [set] = coverSets(candidates, 21, { bonus: () => 0, most: 2 })
    expect(set).toMatchObject({ members: [0, 2, 3, 4], covered: 20, weight: 5.5 })
  })
})
