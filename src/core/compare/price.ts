import { isFree, type Pricing, type Tool } from '../catalogue.js'

/** What a tool costs, in words, with the date of the price. */
export function priceWords(pricing: Pricing | undefined): string {
  if (!pricing || pricing.model === 'unknown') return 'no price is known'
  const { model, startingPrice, freeTier, asOf } = pricing
  if (model === 'free' || model === 'open-source') return model === 'free' ? 'free' : 'open source, free to use'
  const from = startingPrice ? ` from ${amountWords(startingPrice)}` : ''
  const tier = freeTier === undefined ? '' : freeTier ? ', with a free tier' : ', without a free tier'
  return `${model === 'usage' ? 'usage-based' : model}${from}${tier}${asOf && startingPrice ? ` (as of ${asOf})` : ''}`
}

/** "1.94 USD per month". */
export const amountWords = ({ amount, currency, per }: NonNullable<Pricing['startingPrice']>): string =>
  `${amount} ${currency} per ${per}`

/** What changes in price when one takes `other` instead of `tool`. Compares amounts only where unit and currency are the same. */
export function priceChange(tool: Tool, other: Tool): string {
  const [before, after] = [tool.pricing, other.pricing]
  if (!before || before.model === 'unknown' || !after || after.model === 'unknown') {
    const missing = !before || before.model === 'unknown' ? tool : other
    return `not comparable: no price of ${missing.name} is known`
  }
  if (before.startingPrice && after.startingPrice) return amountChange(before.startingPrice, after.startingPrice)
  const [was, is] = [isFree(before), isFree(after)]
  if (was === is) return was ? 'both cost nothing to start with' : `${priceWords(after)}, against ${priceWords(before)}`
  return is ? `free to start with, against ${priceWords(before)}` : `${priceWords(after)}, against free to start with`
}

function amountChange(
  before: NonNullable<Pricing['startingPrice']>,
  after: NonNullable<Pricing['startingPrice']>,
): string {
  if (before.currency !== after.currency || before.per !== after.per) {
    return `not comparable: ${amountWords(after)} against ${amountWords(before)}`
  }
  if (before.amount === after.amount) return `the same ${amountWords(before)}`
  const ratio = Math.max(before.amount, after.amount) / Math.min(before.amount, after.amount)
  const times = Number.isFinite(ratio) && ratio >= 1.1 ? `, ${Number(ratio.toFixed(1))} times` : ''
  const direction = after.amount < before.amount ? 'cheaper' : 'dearer'
  return `${direction}${times}: ${amountWords(after)} against ${before.amount}`
}
