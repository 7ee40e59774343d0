import { describe, expect, it } from 'vitest'
import type { Pricing, Tool } from '../../../src/core/catalogue.js'
import { contradictions } from '../../../src/core/compare/contradictions.js'
import { priceChange, priceWords } from '../../../src/core/compare/price.js'
import { rowsOf } from '../../../src/core/compare/rows.js'
import { nearBest, SERVES, serveProbability, serves } from '../../../src/core/compare/serves.js'

const tool = (slug: string, more: Partial<Tool> = {}): Tool => ({
  slug,
  name: slug.toUpperCase(),
  type: 'platform',
  description: '',
  ...more,
})
const row = (tools: Tool[], id: string) =>
  rowsOf(tools.map((one) => ({ tool: one, capabilities: [] }))).find((one) => one.id === id)!

describe('rowsOf', () => {
  const a = tool('a', {
    layer: 'model',
    attributes: {
      contextWindow: { value: 128_000, unit: 'tokens', source: 'https://a.test', asOf: '2025-06', claimedBy: 'vendor' },
      hosting: { value: 'managed' },
      maxOutput: { value: 0, unit: 'tokens' },
      streaming: { value: true },
    },
  })
  const b = tool('b', {
    layer: 'model',
    attributes: { contextWindow: { value: 64_000 }, hosting: { value: 'managed' }, streaming: { value: false } },
  })

  it('orders by how much a row tells apart, then what only one states, equal values last', () => {
    const rows = rowsOf([a, b].map((one) => ({ tool: one, capabilities: [] })))
    expect(rows.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'streaming differs',
      'contextWindow differs',
      'maxOutput partial',
      'layer equal',
      'type equal',
      'hosting equal',
    ])
    expect(row([a, b], 'contextWindow').apart).toBeCloseTo(0.5)
  })

  it('keeps unit, source, date and claimant with the value, and says "no data" by null, also beside a 0', () => {
    expect(row([a, b], 'contextWindow').cells.a).toEqual({
      value: 128_000,
      unit: 'tokens',
      source: 'https://a.test',
      asOf: '2025-06',
      claimedBy: 'vendor',
    })
    expect(row([a, b], 'maxOutput').cells).toEqual({ a: { value: 0, unit: 'tokens' }, b: null })
  })

  it('does not take an unknown price for a price', () => {
    const rows = rowsOf(
      [tool('x', { pricing: { model: 'unknown' } }), tool('y')].map((t) => ({ tool: t, capabilities: [] })),
    )
    expect(rows.map(({ id }) => id)).toEqual(['type'])
  })
})

describe('a table', () => {
  const valued = (value: number | string | boolean | undefined, slug: string) =>
    tool(slug, value === undefined ? {} : { attributes: { x: { value } } })
  const apart = (...values: (number | string | boolean | undefined)[]) =>
    row(
      values.map((value, i) => valued(value, 'abc'[i]!)),
      'x',
    )

  it.each<[values: (number | string | boolean | undefined)[], apart: number, state: string]>([
    [[1, 4], 0.75, 'differs'],
    [[-1, 4], 1, 'differs'],
    [[0, 0], 0, 'equal'],
    [['a b', 'b c'], 1 - 1 / 3, 'differs'],
    [['A b', 'a B'], 0, 'equal'],
    [['!', '?'], 1, 'differs'],
    [['!', '!'], 0, 'equal'],
    [[true, 'true'], 1, 'differs'],
    [[3, '3'], 1, 'differs'],
    [[5], 0, 'equal'],
    // of three pairs one is .5 apart, one .75, one .5
    [[1, 2, 4], (0.5 + 0.75 + 0.5) / 3, 'differs'],
    // … and what one does not state is no pair, but counts among them
    [[1, 2, undefined], 0.5 / 3, 'differs'],
    [[2, 2, undefined], 0, 'partial'],
  ])('of %j is %d apart: %s', (values, far, state) => {
    const made = apart(...values)
    expect([made.apart, made.state]).toEqual([expect.closeTo(far, 12), state])
  })

  it('keeps the order of facts, figures and attributes where rows tell as much', () => {
    const sides = ['a', 'b'].map((slug) => ({
      tool: tool(slug, { layer: 'model', license: 'MIT', attributes: { y: { value: 1 }, x: { value: 1 } } }),
      capabilities: [],
      measures: [{ id: 'rank', label: 'Rank', value: 3, unit: 'points' }],
    }))
    const rows = rowsOf(sides)
    expect(rows.map(({ id, state }) => `${id} ${state}`)).toEqual(
      ['layer', 'type', 'license', 'rank', 'y', 'x'].map((id) => `${id} equal`),
    )
    expect(rows[0]!.cells).toEqual({ a: { value: 'model' }, b: { value: 'model' } })
    expect(rows[3]!.cells.a).toEqual({ value: 3, unit: 'points', claimedBy: 'measured' })
  })

  it('shows a fact that one tool states, and a figure that is not known', () => {
    const sides = [tool('a', { license: 'MIT' }), tool('b')].map((one, i) => ({
      tool: one,
      capabilities: [],
      measures: [{ id: 'rank', label: 'Rank', value: i === 0 ? 0 : undefined }],
    }))
    const rows = rowsOf(sides)
    expect(rows.map(({ id, state, note }) => [id, state, note])).toEqual([
      ['license', 'partial', undefined],
      ['rank', 'partial', undefined],
      ['type', 'equal', undefined],
    ])
    expect(rows[0]!.cells).toEqual({ a: { value: 'MIT' }, b: null })
    expect(rows[1]!.cells).toEqual({ a: { value: 0, claimedBy: 'measured' }, b: null })
  })

  it('has prices with source and date, whether it is free to start with, and between two what changes', () => {
    const startingPrice = { amount: 4, currency: 'USD', per: 'month' }
    const pricing: Pricing = { model: 'paid', startingPrice, freeTier: false, source: 'https://a.test', asOf: '2026' }
    const free = tool('b', { pricing: { model: 'open-source' } })
    const dearer = tool('c', { pricing: { model: 'paid', startingPrice: { ...startingPrice, amount: 8 } } })
    const paid = tool('a', { pricing })
    const stated = { source: 'https://a.test', asOf: '2026' }
    expect(row([paid, free], 'pricing').cells).toEqual({ a: { value: 'paid', ...stated }, b: { value: 'open-source' } })
    expect(row([paid, free], 'freeTier').cells).toEqual({ a: { value: false, ...stated }, b: { value: true } })
    expect(row([paid, free], 'startingPrice')).toMatchObject({
      cells: { a: { value: '4 USD per month', ...stated }, b: null },
    })
    expect(row([paid, free], 'startingPrice')).not.toHaveProperty('note')
    expect(row([paid, dearer], 'startingPrice').note).toBe('C: dearer, 2 times: 8 USD per month against 4')
    expect(row([paid, dearer, free], 'startingPrice')).not.toHaveProperty('note')
  })
})

