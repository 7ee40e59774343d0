import { describe, expect, it } from 'vitest'
import { commonPartners, containmentOf, pairingsOf, partnersOf, purposesOf } from '../../../src/core/compare/pairing.js'
import { tool } from './sides.js'

describe('recorded pairings', () => {
  const a = tool('a', { worksWith: ['c', { slug: 'b', why: 'They share a queue.' }, 'd'] })
  const b = tool('b', { worksWith: ['a', 'c', 'a2', { slug: 'd' }] })

  it('are read from both records, the first one first, with the reason where there is one', () => {
    expect(pairingsOf(a, b)).toEqual([
      { from: 'a', to: 'b', why: 'They share a queue.' },
      { from: 'b', to: 'a' },
    ])
    expect(pairingsOf(a, tool('z'))).toEqual([])
    expect(partnersOf(tool('z'))).toEqual([])
  })

  it('in common leave out the two themselves', () => {
    expect(commonPartners(a, b)).toEqual(['c', 'd'])
    const self = tool('a', { worksWith: ['a', 'b', 'c'] })
    expect(commonPartners(self, tool('b', { worksWith: ['a', 'b', 'c'] }))).toEqual(['c'])
  })

  it('purposes are categories that say what for, not in what form', () => {
    expect(purposesOf(tool('a', { categories: ['mcp-server', 'email', 'sdk', 'queues', 'ui'] }))).toEqual([
      'email',
      'queues',
    ])
    expect(purposesOf(tool('a'))).toEqual([])
  })
})

describe('containmentOf', () => {
  const inside = (container: string, contained: string, sentence: string) => ({
    container: expect.objectContaining({ slug: container }),
    contained: expect.objectContaining({ slug: contained }),
    sentence,
  })
  const why = (from: string, to: string, text: string) => [{ from, to, why: text }]

  it.each([
    'A managed Widget for teams.',
    'This is serverless Widget.',
    'It offers Hosted  Widget.',
    'A search built on the open Widget.',
    'A search built around Widget.',
    'It sits on top of Widget and more.',
  ])('reads from a description that the other one is offered or built on: %s', (sentence) => {
    const outer = tool('outer', { description: `Something first. ${sentence} Something last.` })
    const widget = tool('widget', { name: 'Widget' })
    expect(containmentOf(outer, widget, [])).toEqual(inside('outer', 'widget', sentence))
    expect(containmentOf(widget, outer, [])).toEqual(inside('outer', 'widget', sentence))
  })

  it.each([
    'It manages Widget.',
    'A managed Widgetry.',
    'Widget, built on nothing.',
    'Built on far too many other Widget.',
  ])('and not from one that says something else: %s', (sentence) => {
    expect(
      containmentOf(tool('outer', { description: sentence }), tool('widget', { name: 'Widget' }), []),
    ).toBeUndefined()
  })

  it('takes a name as it is written, not as a pattern', () => {
    const outer = tool('outer', { description: 'Managed W.dget (2) for you.' })
    expect(containmentOf(outer, tool('x', { name: 'W.dget (2' }), [])).toMatchObject({ container: { slug: 'outer' } })
    expect(containmentOf(outer, tool('x', { name: 'W.dget' }), [])).toMatchObject({ container: { slug: 'outer' } })
    expect(
      containmentOf(tool('outer', { description: 'Managed Wxdget.' }), tool('x', { name: 'W.dget' }), []),
    ).toBeUndefined()
  })

  it.each(['mcp', 'cli', 'skill'] as const)(
    'a thin %s that passes calls on is inside of what it passes them to',
    (type) => {
      const thin = tool('thin', { type })
      const big = tool('big')
      for (const said of [
        'It wraps the API.',
        'A thin layer over it.',
        'It exposes the API as tools.',
        'It drives the app.',
      ])
        expect(containmentOf(thin, big, why('thin', 'big', said))).toEqual(inside('big', 'thin', said))
      expect(containmentOf(thin, big, why('thin', 'big', 'They share a login.'))).toBeUndefined()
      expect(containmentOf(thin, tool('other', { type }), why('thin', 'other', 'It wraps the API.'))).toBeUndefined()
    },
  )

  it('an extension is not inside of what it wraps; an MCP server is inside of whoever wraps it', () => {
    const big = tool('big')
    const extension = tool('extension', { type: 'extension' })
    expect(containmentOf(extension, big, why('extension', 'big', 'It wraps the editor.'))).toBeUndefined()
    const server = tool('server', { type: 'mcp' })
    expect(containmentOf(server, big, why('big', 'server', 'It wraps the server.'))).toEqual(
      inside('big', 'server', 'It wraps the server.'),
    )
    expect(containmentOf(tool('tool', { type: 'cli' }), big, why('big', 'tool', 'It wraps it.'))).toBeUndefined()
  })

  it('a thin tool offers nothing as a service, whatever its description says', () => {
    const thin = tool('thin', { type: 'mcp', description: 'Managed Widget for agents.' })
    expect(containmentOf(thin, tool('widget', { name: 'Widget' }), [])).toBeUndefined()
  })

  it.each([
    'Outer builds on Inner.',
    'Outer builds its search around Inner.',
    'Outer is built on Inner.',
    'Outer runs on top of Inner.',
    'Outer has Inner as its engine.',
    'Outer projects include Inner.',
    'Outer databases can enable Inner.',
  ])('whoever a sentence names first has the other inside: %s', (sentence) => {
    const outer = tool('o', { name: 'Outer' })
    const inner = tool('i', { name: 'Inner' })
    expect(containmentOf(inner, outer, why('i', 'o', sentence))).toEqual(inside('o', 'i', sentence))
    expect(containmentOf(outer, inner, why('i', 'o', sentence))).toEqual(inside('o', 'i', sentence))
  })

  it('a sentence that names one of them has that one as the container, one that names none the bigger kind of thing', () => {
    const platform = tool('p', { name: 'Platform' })
    const model = tool('m', { name: 'Model', type: 'model' })
    expect(containmentOf(platform, model, why('p', 'm', 'Model is bundled.'))).toMatchObject({
      container: { slug: 'm' },
    })
    for (const said of ['It is included.', 'It can be switched on.', 'It is preinstalled.'])
      for (const [x, y] of [
        [platform, model],
        [model, platform],
      ] as const)
        expect(containmentOf(x, y, why('p', 'm', said))).toEqual(inside('p', 'm', said))
    expect(containmentOf(platform, tool('q'), why('p', 'q', 'It is included.'))).toBeUndefined()
    for (const type of ['product', 'app', 'webapp'] as const)
      expect(containmentOf(model, tool('h', { type }), why('m', 'h', 'It is included.'))?.container.slug).toBe('h')
  })

  it('a pairing without a reason, or with another one, says nothing', () => {
    expect(containmentOf(tool('a'), tool('b'), [{ from: 'a', to: 'b' }])).toBeUndefined()
    expect(containmentOf(tool('a'), tool('b'), why('a', 'b', 'They share a queue.'))).toBeUndefined()
  })
})
