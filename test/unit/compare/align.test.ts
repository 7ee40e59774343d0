import { describe, expect, it } from 'vitest'
import { align, fitOf } from '../../../src/core/compare/align.js'
import { areTwins, likeness, similarity, weighWords, wordCounts, wording } from '../../../src/core/compare/likeness.js'
import { alignedOf, onlyOf } from '../../../src/core/compare/pairs.js'
import { fieldShift, groupLikeness, type Side, sideOf, twinGroups } from '../../../src/core/compare/subject.js'
import { alignedRows, fitWith, named, portrait, sideWith, tool } from './sides.js'

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const cos = (degrees: number): number => Math.cos((degrees * Math.PI) / 180)

describe('likeness', () => {
  it('is a logistic of how near texts and intents are and how alike the words, the same both ways', () => {
    const a = portrait([0, 10, 50], { mail: 0.6, send: 0.8 })
    const b = portrait([20, 40], { mail: 0.8, read: 0.6 })
    expect(wording(a, b)).toBeCloseTo(0.48, 6)
    expect(similarity(a, b)).toBeCloseTo(cos(20), 6)
    // intents of a: 10° is 10° from b's text, 50° is 10° from its intent; the intent of b, 40°, is 10° from a's second one
    expect(likeness(a, b)).toBeCloseTo(sigmoid(-4.86 + 11.41 * cos(10) + 15.14 * 0.48), 6)
    expect(likeness(b, a)).toBeCloseTo(likeness(a, b), 9)
    expect(likeness(a, b, -20)).toBeCloseTo(sigmoid(-24.86 + 11.41 * cos(10) + 15.14 * 0.48), 6)
    const bare = portrait([20], { mail: 0.8 })
    expect(likeness(a, bare)).toBeCloseTo(sigmoid(-3.54 + 4.39 * cos(20) + 16.11 * 0.48), 6)
    expect(likeness(portrait([]), b)).toBe(0)
    expect(likeness(a, portrait([]))).toBe(0)
    expect(similarity(a, portrait([]))).toBe(0)
  })

  it('asks the intents of each of the other’s text and intents, but not the two texts of each other', () => {
    const a = portrait([0, 90])
    const b = portrait([0, 30])
    // 90° is nearest to 30°; 30° is nearest to a's text
    expect(likeness(a, b)).toBeCloseTo(sigmoid(-4.86 + (11.41 * (cos(60) + cos(30))) / 2), 6)
  })

  it('twins share text and words beyond a bound', () => {
    const words = (share: number) => portrait([0], { x: share })
    expect(areTwins(words(1), portrait([0], { x: 0.185 }))).toBe(true)
    expect(areTwins(words(1), portrait([0], { x: 0.184 }))).toBe(false)
    expect(wording(portrait([0], { x: 1, y: 1 }), portrait([0], { x: 1, y: 1 }))).toBe(1)
  })

  it('counts the stems of a capability, those of its name twice, and weighs them to unit length', () => {
    const counts = wordCounts({ name: 'Sending mail', description: 'The mail is sent.', intents: ['send a mail'] })
    expect(Object.fromEntries(counts)).toEqual({ send: 3, mail: 4, sent: 1 })
    expect(Object.fromEntries(wordCounts({ name: 'Mail', description: '' }))).toEqual({ mail: 2 })
    const weighed = weighWords(
      new Map([
        ['a', 1],
        ['b', 3],
      ]),
      Float64Array.of(2, 4),
    )
    expect([...weighed.values()]).toEqual([1 / Math.sqrt(10), 3 / Math.sqrt(10)].map((x) => expect.closeTo(x, 9)))
    expect([...weighWords(new Map([['a', 1]]), Float64Array.of(0)).values()]).toEqual([0])
  })
})

