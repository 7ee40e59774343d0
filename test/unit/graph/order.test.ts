import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crossings, fewCrossings } from '../../../src/core/graph/order.js'

const ids = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`)

const drawing = fc
  .record({ a: fc.integer({ min: 1, max: 5 }), b: fc.integer({ min: 1, max: 6 }), c: fc.integer({ min: 1, max: 5 }) })
  .chain(({ a, b, c }) =>
    fc.record({
      columns: fc.constant([ids('a', a), ids('b', b), ids('c', c)]),
      links: fc.array(
        fc.oneof(
          fc.tuple(fc.nat(a - 1), fc.nat(b - 1)).map(([x, y]) => ({ from: `a${x}`, to: `b${y}` })),
          fc.tuple(fc.nat(b - 1), fc.nat(c - 1)).map(([x, y]) => ({ from: `b${x}`, to: `c${y}` })),
        ),
        { maxLength: 16 },
      ),
    }),
  )

describe('fewCrossings', () => {
  it('keeps every node in its column and never makes more crossings than there were', () => {
    fc.assert(
      fc.property(drawing, ({ columns, links }) => {
        const ordered = fewCrossings(columns, links)
        expect(ordered.map((column) => [...column].sort())).toEqual(columns.map((column) => [...column].sort()))
        expect(crossings(ordered, links)).toBeLessThanOrEqual(crossings(columns, links))
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  it('untangles two edges that cross', () => {
    const links = [
      { from: 'a0', to: 'b1' },
      { from: 'a1', to: 'b0' },
    ]
    const columns = [['a0', 'a1'], ['b0', 'b1'], []]
    expect(crossings(columns, links)).toBe(1)
    expect(crossings(fewCrossings(columns, links), links)).toBe(0)
  })

  // a node between two others ties with the one it crosses: only the column with single links can be put right
  const [few, many] = [ids('a', 2), ids('b', 3)]
  const ONE_WAY = [
    ['a0', 'b0'],
    ['a1', 'b1'],
    ['a0', 'b2'],
  ] as const
  const forth = ONE_WAY.map(([from, to]) => ({ from, to }))
  const back = ONE_WAY.map(([to, from]) => ({ from, to }))
  it.each<[why: string, columns: string[][], links: { from: string; to: string }[]]>([
    ['the second column by the first', [few, many], forth],
    ['the first column by the second', [many, few], back],
    ['the second of three by the first', [few, many, []], forth],
    ['the third by the second', [['x'], few, many], forth],
    ['the second by the third', [['x'], many, few], back],
    ['the first of three by the second', [many, few, []], back],
  ])('re-orders %s', (_, columns, links) => {
    expect(crossings(columns, links)).toBe(1)
    expect(crossings(fewCrossings(columns, links), links)).toBe(0)
  })

  it('changes nothing where nothing crosses, and takes links that lead nowhere', () => {
    const columns = [few, many]
    const links = [
      { from: 'a1', to: 'b0' },
      { from: 'a9', to: 'b2' },
      { from: 'a0', to: 'c7' },
    ]
    expect(fewCrossings(columns, links)).toEqual(columns)
    expect([fewCrossings([few], links), fewCrossings([], links)]).toEqual([[few], []])
  })

  it('counts the crossings that lines drawn between the places have', () => {
    fc.assert(
      fc.property(drawing, ({ columns, links }) => {
        const at = (id: string) => columns.flatMap((column) => column.indexOf(id)).find((place) => place >= 0)!
        let wanted = 0
        links.forEach((one, i) => {
          for (const other of links.slice(i + 1)) {
            if (one.from[0] !== other.from[0]) continue
            const left = at(one.from) - at(other.from)
            const right = at(one.to) - at(other.to)
            if ((left < 0 && right > 0) || (left > 0 && right < 0)) wanted++
          }
        })
        expect(crossings(columns, links)).toBe(wanted)
      }),
      { seed: 4, numRuns: 200 },
    )
  })
})
