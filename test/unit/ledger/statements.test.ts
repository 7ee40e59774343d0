import { describe, expect, it } from 'vitest'
import type { ToolRecord } from '../../../src/core/catalogue.js'
import { isDenied, mentions, partsOf } from '../../../src/core/ledger/polarity.js'
import { sentencesOf, viewOf } from '../../../src/core/ledger/statements.js'
import { contentOf, namesKind } from '../../../src/core/ledger/topic.js'
import { isClosedList } from '../../../src/core/ledger/verdict.js'
import { MET, NOT, record, says, stateOf, UNKNOWN } from './records.js'

describe('denials', () => {
  const words = (text: string) => text.split(' ')
  it.each('no not never without cannot lacks lack neither nor except excluding unlike beyond outside'.split(' '))(
    '"%s" before denies within five words, unless "only" follows',
    (word) => {
      expect(isDenied(words(`${word} a b c d x`), 5, 5)).toBe(true)
      expect(isDenied(words(`${word} a b c d e x`), 6, 6)).toBe(false)
      expect(isDenied(words(`${word} only x`), 2, 2)).toBe(false)
    },
  )
  it.each(
    'cannot never unsupported unavailable missing refused rejected badly poorly poor weak excluded dropped ignored unlikely impossible'.split(
      ' ',
    ),
  )('"%s" after denies within five words', (word) => {
    expect(isDenied(words(`x a b c d ${word}`), 0, 0)).toBe(true)
    expect(isDenied(words(`x a b c d e ${word}`), 0, 0)).toBe(false)
  })
  it.each('is are was were be do does did can could has have will would may must'.split(' '))(
    '"%s not" after denies',
    (word) => {
      expect(isDenied(words(`x ${word} not y`), 0, 0)).toBe(true)
      expect(isDenied(words('x but not y'), 0, 0)).toBe(false)
    },
  )
  it('stay on their side of a turn', () => {
    expect(partsOf('x is read, but not y; z: w, and so on while it runs')).toEqual([
      'x is read',
      'but not y',
      ' z',
      ' w',
      'and so on',
      'while it runs',
    ])
    expect(partsOf('reads a, b and c')).toEqual(['reads a, b and c'])
    const says = (text: string) => mentions(text, /\bx\b/)
    expect([says('y, x'), says('no x'), says('y is no z, but x'), says('no x; x'), says('z')]).toEqual([
      'affirmed',
      'denied',
      'affirmed',
      'affirmed',
      undefined,
    ])
  })
})

describe('topics', () => {
  it('are met by one statement that says enough, and denied by one that denies as much', () => {
    const of = says('It crops large images quickly. Nested objects are not supported. Objects are found.')
    expect(stateOf('cropping images', of)).toBe(MET)
    expect(stateOf('cropping videos', of)).toBe(UNKNOWN)
    expect(stateOf('cropping large videos', of)).toBe(MET)
    expect(stateOf('cropping small videos', of)).toBe(UNKNOWN)
    expect(stateOf('cropping large videos slowly', of)).toBe(UNKNOWN)
    expect(stateOf('nested objects', of)).toBe(NOT)
    expect(stateOf('objects', of)).toBe(MET)
    expect(stateOf('crop images', record({ tags: ['crop'] }))).toBe(UNKNOWN)
    expect(stateOf('crop', record({ tags: ['crop', 'x'] }))).toBe(MET)
    expect(
      stateOf('crop tool for images', record({ capabilities: [{ name: 'Cropping', description: 'For images.' }] })),
    ).toBe(MET)
  })

  it('are denied by a word of theirs that is only ever denied, in phrases of up to four words', () => {
    const of = says('It reads lines. Scripts are not supported.')
    expect(stateOf('Tibetan scripts', of)).toBe(NOT)
    expect(stateOf('old Tibetan running-text scripts', of)).toBe(NOT)
    expect(stateOf('old Tibetan cursive sideways scripts', of)).toBe(UNKNOWN)
    expect(stateOf('Tibetan lines', of)).toBe(UNKNOWN)
    expect(stateOf('Tibetan', of)).toBe(UNKNOWN)
    expect(stateOf('Tibetan scripts', says('Scripts are read. Old scripts are not supported.'))).toBe(UNKNOWN)
    expect(
      stateOf(
        'purple widgets',
        record({ capabilities: [{ name: 'Doing it', description: 'It is.', requires: ['Purple widgets.'] }] }),
      ),
    ).toBe(UNKNOWN)
    // what the user must have neither denies nor affirms
    const needs = (requires: string[], description = 'It reads.') =>
      record({ capabilities: [{ name: 'Doing it', description, requires }] })
    expect(stateOf('Tibetan scripts', needs(['No scripts.']))).toBe(UNKNOWN)
    expect(stateOf('Tibetan scripts', needs(['Scripts.'], 'Scripts are not supported.'))).toBe(NOT)
  })

  it('are denied where a sentence says most of them, at the first of equal places', () => {
    expect(stateOf('images', says('It exports images, but not of images.'))).toBe(MET)
    expect(stateOf('large images', says('It sees images, but large images are not supported.'))).toBe(NOT)
  })

  it('a list of words proves only what it says whole', () => {
    const tagged = record({ tags: ['crop', 'images'] })
    expect(stateOf('crop large images', tagged)).toBe(UNKNOWN)
    expect(stateOf('crop large images', says('To crop images.'))).toBe(MET)
    expect(stateOf('crop images', tagged)).toBe(MET)
    expect(viewOf(record({ tags: [] }), []).statements.map(({ path }) => path)).toEqual(['type'])
  })

  it('know other names of the same thing', () => {
    for (const [need, text] of [
      ['mail', 'email'],
      ['transcription', 'It transcribes.'],
      ['authentication', 'login'],
      ['k8s', 'kubernetes'],
      ['diarization', 'diarise'],
    ] as const)
      expect(stateOf(need, says(text)), need).toBe(MET)
    expect(contentOf('a tool that supports mail, mail and email')).toEqual(['email'])
    expect(contentOf('only this')).toEqual(['onli'])
  })

  it('a category named whole is the kind of thing', () => {
    const of = record({ categories: ['vector-database', 'tool'] })
    expect(namesKind(contentOf('a vector database in Rust'), of)).toBe(true)
    expect(namesKind(contentOf('a database'), of)).toBe(false)
    expect(namesKind(contentOf('a tool'), record())).toBe(false)
  })

  it('an open list is no closed one', () => {
    expect(['a, b', 'over a hill'].map(isClosedList)).toEqual([true, true])
    expect(
      ['a and more', 'a, others', 'any', 'custom', 'a etc', 'such as a', 'hundreds', 'many', 'over 40', 'a…'].map(
        isClosedList,
      ),
    ).not.toContain(true)
  })
})

