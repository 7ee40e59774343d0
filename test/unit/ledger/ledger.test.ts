import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ToolRecord } from '../../../src/core/catalogue.js'
import { type LedgerEntry, ledgerOf } from '../../../src/core/ledger/ledger.js'
import { requirementsOf } from '../../../src/core/ledger/split.js'
import { type Judged, judgeExam, ledgerFor, readExam, shipped } from './exam.js'
import { record as tool } from './records.js'

const wrongIn = (judged: readonly Judged[]): string[] =>
  judged
    .filter((one) => one.got !== one.expected)
    .map((one) => `${one.slug}: ${one.phrase} is ${one.expected}, not ${one.got}`)

const states = (intent: string, record: ToolRecord): Record<string, string> =>
  Object.fromEntries(ledgerFor(intent, record).map((entry) => [entry.requirement, entry.state]))

const listed = (values: unknown): string => (values as string[]).join(', ')

/** Whether the record says the proof at that place: sentences word for word, facts as "name: value". */
function stands(record: ToolRecord, { at, proof }: LedgerEntry): boolean {
  const path = at!.split('.')
  const field = path.at(-1)!
  const value = path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], record)
  if (path[0] === 'attributes') {
    const { value: stated, unit } = value as { value: unknown; unit?: string }
    return proof === `${field}: ${stated}${unit ? ` ${unit}` : ''}`
  }
  if (path[0] === 'worksWith') return JSON.stringify(value).includes(proof!.replace(/^works with: /, ''))
  if (at === 'pricing') return proof!.startsWith(`pricing: ${record.pricing!.model}`)
  if (at === 'execution') {
    const { protocol, command } = record.execution!
    return proof!.startsWith(`execution: ${protocol}`) || proof === `execution: ${command}`
  }
  if (field === 'limitations') return (value as string[]).includes(proof!)
  if (['inputs', 'outputs', 'tags', 'categories'].includes(field)) return proof === `${field}: ${listed(value)}`
  if (field === 'type' || field === 'license') return proof === `${field}: ${value}`
  return String(value).includes(proof!)
}

describe('the requirement ledger', () => {
  it('is right on the labelled needs, but for two of 174', () => {
    expect(wrongIn(judgeExam(readExam('ledger.tsv')))).toEqual([
      'amazon-sqs: delay messages for 2 hours is not-met, not met',
      'amazon-textract: handwriting in German is not-met, not met',
    ])
  })

  it('is right on the needs that were held out, but for one of 58', () => {
    expect(wrongIn(judgeExam(readExam('ledger-held-out.tsv')))).toEqual(['duckdb: scales out is not-met, not met'])
  })

  it('claims nothing without a proof out of the record', () => {
    const needs = [...readExam('ledger.tsv'), ...readExam('ledger-held-out.tsv')].map((row) => row.intent)
    const slugs = readdirSync(new URL('../../../data/catalogue', import.meta.url)).map((file) => file.slice(0, -5))
    let claims = 0
    for (const [i, slug] of slugs.entries()) {
      const record = shipped(slug)
      for (const entry of ledgerFor(needs[i % needs.length]!, record)) {
        expect(entry.proof === undefined).toBe(entry.state === 'unknown')
        if (entry.state === 'unknown') continue
        claims++
        expect(stands(record, entry), `${slug}: ${JSON.stringify(entry)}`).toBe(true)
      }
    }
    expect(claims).toBeGreaterThan(100)
  })

  it('keeps unknown apart from not met', () => {
    const record = tool({ pricing: { model: 'paid', freeTier: false } })
    expect(states('free, self-hosted, with SSO', record)).toEqual({
      free: 'not-met',
      'self-hosted': 'unknown',
      SSO: 'unknown',
    })
  })

  it('reads a denial as a contradiction, and a demand on the user as no ability', () => {
    const capability = { name: 'Storing', description: 'gRPC is not supported at this endpoint.', requires: ['SAML'] }
    const record = tool({ capabilities: [capability] })
    expect(states('gRPC', record)).toEqual({ gRPC: 'not-met' })
    expect(states('SAML', record)).toEqual({ SAML: 'unknown' })
  })

  it('does not take what is said of others for its own', () => {
    const capability = { name: 'Storing', description: 'It stores.', versus: 'Other stores have SSO.' }
    expect(states('SSO', tool({ capabilities: [capability] }))).toEqual({ SSO: 'unknown' })
  })

  it.each([
    ['under 500 ms', 'met'],
    ['under 200 ms', 'not-met'],
    ['within 1 second', 'met'],
  ])('compares a latency of 300 milliseconds: %s', (bound, state) => {
    const record = tool({ attributes: { latency: { value: 300, unit: 'milliseconds' } } })
    expect(states(bound, record)).toEqual({ [bound]: state })
  })

  it.each([
    ['under $25 a month', 'met'],
    ['under $10 a month', 'not-met'],
    ['under €25 a month', 'unknown'],
    ['under $25 per seat', 'unknown'],
  ])('compares a price of 20 USD a month: %s', (bound, state) => {
    const record = tool({ pricing: { model: 'paid', startingPrice: { amount: 20, currency: 'USD', per: 'month' } } })
    expect(states(bound, record)).toEqual({ [bound]: state })
  })

  it('scales what a price is per', () => {
    const record = tool({
      pricing: { model: 'usage', startingPrice: { amount: 1.5, currency: 'USD', per: '1000 pages' } },
    })
    expect(states('under $0.01 per page', record)).toEqual({ 'under $0.01 per page': 'met' })
    expect(states('under $0.001 per page', record)).toEqual({ 'under $0.001 per page': 'not-met' })
  })

  it('tells a free tool from other uses of the word', () => {
    const said = requirementsOf('free-text search, hands-free, free up memory').map((one) => one.text)
    expect(said).not.toContain('free')
  })

  it('splits and judges whatever is asked, the same way each time', () => {
    const record = shipped('qdrant')
    const words = fc.constantFrom(
      'free',
      'in',
      'Rust',
      'under',
      '3',
      'ms',
      'no',
      'with',
      'MCP',
      ',',
      '5',
      'GB',
      'Go',
      'not',
      '$',
      'a',
    )
    const need = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.array(words, { maxLength: 60 }).map((all) => all.join(' ')),
    )
    fc.assert(
      fc.property(need, (intent) => {
        const once = ledgerOf(requirementsOf(intent), record, record.capabilities, 0)
        for (const { state, proof } of once) expect(proof === undefined).toBe(state === 'unknown')
        expect(ledgerOf(requirementsOf(intent), record, record.capabilities, 0)).toEqual(once)
      }),
      { seed: 7, numRuns: 150 },
    )
  })
})