describe('sides', () => {
  it('near-duplicates count once, also those that are alike only by way of a third', () => {
    const a = portrait([0], { x: 1 })
    const far = portrait([90], { y: 1 })
    const chain = [far, portrait([0], { x: 0.6, y: 0.2 }), a, portrait([0], { x: 0.35 }), portrait([180], { z: 1 })]
    expect(twinGroups(chain)).toEqual([[0], [1, 2, 3], [4]])
    expect(twinGroups([])).toEqual([])
    const side = sideOf({ tool: tool('a'), capabilities: [], portraits: chain, total: 9 })
    expect(side).toMatchObject({ total: 9, groups: [[0], [1, 2, 3], [4]] })
  })

  it('tools of stated other layers without a common purpose are of another field', () => {
    const [model, tooling] = [{ layer: 'model' }, { layer: 'tooling' }] as const
    expect(fieldShift(tool('a', model), tool('b', tooling))).toBe(-2)
    expect(
      fieldShift(tool('a', { ...model, categories: ['x', 'y'] }), tool('b', { ...tooling, categories: ['y'] })),
    ).toBe(0)
    expect(
      fieldShift(tool('a', { ...model, categories: ['sdk'] }), tool('b', { ...tooling, categories: ['sdk'] })),
    ).toBe(-2)
    expect(fieldShift(tool('a', model), tool('b', model))).toBe(0)
    expect([fieldShift(tool('a'), tool('b', model)), fieldShift(tool('a', model), tool('b'))]).toEqual([0, 0])
  })

  it('of two groups the most alike members count, less the field', () => {
    const a = sideWith(tool('a', { layer: 'model' }), { name: 'x', rows: [0] }, { name: 'y', rows: [90] })
    const b = sideWith(tool('b', { layer: 'tooling' }), { name: 'z', rows: [80] })
    const most = groupLikeness(a, [0, 1], b, [0])
    expect(most.similarity).toBeCloseTo(cos(10), 6)
    expect(most.probability).toBeCloseTo(sigmoid(-2 - 3.54 + 4.39 * cos(10)), 6)
  })

  it('a fit pairs one to one, and counts what is served by any', () => {
    const a = sideWith(tool('a'), { name: 'x', rows: [0] }, { name: 'y', rows: [20] }, { name: 'z', rows: [100] })
    const b = sideWith(tool('b'), { name: 'w', rows: [15] }, { name: 'v', rows: [200] })
    const { partner, coverage, columns, probability, similarity: cosines } = fitOf(a, b)
    // cosines of about .97 and .996 with w give .67 and .7: both are served by it, the nearer one is its partner
    expect([...partner]).toEqual([-1, 0, -1])
    expect([coverage, columns]).toEqual([[2 / 3, 1 / 2], 2])
    const { coverage: other, partner: back } = fitOf(b, a)
    expect([other, [...back]]).toEqual([
      [1 / 2, 2 / 3],
      [1, -1],
    ])
    expect(probability[2]).toBeCloseTo(sigmoid(-3.54 + 4.39 * cos(5)), 6)
    expect(cosines[5]).toBeCloseTo(cos(100), 6)
    expect(fitOf(sideWith(tool('a')), b).coverage).toEqual([0, 0])
  })
})

