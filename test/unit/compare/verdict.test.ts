import { describe, expect, it } from 'vitest'
import type { Relation, Row, Scenario } from '../../../src/core/api/compare.js'
import type { Pricing, Tool } from '../../../src/core/catalogue.js'
import { type DEMANDS, demandScenarios } from '../../../src/core/compare/demands.js'
import { bottomLineOf, type Findings, verdictOf } from '../../../src/core/compare/verdict.js'
import { categoryWords, count, labelOf, listed, percent, sentence } from '../../../src/core/compare/words.js'
import { tool } from './sides.js'

const scenario = (
  title: string,
  outcome: Scenario['outcome'],
  tools: string[],
  more: Partial<Scenario> = {},
): Scenario => ({
  title,
  needs: [`${title}, please`],
  origin: 'intents',
  outcome,
  tools,
  reason: '',
  covering: [],
  failed: [],
  elsewhere: [],
  ...more,
})
const other = (name: string): Scenario['elsewhere'][number] => ({ tool: name.toLowerCase(), name, why: '' })
const A = tool('a', { pricing: { model: 'free' } })
const B = tool('b')

function findings(kind: Relation['kind'], scenarios: Scenario[], more: Partial<Findings> = {}): Findings {
  return {
    tools: [A, B],
    relation: {
      kind,
      why: '',
      tools: ['a', 'b'],
      coverage: [0, 0],
      basis: { capabilities: [], fields: [] },
      ...(kind === 'contains' && { container: 'a' }),
    },
    scenarios,
    table: [],
    headToHead: { note: 'Nobody has chosen yet.' } as Findings['headToHead'],
    ...more,
  }
}
const sentencesOf = (...args: Parameters<typeof findings>) => verdictOf(findings(...args)).sentences
const flipsOf = (...args: Parameters<typeof findings>) => verdictOf(findings(...args)).flips

const MAIL = scenario('Send mail', 'one', ['a'])
const MAPS = scenario('Draw maps', 'one', ['b'])
const MUSIC = scenario('Play music', 'one', ['a'])
const OCR = scenario('OCR a page', 'one', ['a'])

