import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judged, type Need } from '../../../src/core/compare/outcome.js'
import { tool } from './sides.js'

const sides = ['a', 'b', 'c', 'd', 'e'].map((slug) => ({ tool: tool(slug) }))
const need = (name: string, serves: readonly boolean[]): Need => ({
  spoken: `somebody wants ${name}`,
  brief: name,
  by: serves.map((yes, i) => ({
    ref: { tool: sides[i]!.tool.slug, id: `${i}.${name}`, name: `${name} of ${i}` },
    probability: yes ? 0.75 : 0.25,
    serves: yes,
  })),
})

/** The least number of tools that serve all needs together, by trying every set; none when not even all do. */
function leastTools(needs: readonly (readonly boolean[])[], tools: number): number | undefined {
  const sizes = Array.from({ length: 1 << tools }, (_, set) => set)
    .filter((set) => needs.every((serves) => serves.some((yes, i) => yes && set & (1 << i))))
    .map((set) => [...set.toString(2)].filter((bit) => bit === '1').length)
  return sizes.length === 0 ? undefined : Math.min(...sizes)
}

describe('judged', () => {
  it('names whoever serves all needs, else the fewest that do together, else nobody', () => {
    const situation = fc
      .integer({ min: 2, max: 5 })
      .chain((tools) =>
        fc.array(fc.array(fc.boolean(), { minLength: tools, maxLength: tools }), { minLength: 1, maxLength: 3 }),
      )
    fc.assert(
      fc.property(situation, (needs) => {
        const tools = needs[0]!.length
        const { outcome, tools: set } = judged(
          sides.slice(0, tools),
          needs.map((serves, i) => need(`thing ${i}`, serves)),
          { origin: 'intents' },
        )
        const members = set.map((slug) => sides.findIndex((side) => side.tool.slug === slug))
        const alone = [...Array(tools).keys()].filter((side) => needs.every((serves) => serves[side]))
        const least = leastTools(needs, tools)
        if (least === undefined) expect([outcome, set]).toEqual(['neither', []])
        else if (alone.length > 0) expect([outcome, members]).toEqual([alone.length > 1 ? 'either' : 'one', alone])
        else {
          expect(outcome).toBe('together')
          expect(members).toHaveLength(least)
          expect(needs.every((serves) => members.some((side) => serves[side]))).toBe(true)
        }
      }),
      { seed: 20261130, numRuns: 400 },
    )
  })

  const two = sides.slice(0, 2)

  it('one: says who alone does it, with what, and what the other lacks', () => {
    expect(judged(two, [need('mail', [true, false])], { origin: 'asked' })).toEqual({
      title: 'Mail',
      needs: ['somebody wants mail'],
      origin: 'asked',
      outcome: 'one',
      tools: ['a'],
      reason: 'Only A with “mail of 0”.',
      covering: [{ tool: 'a', id: '0.mail', name: 'mail of 0', need: 'somebody wants mail', confidence: 0.75 }],
      failed: [{ tool: 'b', requirement: 'has nothing for “mail”; nearest is “mail of 1”, 25 % likely the same' }],
      elsewhere: [],
    })
  })

  it('either: lists them all', () => {
    const needs = [need('mail', [true, true])]
    expect(judged(two, needs, { origin: 'asked', title: 'My own' })).toMatchObject({
      title: 'My own',
      outcome: 'either',
      tools: ['a', 'b'],
      reason: 'Either does: A with “mail of 0” and B with “mail of 1”.',
      failed: [],
    })
    expect(judged(sides.slice(0, 3), [need('mail', [true, true, true])], { origin: 'asked' }).reason).toBe(
      'Any of 3 tools does: A with “mail of 0”, B with “mail of 1” and C with “mail of 2”.',
    )
  })

  it('alike capabilities of different layers meet instead of competing', () => {
    expect(judged(two, [need('mail', [true, true])], { origin: 'intents', meeting: true })).toMatchObject({
      outcome: 'together',
      tools: ['a', 'b'],
      reason: 'They meet here: A with “mail of 0” and B with “mail of 1”.',
    })
    expect(judged(two, [need('mail', [true, false])], { origin: 'intents', meeting: true }).outcome).toBe('one')
  })

  it('together: says what each is for, and of what each lacks no nearest when it is more than one thing', () => {
    const needs = [need('mail', [true, false]), need('maps', [false, true]), need('music', [false, true])]
    expect(judged(two, needs, { origin: 'intents' })).toMatchObject({
      title: 'Mail, maps and music',
      outcome: 'together',
      reason: 'Only together: A with “mail of 0” and B with “maps of 1” and “music of 1”.',
      covering: [{ id: '0.mail' }, { id: '1.maps' }, { id: '1.music' }],
      failed: [
        { tool: 'a', requirement: 'has nothing for “maps” and “music”' },
        { tool: 'b', requirement: 'has nothing for “mail”; nearest is “mail of 1”, 25 % likely the same' },
      ],
    })
  })

  it('neither: names the needs that nobody serves, and only those', () => {
    const needs = [need('mail', [true, false]), need('maps', [false, false])]
    expect(judged(two, needs, { origin: 'asked' })).toMatchObject({
      outcome: 'neither',
      tools: [],
      covering: [],
      reason: 'Neither serves “maps”.',
    })
    const three = judged(sides.slice(0, 3), [need('maps', [false, false, false])], { origin: 'asked' })
    expect(three.reason).toBe('None of them serves “maps”.')
  })

  it('says no nearest capability where a tool has none', () => {
    const bare: Need = {
      ...need('maps', [true, false]),
      by: [need('maps', [true]).by[0]!, { ref: undefined, probability: 0, serves: false }],
    }
    expect(judged(two, [bare], { origin: 'asked' }).failed).toEqual([
      { tool: 'b', requirement: 'has nothing for “maps”' },
    ])
  })
})