describe('statements', () => {
  const of = record({
    description: 'It sends. It reads e.g. mail. Version 2.0 came.',
    url: 'https://a.test',
    license: 'MIT',
    pricing: {
      model: 'paid',
      freeTier: false,
      startingPrice: { amount: 2, currency: 'USD', per: 'month' },
      note: 'By seat.',
      source: 'https://p.test',
    },
    execution: { protocol: 'http', auth: 'api-key' } as ToolRecord['execution'],
    categories: ['email'],
    tags: ['x', 'y'],
    worksWith: ['b', { slug: 'c', why: 'They share.' }],
    attributes: { maxPages: { value: 3, unit: 'pages', source: 'https://m.test' } },
    capabilities: [
      {
        id: 'a.1',
        name: 'One',
        description: 'First. Second.',
        limitations: ['No a.'],
        requires: ['A key'],
        inputs: ['i'],
        outputs: ['o', 'p'],
        tags: ['t'],
        source: 'https://c.test',
      },
      { name: 'Two', description: 'Third.', unique: 'Alone. So.' },
    ],
  })

  it('have a place, a kind, the source, and the name that they stand under', () => {
    const all = viewOf(of, of.capabilities).statements.map(({ text, path, kind, source, topic }) =>
      [path, kind, text, source ?? '', topic].join(' | '),
    )
    expect(all).toEqual([
      'description | claim | It sends. | https://a.test | ',
      'description | claim | It reads e.g. mail. | https://a.test | ',
      'description | claim | Version 2.0 came. | https://a.test | ',
      'attributes.maxPages | fact | maxPages: 3 pages | https://m.test | ',
      'type | fact | type: platform |  | ',
      'license | fact | license: MIT |  | ',
      'pricing | fact | pricing: paid, no free tier, from 2 USD per month | https://p.test | ',
      'pricing.note | claim | By seat. | https://p.test | ',
      'execution | fact | execution: http, auth: api-key |  | ',
      'categories | fact | categories: email |  | ',
      'tags | fact | tags: x, y |  | ',
      'worksWith.0 | claim | works with: b |  | ',
      'worksWith.1 | claim | They share. |  | ',
      'capabilities.a.1.name | claim | One | https://c.test | One',
      'capabilities.a.1.description | claim | First. | https://c.test | One',
      'capabilities.a.1.description | claim | Second. | https://c.test | One',
      'capabilities.a.1.limitations | limit | No a. | https://c.test | One',
      'capabilities.a.1.requires | need | A key | https://c.test | One',
      'capabilities.a.1.inputs | fact | inputs: i | https://c.test | One',
      'capabilities.a.1.outputs | fact | outputs: o, p | https://c.test | One',
      'capabilities.a.1.tags | fact | tags: t | https://c.test | One',
      'capabilities.1.name | claim | Two |  | Two',
      'capabilities.1.description | claim | Third. |  | Two',
      'capabilities.1.unique | claim | Alone. |  | Two',
      'capabilities.1.unique | claim | So. |  | Two',
    ])
    expect(viewOf(record(), record().capabilities).statements.map(({ path }) => path)).toEqual([
      'type',
      'capabilities.0.name',
      'capabilities.0.description',
    ])
  })

  it('the matched capability speaks first, then the tool, then the others', () => {
    const topics = viewOf(of, of.capabilities, 1).statements.map(({ topic }) => topic)
    expect([topics[0], topics[4], topics.at(-1)]).toEqual(['Two', '', 'One'])
  })

  it('sentences end before something that begins like one', () => {
    expect(sentencesOf('One. Two! three. "Four"? 5 is. ')).toEqual(['One.', 'Two! three.', '"Four"?', '5 is.'])
    expect(sentencesOf('')).toEqual([])
  })
})