describe('the verdict', () => {
  it('substitutes: who wins alone, and by what price where either does', () => {
    expect(sentencesOf('substitutes', [MAIL, MUSIC, OCR, MAPS, scenario('Keep notes', 'either', ['a', 'b'])])).toEqual([
      'Take A for “send mail” and “play music” (alone in 3 of 5 situations) and B for “draw maps” (alone in 1 of 5 situations).',
      'In 1 of 5 situations either does (“keep notes”), so the price decides there: A is free and B is without a known price.',
      'Nobody has chosen yet.',
    ])
    expect(sentencesOf('substitutes', [scenario('Keep notes', 'neither', [])])).toEqual([
      'In none of 1 situation does one win alone.',
      'In no situation do both do the same; A is free and B is without a known price.',
      'Nobody has chosen yet.',
    ])
  })

  it('leaves abbreviations as they are written', () => {
    expect(sentencesOf('unrelated', [OCR])[1]).toBe('Take A for “OCR a page” (alone in 1 of 1 situation).')
  })

  it('complements: what needs both', () => {
    const both = (title: string) => scenario(title, 'together', ['a', 'b'])
    expect(sentencesOf('complements', [both('Mail maps'), MAIL])).toEqual([
      'Not one or the other: 1 of 2 situations needs both, such as “mail maps”.',
      'By itself, take A for “send mail” (alone in 1 of 2 situations).',
      'Nobody has chosen yet.',
    ])
    expect(sentencesOf('complements', [both('x'), both('y')])[0]).toBe(
      'Not one or the other: 2 of 2 situations need both, such as “x” and “y”.',
    )
    expect(sentencesOf('complements', [])).toEqual([
      'Not one or the other: they stand in different places of a stack, and no situation of 0 is a contest between them.',
      'Nobody has chosen yet.',
    ])
  })

  it('contains and unrelated', () => {
    expect(sentencesOf('contains', [MAIL])).toEqual([
      'A has B inside: take A when what it adds is wanted, B by itself when not.',
      'Take A for “send mail” (alone in 1 of 1 situation).',
      'Nobody has chosen yet.',
    ])
    expect(sentencesOf('contains', [])).toHaveLength(2)
    expect(sentencesOf('unrelated', [])).toEqual([
      'There is nothing to choose between: no capability of one stands in for one of the other.',
      'Nobody has chosen yet.',
    ])
  })

  it('says what turns a lead round', () => {
    expect(flipsOf('substitutes', [MAPS, MAIL, MUSIC, OCR])).toEqual([
      'A leads 3 to 1; the lead is gone once B gains “send mail”, or once 2 situations that only it serves do not matter to you.',
    ])
    expect(flipsOf('contains', [MAIL, MUSIC, OCR])).toEqual([
      'A leads 3 to 0; the lead is gone once B gains “send mail” and “play music”, or once 3 situations that only it serves do not matter to you.',
    ])
    expect(flipsOf('substitutes', [MAPS])).toEqual([
      'B leads 1 to 0; the lead is gone once A gains “draw maps”, or once one situation that only it serves does not matter to you.',
    ])
    expect(flipsOf('substitutes', [MAPS, MAIL])).toEqual([
      'It is level, 1 to 1: whichever of the situations is yours decides.',
    ])
    expect(flipsOf('substitutes', [])).toEqual(['Any one situation of your own that only one of them serves decides.'])
    expect(flipsOf('complements', [MAPS])).toEqual([])
    expect(flipsOf('unrelated', [MAPS])).toEqual([])
  })

  it('conditions and gaps turn it round, too; four ways at most', () => {
    const demand = (outcome: Scenario['outcome'], tools: string[], more: Partial<Scenario> = {}) =>
      scenario('No budget', outcome, tools, { origin: 'attribute', needs: ['It must be free'], ...more })
    const row = (state: Row['state']) => ({ state }) as Row
    expect(
      flipsOf(
        'complements',
        [
          demand('one', ['b']),
          demand('either', ['a', 'b']),
          demand('neither', []),
          demand('neither', [], { elsewhere: [other('Cee'), other('Dee')] }),
          scenario('x', 'neither', []),
        ],
        { table: [row('partial'), row('equal'), row('partial')] },
      ),
    ).toEqual([
      'If “It must be free” holds for you, only B is left.',
      'If “It must be free” holds for you, none of them is left.',
      'If “It must be free” holds for you, none of them is left; Cee and Dee would be.',
      '2 rows of the table have no data for some of them; a value there may change the choice.',
    ])
    expect(flipsOf('unrelated', [], { table: [row('partial')] })).toEqual([
      '1 row of the table has no data for some of them; a value there may change the choice.',
    ])
    expect(
      flipsOf(
        'substitutes',
        [1, 2, 3, 4].map(() => demand('neither', [])),
      ),
    ).toHaveLength(4)
  })
})

describe('the bottom line', () => {
  it('says the kind, who leads, and where to look for the rest', () => {
    expect(bottomLineOf(findings('substitutes', [MAPS, MAIL, MUSIC])).sentences).toEqual([
      'A and B do the same kind of work, so one of them is enough.',
      'A is alone in 2 of 3 situations, most of all “send mail” and “play music”.',
      'If a situation of yours is not among these, ask for it in your own words.',
    ])
    expect(bottomLineOf(findings('complements', [MAPS, scenario('Make tea', 'neither', [])])).sentences).toEqual([
      'A + B, not one against the other.',
      'B is alone in 1 of 2 situations, most of all “draw maps”; start with the one whose situations are yours.',
      'For “make tea” look elsewhere.',
    ])
    const gap = scenario('Make tea', 'neither', [], { elsewhere: [other('Cee'), other('Dee')] })
    expect(bottomLineOf(findings('contains', [gap])).sentences).toEqual([
      'A and B overlap by construction: what one is built of is the other.',
      'No situation is served by one alone.',
      'For “make tea” look elsewhere: Cee and Dee.',
    ])
    expect(bottomLineOf(findings('unrelated', [])).sentences[0]).toBe('A and B answer different questions.')
  })

  it('offers three ways on', () => {
    const ways = (kind: Relation['kind'], scenarios: Scenario[], tools?: Tool[]) =>
      bottomLineOf(findings(kind, scenarios, tools && { tools })).ways.map(({ text, href }) => `${text} → ${href}`)
    expect(ways('complements', [])).toEqual([
      'How A and B hang together → /graph?tool=a',
      'Another tool in the place of A → /alternatives/a',
      'Another tool in the place of B → /alternatives/b',
    ])
    const [neither, together, either] = [
      scenario('n', 'neither', []),
      scenario('t', 'together', ['a', 'b']),
      scenario('e', 'either', ['a', 'b']),
    ]
    expect(ways('substitutes', [either, together, neither])).toEqual([
      'What else replaces A → /alternatives/a',
      'What else replaces B → /alternatives/b',
      'Search everything for “n, please” → /search?q=n%2C%20please',
    ])
    expect(ways('substitutes', [either, together])[2]).toContain('“t, please”')
    expect(ways('substitutes', [either])[2]).toContain('“e, please”')
    expect(ways('substitutes', [])[2]).toBe('Search everything for “A” → /search?q=A')
    expect(ways('substitutes', [], [{ ...A, categories: ['vector-data-base'] }, B])[2]).toContain('“vector data base”')
  })
})