describe('what serves a need', () => {
  it('is more likely than not to serve it, and hardly less relevant than the best', () => {
    // the fitted logistic is one half where 9.69 r = 11.3
    const half = 11.3 / 9.69
    expect(serveProbability(half)).toBeCloseTo(SERVES, 9)
    expect(serveProbability(half + 0.1)).toBeCloseTo(1 / (1 + Math.exp(-0.969)), 9)
    expect([serves(half + 0.01, half), serves(half - 0.01, half), serves(half + 0.01, half + 0.5)]).toEqual([
      true,
      false,
      false,
    ])
    expect([nearBest(0.7, 1), nearBest(0.69, 1), nearBest(2, 1)]).toEqual([true, false, true])
  })
})

describe('a price in words', () => {
  const from = { amount: 1.94, currency: 'USD', per: 'month' }
  it.each<[pricing: Pricing | undefined, words: string]>([
    [undefined, 'no price is known'],
    [{ model: 'unknown' }, 'no price is known'],
    [{ model: 'free' }, 'free'],
    [{ model: 'open-source', startingPrice: from }, 'open source, free to use'],
    [{ model: 'paid' }, 'paid'],
    [{ model: 'paid', asOf: '2026' }, 'paid'],
    [{ model: 'paid', startingPrice: from }, 'paid from 1.94 USD per month'],
    [{ model: 'paid', startingPrice: from, asOf: '2026' }, 'paid from 1.94 USD per month (as of 2026)'],
    [{ model: 'usage', freeTier: true }, 'usage-based, with a free tier'],
    [{ model: 'freemium', freeTier: false }, 'freemium, without a free tier'],
  ])('%j is "%s"', (pricing, words) => expect(priceWords(pricing)).toBe(words))

  const priced = (slug: string, pricing?: Pricing) => tool(slug, { pricing })
  it.each<[before: Pricing | undefined, after: Pricing | undefined, change: string]>([
    [undefined, { model: 'paid' }, 'not comparable: no price of P is known'],
    [{ model: 'unknown' }, { model: 'unknown' }, 'not comparable: no price of P is known'],
    [{ model: 'paid' }, { model: 'unknown' }, 'not comparable: no price of Q is known'],
    [{ model: 'free' }, { model: 'open-source' }, 'both cost nothing to start with'],
    [{ model: 'paid' }, { model: 'usage' }, 'usage-based, against paid'],
    [{ model: 'paid' }, { model: 'usage', freeTier: true }, 'free to start with, against paid'],
    [{ model: 'free' }, { model: 'usage' }, 'usage-based, against free to start with'],
    [{ model: 'paid', startingPrice: from }, { model: 'paid', startingPrice: from }, 'the same 1.94 USD per month'],
    [
      { model: 'paid', startingPrice: from },
      { model: 'paid', startingPrice: { ...from, currency: 'EUR' } },
      'not comparable: 1.94 EUR per month against 1.94 USD per month',
    ],
    [
      { model: 'paid', startingPrice: { ...from, amount: 100 } },
      { model: 'paid', startingPrice: { ...from, amount: 109 } },
      'dearer: 109 USD per month against 100',
    ],
    [
      { model: 'paid', startingPrice: { ...from, amount: 110 } },
      { model: 'paid', startingPrice: { ...from, amount: 100 } },
      'cheaper, 1.1 times: 100 USD per month against 110',
    ],
    [
      { model: 'paid', startingPrice: from },
      { model: 'paid', startingPrice: { ...from, amount: 0 } },
      'cheaper: 0 USD per month against 1.94',
    ],
  ])('from %j to %j: %s', (before, after, change) => {
    expect(priceChange(priced('p', before), priced('q', after))).toBe(change)
  })
})

