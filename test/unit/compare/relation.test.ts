import { describe, expect, it } from 'vitest'
import type { Tool } from '../../../src/core/catalogue.js'
import { relationOf } from '../../../src/core/compare/relation.js'
import type { Side } from '../../../src/core/compare/subject.js'
import { fitWith, named, tool } from './sides.js'

const known = {
  nameOf: (slug: string) => (slug.startsWith('gone') ? undefined : slug.toUpperCase()),
  isHub: (slug: string) => slug === 'docker',
}
const names = (slug: string, n: number): string[] => Array.from({ length: n }, (_, i) => `${slug} ${i}`)
const none = (rows: number, columns: number) => Array.from({ length: rows }, () => new Array<number>(columns).fill(0.1))
/** Of the first capabilities of each so many have a counterpart, less and less surely. */
const overlapping = (rows: number, columns: number, same: number) =>
  none(rows, columns).map((row, i) => row.map((p, j) => (i === j && i < same ? 0.9 - i / 100 : p)))

function relate(a: Partial<Tool>, b: Partial<Tool>, [rows, columns]: [number, number] = [4, 4], same = 0) {
  const [one, other] = [named(tool('a', a), ...names('a', rows)), named(tool('b', b), ...names('b', columns))]
  return relationOf(one, other, fitWith(overlapping(rows, columns, same)), known)
}
const kindOf = (...args: Parameters<typeof relate>) => relate(...args).kind

describe('the kind of a pair', () => {
  it('the same main category, or a side category in one layer, makes substitutes, however little they share', () => {
    expect(kindOf({ categories: ['email'] }, { categories: ['email', 'queues'] })).toBe('substitutes')
    expect(kindOf({ layer: 'model', categories: ['email', 'x'] }, { layer: 'tooling', categories: ['email'] })).toBe(
      'substitutes',
    )
    expect(kindOf({ layer: 'tooling', categories: ['email', 'x'] }, { layer: 'tooling', categories: ['x'] })).toBe(
      'substitutes',
    )
    expect(kindOf({ layer: 'model', categories: ['email', 'x'] }, { layer: 'tooling', categories: ['x'] })).toBe(
      'unrelated',
    )
    expect(kindOf({ categories: ['sdk'] }, { categories: ['sdk'] })).toBe('unrelated')
  })

  it('otherwise a quarter of what they do has to be shared', () => {
    const side: [Partial<Tool>, Partial<Tool>] = [
      { layer: 'model', categories: ['email', 'x'] },
      { layer: 'tooling', categories: ['x'] },
    ]
    expect(kindOf(...side, [4, 4], 1)).toBe('substitutes')
    expect(kindOf(...side, [5, 5], 1)).toBe('unrelated')
    const layer = [{ layer: 'tooling' }, { layer: 'tooling' }] as const
    expect([kindOf(...layer, [4, 4], 1), kindOf(...layer, [5, 5], 1)]).toEqual(['substitutes', 'unrelated'])
    expect([kindOf({}, {}, [4, 4], 1), kindOf({}, {}, [5, 5], 1)]).toEqual(['substitutes', 'unrelated'])
    expect(kindOf({ layer: 'model' }, { layer: 'tooling' }, [4, 4], 1)).toBe('unrelated')
  })

  it('recorded partners complement each other, unless they do one job', () => {
    const partner = { worksWith: ['b'] }
    expect(kindOf({ ...partner, layer: 'tooling' }, { layer: 'model' })).toBe('complements')
    const job: Partial<Tool> = { layer: 'tooling', categories: ['email'] }
    expect(kindOf({ ...job, ...partner }, job, [4, 4], 1)).toBe('complements')
    expect(kindOf({ ...job, ...partner }, job, [4, 4], 2)).toBe('substitutes')
    expect(kindOf({ ...job, ...partner, layer: undefined }, job, [4, 4], 2)).toBe('complements')
    expect(kindOf({ ...job, ...partner }, { ...job, categories: ['queues'] }, [4, 4], 2)).toBe('complements')
    const model: Partial<Tool> = { layer: 'model', categories: ['email'] }
    expect(kindOf({ ...model, ...partner }, model)).toBe('substitutes')
  })

  it('so do tools of different layers that work with the same third one, unless everybody does', () => {
    const pair = (slug: string, layer: Tool['layer'] = 'tooling') =>
      kindOf({ layer, worksWith: [slug] }, { layer: 'model', worksWith: [slug] })
    expect(pair('c')).toBe('complements')
    expect(pair('docker')).toBe('unrelated')
    expect(pair('gone')).toBe('unrelated')
    expect(pair('c', 'model')).toBe('unrelated')
    expect(pair('c', undefined)).toBe('complements')
    expect(kindOf({ worksWith: ['c'] }, { layer: 'model', worksWith: ['c'] })).toBe('unrelated')
  })

  it('one contains the other that has nearly all that it does, and more besides', () => {
    const layer = { layer: 'tooling' } as const
    expect(kindOf(layer, layer, [5, 8], 4)).toBe('contains')
    expect(relate(layer, layer, [8, 5], 4)).toMatchObject({ kind: 'contains', container: 'a' })
    expect(relate(layer, layer, [5, 8], 4)).toMatchObject({ container: 'b', coverage: [0.8, 0.5] })
    expect(kindOf(layer, layer, [5, 8], 3)).not.toBe('contains')
    expect(kindOf(layer, layer, [5, 7], 4)).not.toBe('contains')
    expect(kindOf(layer, layer, [2, 4], 2)).not.toBe('contains')
    expect(kindOf(layer, layer, [3, 6], 3)).toBe('contains')
    expect(kindOf({ layer: 'model' }, layer, [5, 8], 4)).not.toBe('contains')
    expect(kindOf({ layer: 'model', categories: ['y', 'x'] }, { ...layer, categories: ['x'] }, [5, 8], 4)).toBe(
      'contains',
    )
    expect(kindOf({ layer: 'model', worksWith: ['b'] }, layer, [5, 8], 4)).toBe('contains')
    // the larger one is more than half covered too: they are alike, neither is inside the other
    expect(kindOf(layer, layer, [4, 6], 4)).toBe('substitutes')
    expect(kindOf(layer, layer, [6, 4], 4)).toBe('substitutes')
    // nearly all, but half as many again is not reached
    expect(kindOf(layer, layer, [6, 8], 5)).toBe('substitutes')
  })
})

