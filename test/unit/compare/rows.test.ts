import { describe, expect, it } from 'vitest'
import type { Tool } from '../../../src/core/catalogue.js'
import { contradictions } from '../../../src/core/compare/contradictions.js'
import { priceChange } from '../../../src/core/compare/price.js'
import { rowsOf } from '../../../src/core/compare/rows.js'

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
})