describe('priceChange', () => {
  const priced = (amount: number, per: string) =>
    tool('p', { pricing: { model: 'usage', startingPrice: { amount, currency: 'USD', per } } })

  it('compares amounts of one unit and refuses others', () => {
    expect(priceChange(priced(4, 'month'), priced(2, 'month'))).toBe('cheaper, 2 times: 2 USD per month against 4')
    expect(priceChange(priced(1, 'month'), priced(3, 'month'))).toBe('dearer, 3 times: 3 USD per month against 1')
    expect(priceChange(priced(4, 'month'), priced(2, 'hour'))).toBe(
      'not comparable: 2 USD per hour against 4 USD per month',
    )
  })

  it('says when a price is not known', () => {
    expect(priceChange(priced(4, 'month'), tool('q'))).toBe('not comparable: no price of Q is known')
  })

  it('puts free against paid', () => {
    expect(
      priceChange(tool('f', { pricing: { model: 'open-source' } }), tool('g', { pricing: { model: 'paid' } })),
    ).toBe('paid, against free to start with')
  })
})

describe('contradictions', () => {
  const said = (description: string) => [{ name: 'Deployment', description }]

  it('finds another number for the same thing', () => {
    const regions = { value: 30, unit: 'regions' }
    expect(contradictions('regions', regions, said('Runs in 18 regions. Billed by the second.'))).toEqual([
      'Runs in 18 regions.',
    ])
    expect(contradictions('regions', regions, said('Runs in 30 regions.'))).toEqual([])
    expect(contradictions('regions', regions, said('Runs in 30+ regions, at first in 18 regions.'))).toEqual([])
  })

  it('leaves numbers alone that are about something else', () => {
    const window = { value: 128_000, unit: 'tokens' }
    expect(contradictions('contextWindow', window, said('A prompt prefix of 1,024 tokens is cached.'))).toEqual([])
    expect(contradictions('contextWindow', window, said('The window takes 200K tokens.'))).toEqual([
      'The window takes 200K tokens.',
    ])
  })

  it.each<[why: string, key: string, value: number, unit: string | undefined, text: string, found: string[]]>([
    [
      'the noun is the key’s first word without a unit',
      'regions',
      30,
      undefined,
      'There are 12 regions.',
      ['There are 12 regions.'],
    ],
    ['a scale', 'window', 1000, 'tokens', 'A window of 4 thousand tokens.', ['A window of 4 thousand tokens.']],
    ['a scale that fits', 'window', 2_000_000, 'tokens', 'A window of 2M tokens.', []],
    ['a decimal', 'window', 1_500_000, 'tokens', 'A window of 1.5 million tokens.', []],
    ['a twentieth is rounding', 'regions', 100, 'regions', 'In 95 regions.', []],
    ['more is not', 'regions', 100, 'regions', 'In 94 regions.', ['In 94 regions.']],
    ['an eighth is something else', 'regions', 80, 'regions', 'In 10 regions.', []],
    ['more than an eighth is the same thing', 'regions', 80, 'regions', 'In 11 regions.', ['In 11 regions.']],
    ['eight times as many too', 'regions', 10, 'regions', 'In 80 regions.', []],
    ['nearly', 'regions', 10, 'regions', 'In 79 regions.', ['In 79 regions.']],
    ['none', 'regions', 10, 'regions', 'In 0 regions.', []],
    [
      'one of two that could be meant',
      'regions',
      10,
      'regions',
      'In 900 regions, soon 20 regions.',
      ['In 900 regions, soon 20 regions.'],
    ],
    ['a sentence of something else', 'window', 1000, 'tokens', 'The cache takes 4000 tokens.', []],
    ['sentences apart', 'window', 1000, 'tokens', 'A window.  It is 4000 tokens; good.', []],
    ['said twice', 'regions', 30, 'regions', 'In 12 regions.   In 12 regions.', ['In 12 regions.']],
    ['an attribute of nothing', 'regions', 0, 'regions', 'In 12 regions.', []],
    ['an attribute without words', '--', 5, undefined, 'In 12 regions.', []],
  ])('%s', (_, key, value, unit, text, found) => {
    expect(contradictions(key, { value, unit }, said(text))).toEqual(found)
  })

  it('reads the name too, and compares numbers only', () => {
    expect(contradictions('regions', { value: 30 }, [{ name: 'Deploy to 12 regions', description: '' }])).toEqual([
      'Deploy to 12 regions',
    ])
    expect(contradictions('regions', { value: '30' }, said('In 12 regions.'))).toEqual([])
  })
})