describe('the reason names what stands in the records', () => {
  it('substitutes', () => {
    const category: Partial<Tool> = { layer: 'tooling', categories: ['vector-database'] }
    expect(relate(category, category, [4, 5], 3)).toEqual({
      kind: 'substitutes',
      tools: ['a', 'b'],
      coverage: [0.75, 0.6],
      why: 'Both are in the category vector database: 3 of A’s 4 capabilities and 3 of B’s 5 have a counterpart, such as “a 0” / “b 0” and “a 1” / “b 1”.',
      basis: {
        capabilities: ['a.0 a 0', 'b.0 b 0', 'a.1 a 1', 'b.1 b 1'].map((text) => {
          const [id, ...name] = text.split(' ')
          return { tool: id!.slice(0, 1), id, name: name.join(' ') }
        }),
        fields: ['categories'],
      },
    })
    expect(relate({ layer: 'tooling' }, { layer: 'tooling' }, [4, 4], 1)).toMatchObject({
      why: 'Both stand in the same layer (tooling): 1 of A’s 4 capabilities and 1 of B’s 4 have a counterpart, such as “a 0” / “b 0”.',
      basis: { fields: ['layer'] },
    })
    expect(relate({}, {}, [4, 4], 1).why).toContain('(not stated)')
    expect(relate(category, category)).toMatchObject({
      why: 'Both are in the category vector database, but they go about it differently: no capability of one has a counterpart in the other. A is there for “a 0”, B for “b 0”.',
      basis: { capabilities: [{ id: 'a.0' }, { id: 'b.0' }], fields: ['categories'] },
    })
  })

  it('names the two surest pairs, the surest first, wherever they stand', () => {
    const [a, b] = ['a', 'b'].map((slug) => named(tool(slug, { categories: ['x'] }), ...names(slug, 3))) as [Side, Side]
    const fit = fitWith([
      [0.1, 0.6, 0.1],
      [0.1, 0.1, 0.9],
      [0.7, 0.1, 0.1],
    ])
    expect(relationOf(a, b, fit, known).why).toContain('such as “a 1” / “b 2” and “a 2” / “b 0”.')
  })

  it('contains, by what they do', () => {
    expect(relate({ layer: 'tooling' }, { layer: 'tooling' }, [5, 8], 4)).toMatchObject({
      why: 'B has 80 % of what A does, among it “a 0” / “b 0” and “a 1” / “b 1”, and 8 capabilities in all against 5.',
      container: 'b',
      basis: { fields: [] },
    })
    expect(relate({ layer: 'tooling' }, { layer: 'tooling' }, [8, 5], 4).why).toMatch(/^A has 80 % of what B does/)
  })

  it('contains, by what the record says', () => {
    const outer = { description: 'A managed B for teams.' }
    expect(relate(outer, {}, [4, 4], 1)).toMatchObject({
      why: 'A contains B. The record says: “A managed B for teams.” Both have “a 0” / “b 0”.',
      container: 'a',
      basis: { capabilities: [{ id: 'a.0' }, { id: 'b.0' }], fields: ['worksWith', 'description'] },
    })
    expect(relate(outer, {})).toMatchObject({
      why: 'A contains B. The record says: “A managed B for teams.” A is there for “a 0”, B for “b 0”.',
      basis: { capabilities: [{ id: 'a.0' }, { id: 'b.0' }] },
    })
  })

  it('complements', () => {
    const why = [{ slug: 'b', why: 'They share a queue.' }]
    expect(relate({ layer: 'tooling', worksWith: why }, { layer: 'model' })).toMatchObject({
      why: 'A belongs to the tooling layer, B to the model layer. Of B, the record of A says: “They share a queue.” A is there for “a 0”, B for “b 0”.',
      basis: { fields: ['layer', 'worksWith'] },
    })
    expect(relate({ worksWith: ['b'] }, { layer: 'model' }).why).toMatch(
      /^A belongs to the unstated layer, B to the model layer\. The catalogue records that they work together\. /,
    )
    expect(relate({ layer: 'tooling' }, { layer: 'tooling', worksWith: ['a'] }).why).toMatch(
      /^Both belong to the tooling layer, but not for the same job\. /,
    )
    expect(
      relate({ layer: 'tooling', worksWith: ['c', 'd', 'e'] }, { layer: 'model', worksWith: ['c', 'd', 'e'] }).why,
    ).toContain('No pairing of the two is recorded, but both work with C and D. ')
  })

  it('unrelated', () => {
    expect(relate({ categories: ['web-search'] }, { type: 'model' })).toMatchObject({
      why: 'A is in the category web search, B is of type model; no pairing is recorded and no capability of one does what one of the other does. A is there for “a 0”, B for “b 0”.',
      basis: { fields: ['categories'] },
    })
    expect(relate({}, { categories: ['web-search'] }).basis.fields).toEqual(['type'])
  })

  it('what a tool is there for is its first capability that is unlike all of the other’s', () => {
    const a = named(tool('a', { categories: ['x'] }), 'alike', 'far', 'farther')
    const b = named(tool('b', { categories: ['y'] }), 'near', 'away')
    const { basis } = relationOf(
      a,
      b,
      fitWith([
        [0.4, 0.3],
        [0.3, 0.1],
        [0.1, 0.1],
      ]),
      known,
    )
    // 1 of a is .3 near something, 2 is not; each of b is near something, so the first one
    expect(basis.capabilities.map(({ id }) => id)).toEqual(['a.2', 'b.0'])
    const same = relationOf(
      named(a.tool, 'mail'),
      named(tool('b', { categories: ['x'] }), 'mail'),
      fitWith([[0.8]]),
      known,
    )
    expect(same.why).toContain('such as “mail”.')
  })
})
