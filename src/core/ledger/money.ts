import type { RecordView } from './statements.js'
import { met, notMet, statementAt, UNKNOWN, type Verdict } from './verdict.js'

const CURRENCY: Readonly<Record<string, string>> = {
  $: 'USD',
  usd: 'USD',
  dollar: 'USD',
  dollars: 'USD',
  '€': 'EUR',
  eur: 'EUR',
  euro: 'EUR',
  euros: 'EUR',
  '£': 'GBP',
  gbp: 'GBP',
}
const SCALE: Readonly<Record<string, number>> = { k: 1e3, thousand: 1e3, m: 1e6, million: 1e6, billion: 1e9 }

export const PRICE_PHRASE =
  /\b(?:(?:that )?costs? )?(?:under|below|less than|at most|no more than|cheaper than|up to|max(?:imum)?(?: of)?|within|for) (?:(?<sign>[$€£])\s?(?<signed>\d[\d.,]*)|(?<plain>\d[\d.,]*) ?(?<name>(?:usd|eur|gbp|dollars?|euros?)\b))(?: ?(?:per|an?|\/|each) ?(?<per>(?:\d[\d,]* |million |thousand |1[kKmM] )?[\w-]+(?: (?:tokens|requests|messages|pages|searches|mails|emails|minutes|images|characters|users))?(?: (?:and|per|an?) (?:month|year))?))?/i

interface Rate {
  /** Of how many units the price is. */
  count: number
  unit: string
}

/** "million requests" → 10⁶ request; "1000 pages" → 1000 page; "user and month" → month. */
function rateOf(per: string): Rate {
  const words = per.toLowerCase().replace(/,/g, '').split(/\s+/)
  const head = /^(\d+(?:\.\d+)?)(k|m)?$/.exec(words[0] ?? '')
  const scale = head ? Number(head[1]) * (SCALE[head[2] ?? ''] ?? 1) : SCALE[words[0] ?? '']
  const rest = (scale ? words.slice(1) : words).map((word) => word.replace(/s$/, ''))
  const count = scale ?? 1
  const scaled = SCALE[rest[0] ?? ''] && head ? SCALE[rest[0]!]! : 1
  const unit = rest.find((word) => /^(?:month|year|day|hour|minute|second)$/.test(word)) ?? rest.at(-1) ?? ''
  return { count: count * scaled, unit }
}

/** Compares with the stated entry price of the same unit; what costs nothing at all is under every limit. */
export function judgePrice(record: RecordView, groups: Readonly<Record<string, string | undefined>>): Verdict {
  const { pricing } = record.tool
  const statement = statementAt(record, 'pricing')
  if (!pricing || !statement) return UNKNOWN
  const limit = Number((groups.signed ?? groups.plain ?? '').replace(/,/g, ''))
  const currency = CURRENCY[(groups.sign ?? groups.name ?? '').toLowerCase()]
  const price = pricing.startingPrice
  if (!price) return pricing.model === 'free' || pricing.model === 'open-source' ? met(statement) : UNKNOWN
  const asked = groups.per ? rateOf(groups.per) : { count: 1, unit: 'month' }
  const stated = rateOf(price.per)
  if (currency !== price.currency || asked.unit !== stated.unit) return UNKNOWN
  return price.amount / stated.count <= limit / asked.count ? met(statement) : notMet(statement)
}
