import type { EvidenceSummary, SearchAnswer } from '../../core/api/search.js'
import type { Pricing } from '../../core/catalogue.js'

/** Wordings that HTML and markdown share. */

const TYPES: Readonly<Record<string, string>> = {
  api: 'API',
  cli: 'command-line tool',
  mcp: 'MCP server',
  webapp: 'web app',
  finetune: 'fine-tuned model',
  repo: 'repository',
}
export const typeWords = (type: string): string => TYPES[type] ?? type

const PRICES: Readonly<Record<Pricing['model'], string>> = {
  free: 'free',
  'open-source': 'open source',
  freemium: 'freemium',
  usage: 'pay per use',
  paid: 'paid',
  unknown: 'price not known',
}

export const priceModel = (model: string): string => PRICES[model as Pricing['model']] ?? model

export const number = (value: number, digits = 1): string =>
  value.toLocaleString('en', { maximumFractionDigits: digits })

/** With one digit always, so that columns stand under each other. */
export const fixed = (value: number): string => value.toFixed(1)

/** "pay per use, from 1.94 USD per month, free tier". */
export function priceWords(pricing: Pricing | undefined): string {
  if (!pricing) return priceModel('unknown')
  const { model, startingPrice: from, freeTier } = pricing
  const parts = [priceModel(model)]
  if (from && from.amount > 0) parts.push(`from ${number(from.amount, 6)} ${from.currency} per ${from.per}`)
  if (freeTier && model !== 'free' && model !== 'open-source') parts.push('free tier')
  return parts.join(', ')
}

const LEVELS: readonly [least: number, words: string][] = [
  [0.9, 'almost certain'],
  [0.7, 'very likely'],
  [0.5, 'likely'],
  [0.25, 'possible'],
  [0, 'a long shot'],
]
/** A probability in words. */
export const sureWords = (confidence: number): string => LEVELS.find(([least]) => confidence >= least)![1]
export const percent = (share: number): string => `${Math.round(share * 100)} %`

export const plural = (n: number, one: string, many = `${one}s`): string => `${number(n)} ${n === 1 ? one : many}`

/** Counts below this are shown as too few to say anything: an unknown client's first match counts a quarter. */
const TELLING = 0.5

/** What recorded matches say: how often it was chosen, against what its positions made expect, and how often it worked. */
export function evidenceWords({ timesMatched, selections, expected, succeeded, failed }: EvidenceSummary): string {
  if (timesMatched === 0) return 'no matches recorded yet'
  const reports = succeeded + failed
  return [
    `chosen ${timesMatched === 1 ? 'once' : `${number(timesMatched, 0)} times`}`,
    selections >= TELLING ? `counting ${number(selections)} where ${number(expected)} would be expected` : '',
    reports >= TELLING ? `${number(succeeded)} of ${number(reports)} worked` : '',
    selections < TELLING && reports < TELLING ? 'too few to weigh' : '',
  ]
    .filter(Boolean)
    .join(', ')
}

/** Plain counts of matches, where nothing is known of what was to be expected. */
export function matchedWords({ timesMatched, succeeded, failed }: Counts): string {
  if (timesMatched === 0) return 'no matches recorded yet'
  const reports = succeeded + failed
  const times = timesMatched === 1 ? 'chosen once' : `chosen ${number(timesMatched, 0)} times`
  return reports >= TELLING ? `${times}, ${number(succeeded)} of ${number(reports)} worked` : times
}
type Counts = Pick<EvidenceSummary, 'timesMatched' | 'succeeded' | 'failed'>

/** `contextWindow` → "Context window". */
export function attributeLabel(key: string): string {
  const words = key
    .replace(/[._-]+/g, ' ')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`.replace(/\b(gpu|api|sdk|ide|sla|mmlu|url)\b/gi, (word) =>
    word.toUpperCase(),
  )
}

export function valueWords(value: string | number | boolean, unit?: string): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  // a year is a number that is not counted
  const text =
    typeof value === 'number' ? (value >= 1900 && value < 2100 && !unit ? String(value) : number(value, 6)) : value
  return unit ? `${text} ${unit}` : text
}

const CLAIMS: Readonly<Record<string, string>> = {
  vendor: 'says the vendor',
  'third-party': 'says a third party',
  measured: 'measured',
}
export const claimWords = (claimedBy: string | undefined): string => (claimedBy ? (CLAIMS[claimedBy] ?? '') : '')

/** Host of an address, for link texts. */
export function hostOf(address: string): string {
  try {
    return new URL(address).host.replace(/^www\./, '')
  } catch {
    return address
  }
}

/** What a search's answer amounts to, in one line. */
export function stateWords({ answer, total }: Pick<SearchAnswer, 'answer' | 'total'>): {
  strong: string
  rest: string
} {
  if (answer === 'match') return { strong: plural(total, 'result'), rest: 'surest first.' }
  if (answer === 'weak' && total > 0) {
    return { strong: 'Nothing here fits for certain.', rest: `${plural(total, 'result')} might.` }
  }
  return { strong: 'Nothing here does that.', rest: 'Better to say so than to show what only sounds alike.' }
}

/** Said of a record with passages that were taken out (see core/poison). */
export const WITHHELD = 'Passages of this record that address whoever reads it were left out.'