describe('conditions', () => {
  const priced = (slug: string, model: Pricing['model'], more: Partial<Pricing> = {}) =>
    tool(slug, { pricing: { model, ...more } })
  const hosted = (slug: string, value: string | number) => tool(slug, { attributes: { hosting: { value } } })
  const nowhere = () => []

  it('are told where they decide: some meet them, or none does; what is unknown does not', () => {
    const [scene, ...others] = demandScenarios([priced('a', 'free'), priced('b', 'paid'), tool('c')], nowhere)
    expect(scene).toEqual({
      title: 'No budget',
      needs: ['It must cost nothing to start with'],
      origin: 'attribute',
      outcome: 'one',
      tools: ['a'],
      reason: 'A (pricing: free); not B (pricing: paid) and C (pricing: no price is known).',
      covering: [],
      failed: [
        { tool: 'b', requirement: 'pricing: paid' },
        { tool: 'c', requirement: 'pricing: no price is known' },
      ],
      elsewhere: [],
    })
    expect(others).toEqual([])
    expect(demandScenarios([priced('a', 'free'), priced('b', 'open-source')], nowhere)).toEqual([])
    expect(demandScenarios([tool('a'), priced('b', 'unknown')], nowhere)).toEqual([])
  })

  it('that none meets say who else does', () => {
    const asked: string[] = []
    const elsewhere = ({ title }: (typeof DEMANDS)[number]) => {
      asked.push(title)
      return [other('Cee'), other('Dee')]
    }
    const [scene] = demandScenarios([hosted('a', 'managed'), tool('b')], elsewhere)
    expect(scene).toMatchObject({
      title: 'On your own machines',
      needs: ['It must run on machines of your own'],
      outcome: 'neither',
      tools: [],
      reason: 'None: A (hosting: managed) and B (hosting: no data). Look at Cee and Dee.',
      elsewhere: [{ name: 'Cee' }, { name: 'Dee' }],
    })
    expect(asked).toEqual(['On your own machines'])
    expect(demandScenarios([hosted('a', 'managed')], nowhere)[0]!.reason).toBe('None: A (hosting: managed).')
  })

  it('that several of more meet leave a choice, and ask nobody else', () => {
    const elsewhere = () => {
      throw new Error('not asked')
    }
    const [scene] = demandScenarios(
      [hosted('a', 'self-hosted'), hosted('b', 'both'), hosted('c', 'managed'), hosted('d', 7)],
      elsewhere,
    )
    expect(scene).toMatchObject({
      outcome: 'either',
      tools: ['a', 'b'],
      reason: 'A (hosting: self-hosted) and B (hosting: both); not C (hosting: managed) and D (hosting: no data).',
      elsewhere: [],
    })
  })
})

describe('words', () => {
  it('lists, counts, labels and ends sentences', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ])
    expect([count(1, 'row'), count(0, 'row'), count(2, 'capability', 'capabilities')]).toEqual([
      '1 row',
      '0 rows',
      '2 capabilities',
    ])
    expect([sentence('  it does'), sentence('Does it?'), sentence('it does. ')]).toEqual([
      'It does.',
      'Does it?',
      'It does.',
    ])
    expect(['deliveryGuarantee', 'gpu', 'mcpServer', 'max_output-tokens', 'http2Api'].map(labelOf)).toEqual([
      'Delivery guarantee',
      'GPU',
      'MCP server',
      'Max output tokens',
      'Http2 API',
    ])
    expect([categoryWords('a-b-c'), percent(0.256)]).toEqual(['a b c', '26 %'])
  })
})
