import { describe, expect, it } from 'vitest'
import { align } from '../../../src/core/compare/align.js'
import { situationsOf } from '../../../src/core/compare/situations.js'
import type { Side } from '../../../src/core/compare/subject.js'
import { fitWith, sideWith, tool } from './sides.js'

/** Capabilities whose intents stand in a direction; near ones belong together. */
const capability = (name: string, degrees: number, intents = [`i want to ${name} things`, name]) => ({
  name,
  rows: [0, degrees],
  intents,
})
const alone = [[0.1]]

function situations(
  a: Side,
  b: Side,
  probabilities: readonly (readonly number[])[],
  options: Partial<Parameters<typeof situationsOf>[3]> = {},
) {
  const fit = fitWith(probabilities)
  const fits = [[fit, fit], []]
  return situationsOf([a, b], align([a, b], fits), fits, { kind: 'substitutes', most: 9, stated: [], ...options })
}
const told = (list: ReturnType<typeof situations>) =>
  list.map(({ title, outcome, tools }) => `${title}: ${outcome} ${tools}`)

describe('situationsOf', () => {
  const [A, B] = [tool('a'), tool('b')]

  it('says needs by the first intent, is titled by the shortest, and by the name where there is none', () => {
    const a = sideWith(A, capability('sort', 0))
    const b = sideWith(B, { name: 'Reading mail', rows: [0, 180] })
    expect(situations(a, b, alone)).toMatchObject([
      { title: 'Sort', needs: ['i want to sort things'], origin: 'intents', outcome: 'one', tools: ['a'] },
      { title: 'Reading mail', needs: ['Reading mail'], outcome: 'one', tools: ['b'] },
    ])
  })

  it('a need is served by whoever has it, or something that is more likely the same than not', () => {
    const a = sideWith(A, capability('sort', 0), capability('merge', 170))
    const b = sideWith(B, capability('order', 90))
    // order is both of a's, but only one to one with the first
    const list = situations(a, b, [[0.9], [0.6]])
    expect(told(list)).toEqual(['Sort: either a,b', 'Merge: either a,b'])
    expect(list[1]!.covering.map(({ id, confidence }) => [id, confidence])).toEqual([
      ['a.1', 1],
      ['b.0', 0.6],
    ])
    expect(situations(a, b, [[0.9], [0.4]])[1]).toMatchObject({
      outcome: 'one',
      failed: [{ tool: 'b', requirement: 'has nothing for “merge”; nearest is “order”, 40 % likely the same' }],
    })
  })

  it('needs that are near come together, three at most, the nearest first', () => {
    const a = sideWith(A, ...[0, 100, 200, 20, 110].map((degrees, i) => capability(`do ${i}`, degrees)))
    const b = sideWith(B, capability('other', 290))
    const none = a.groups.map(() => [0.1])
    expect(told(situations(a, b, none))).toEqual([
      'Do 0 and do 3: one a',
      'Do 1 and do 4: one a',
      'Do 2: one a',
      'Other: one b',
    ])
    const close = sideWith(A, ...[0, 5, 10, 15].map((degrees, i) => capability(`do ${i}`, degrees)))
    const sizes = situations(
      close,
      b,
      close.groups.map(() => [0.1]),
    ).map(({ needs }) => needs.length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3)
    expect(sizes.reduce((x, y) => x + y)).toBe(5)
  })

  it('needs of tools that are no alternatives stay apart, and what both have is where they meet', () => {
    const a = sideWith(A, capability('sort', 0), capability('merge', 90))
    const b = sideWith(B, capability('file', 5), capability('mix', 90))
    const shared = [
      [0.1, 0.1],
      [0.1, 0.9],
    ]
    expect(told(situations(a, b, shared))).toEqual(['Sort and file: together a,b', 'Merge: either a,b'])
    for (const kind of ['complements', 'unrelated'] as const) {
      const list = situations(a, b, shared, { kind, stated: [{ needs: ['x'] } as never] })
      expect(told(list)).toEqual(['Sort: one a', 'Merge: together a,b', 'File: one b'])
      expect(list[1]!.reason).toMatch(/^They meet here: /)
    }
  })

  it('complements without a joint situation get one of their closest needs, if these are close and none is stated', () => {
    const a = sideWith(A, capability('sort', 0), capability('merge', 150))
    const b = sideWith(B, capability('file', 260), capability('mix', 70))
    const none = [
      [0.1, 0.1],
      [0.1, 0.1],
    ]
    expect(told(situations(a, b, none, { kind: 'complements' }))).toEqual([
      'Sort and mix: together a,b',
      'Sort: one a',
      'Merge: one a',
      'File: one b',
      'Mix: one b',
    ])
    expect(situations(a, b, none, { kind: 'complements', stated: [{ needs: ['x'] } as never] })).toHaveLength(4)
    expect(situations(a, b, none, { kind: 'unrelated' })).toHaveLength(4)
    // one that both have is there already, when some situation needs both
    const joint = [
      [0.1, 0.1],
      [0.1, 0.9],
    ]
    expect(told(situations(a, b, joint, { kind: 'complements' }))[0]).toBe('Sort: one a')
    const far = sideWith(B, capability('file', 75), capability('mix', 285))
    expect(situations(a, far, none, { kind: 'complements' })).toHaveLength(4)
  })

  it('does not tell again what was stated', () => {
    const a = sideWith(A, capability('sort', 0), capability('merge', 90))
    const b = sideWith(B, capability('file', 180))
    const list = situations(a, b, [[0.1], [0.1]], { stated: [{ needs: ['i want to sort things'] } as never] })
    expect(told(list)).toEqual(['Merge: one a', 'File: one b'])
  })

  it('keeps those that tell the most: two joint ones, two that either does, the rest of each side by turns', () => {
    // far from one another: every need is a situation of its own
    const circle = (n: number, from: number, name: string) =>
      Array.from({ length: n }, (_, i) => capability(`${name} ${i}`, from + i))
    const apart = (n: number, side: Side, at: number): Side => ({
      ...side,
      portraits: side.portraits.map((portrait, i) => ({
        ...portrait,
        rows: [portrait.rows[0]!, Float32Array.from({ length: n }, (_, k) => Number(k === at + i))],
      })),
    })
    const a = apart(20, sideWith(A, ...circle(8, 0, 'a')), 0)
    const b = apart(20, sideWith(B, ...circle(6, 0, 'b')), 8)
    // the first four of both are alike
    const matrix = a.groups.map((_, i) => b.groups.map((__, j) => (i === j && i < 4 ? 0.9 : 0.1)))
    const list = (most: number) => told(situations(a, b, matrix, { most }))
    expect(list(7)).toEqual([
      'A 0: either a,b',
      'A 1: either a,b',
      'A 4: one a',
      'A 5: one a',
      'A 6: one a',
      'B 4: one b',
      'B 5: one b',
    ])
    expect(list(4)).toEqual(
      ['A 0: either a,b', 'A 1: either a,b', 'A 4: one a', 'A 2: either a,b', 'B 4: one b'].sort(
        (x, y) => order(x) - order(y),
      ),
    )
  })
})

/** Needs stand in the order of the rows: a's, then b's own. */
const order = (text: string): number => Number(text.slice(2, 3)) + (text.startsWith('B') ? 10 : 0)
