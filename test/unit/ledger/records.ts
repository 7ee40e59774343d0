import { expect } from 'vitest'
import type { Pricing, ToolRecord } from '../../../src/core/catalogue.js'
import { ledgerFor } from './exam.js'

export const record = (fields: Partial<ToolRecord> = {}): ToolRecord => ({
  slug: 'a',
  name: 'A',
  type: 'platform',
  description: '',
  capabilities: [{ name: 'Doing it', description: 'It is done.' }],
  ...fields,
})
export const says = (description: string) => record({ capabilities: [{ name: 'Doing it', description }] })
export const facts = (values: Record<string, string | number | boolean>, more: Partial<ToolRecord> = {}) =>
  record({ ...more, attributes: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])) })
export const measured = (name: string, value: number | string, unit?: string) =>
  record({ attributes: { [name]: { value, ...(unit && { unit }) } } })
export const priced = (pricing: Pricing) => record({ pricing })

/** What the record says to a need that is one requirement. */
export function stateOf(need: string, of: ToolRecord): string {
  const ledger = ledgerFor(need, of)
  expect(ledger, JSON.stringify(ledger)).toHaveLength(1)
  return ledger[0]!.state
}
export const MET = 'met'
export const NOT = 'not-met'
export const UNKNOWN = 'unknown'
/** Of a bound in a need, whatever else it asks for. */
export const boundIn = (need: string, of: ToolRecord): string | undefined =>
  ledgerFor(need, of).find((one) => /\d|\b(?:an?|two|ten)\b/.test(one.requirement))?.state
export type Row = [need: string, of: ToolRecord, state: string]
export const each = (rows: Row[]): [string, string, ToolRecord][] => rows.map(([need, of, state]) => [need, state, of])