describe('align', () => {
  it('joins counterparts, and keeps what one side has alone', () => {
    const [a, b] = [named(tool('a'), 'a0', 'a1'), named(tool('b'), 'b0', 'b1')]
    const fit = fitWith([
      [0.1, 0.9],
      [0.4, 0.2],
    ])
    const rows = alignedRows(a, b, fit)
    expect(rows).toEqual([
      { groups: [0, 1], probability: 0.9, similarity: 0.45 },
      { groups: [1, -1], probability: 1, similarity: 1 },
      { groups: [-1, 0], probability: 1, similarity: 1 },
    ])
    expect(alignedOf([a, b], rows)).toEqual([
      {
        probability: 0.9,
        similarity: 0.45,
        members: [
          { tool: 'a', id: 'a.0', name: 'a0', description: 'a0 by A.', limitations: [] },
          { tool: 'b', id: 'b.1', name: 'b1', description: 'b1 by B.', limitations: [] },
        ],
      },
    ])
    expect(onlyOf([a, b], rows, [[fit, fit], []])).toEqual({
      a: [
        {
          tool: 'a',
          id: 'a.1',
          name: 'a1',
          description: 'a1 by A.',
          nearest: { tool: 'b', id: 'b.0', name: 'b0', probability: 0.4 },
        },
      ],
      b: [
        {
          tool: 'b',
          id: 'b.0',
          name: 'b0',
          description: 'b0 by B.',
          nearest: { tool: 'a', id: 'a.1', name: 'a1', probability: 0.4 },
        },
      ],
    })
  })

  it('with three: a row takes none that it is more likely different from', () => {
    const sides = ['a', 'b', 'c'].map((slug) => named(tool(slug), `${slug}0`))
    const fits = (ab: number, ac: number, bc: number) => [
      [fitWith([[1]]), fitWith([[ab]]), fitWith([[ac]])],
      [fitWith([[1]]), fitWith([[1]]), fitWith([[bc]])],
      [],
    ]
    const rows = (...p: [number, number, number]) => align(sides, fits(...p))
    expect(rows(0.9, 0.6, 0.8)).toEqual([
      { groups: [0, 0, 0], probability: 0.6, similarity: expect.closeTo(2.3 / 6, 9) },
    ])
    expect(rows(0.9, 0.4, 0.8).map(({ groups }) => groups)).toEqual([
      [0, 0, -1],
      [-1, -1, 0],
    ])
    expect(rows(0.4, 0.4, 0.5).map(({ groups }) => groups)).toEqual([
      [0, -1, -1],
      [-1, 0, 0],
    ])
    const [surest, ...others] = alignedOf(sides, rows(0.9, 0.6, 0.8))
    expect([surest!.members.map(({ id }) => id), others]).toEqual([['a.0', 'b.0', 'c.0'], []])
    // what one of them lacks is told of the other two
    expect(alignedOf(sides, rows(0.9, 0.4, 0.8)).map(({ members }) => members.map(({ id }) => id))).toEqual([
      ['a.0', 'b.0'],
    ])
  })

  it('lists what several have surest first', () => {
    const [a, b] = [named(tool('a'), 'a0', 'a1'), named(tool('b'), 'b0', 'b1')]
    const rows = alignedRows(
      a,
      b,
      fitWith([
        [0.6, 0],
        [0, 0.8],
      ]),
    )
    expect(alignedOf([a, b], rows).map(({ probability }) => probability)).toEqual([0.8, 0.6])
    expect(align([], [])).toEqual([])
  })

  it('names the nearest among several of several sides, whichever stands first', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((slug) => named(tool(slug), `${slug}0`, `${slug}1`)) as [Side, Side, Side]
    const ab = fitWith([
      [0.1, 0.2],
      [0.3, 0.15],
    ])
    const ac = fitWith([
      [0.05, 0.25],
      [0.1, 0.1],
    ])
    const bc = fitWith([
      [0.4, 0],
      [0, 0.35],
    ])
    const fits = [[ab, ab, ac], [ab, ab, bc], []]
    const only = onlyOf([a, b, c], align([a, b, c], fits), fits)
    const nearest = Object.fromEntries(
      Object.values(only).flatMap((list) => list.map(({ id, nearest: one }) => [id, `${one!.id} ${one!.probability}`])),
    )
    expect(nearest).toEqual({
      'a.0': 'c.1 0.25',
      'a.1': 'b.0 0.3',
      'b.0': 'c.0 0.4',
      'b.1': 'c.1 0.35',
      'c.0': 'b.0 0.4',
      'c.1': 'b.1 0.35',
    })
    const alone = onlyOf(
      [a, b],
      alignedRows(
        a,
        b,
        fitWith([
          [0, 0],
          [0, 0],
        ]),
      ),
      [
        [
          ab,
          fitWith([
            [0, 0],
            [0, 0],
          ]),
        ],
        [],
      ],
    )
    expect(alone.a![0]).not.toHaveProperty('nearest')
  })
})
