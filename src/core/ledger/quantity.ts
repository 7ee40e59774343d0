/** What a number counts: time in seconds, size in bytes, or things by their name. */
export interface Quantity {
  amount: number
  unit: string
}

const TIME: Readonly<Record<string, number>> = {
  ms: 1e-3,
  millisecond: 1e-3,
  second: 1,
  sec: 1,
  s: 1,
  minute: 60,
  min: 60,
  hour: 3600,
  h: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
}
/** KB and KiB are told apart by nobody who asks for a limit. */
const BYTES: Readonly<Record<string, number>> = {
  byte: 1,
  kb: 1e3,
  kib: 1e3,
  mb: 1e6,
  mib: 1e6,
  gb: 1e9,
  gib: 1e9,
  tb: 1e12,
  tib: 1e12,
}
const SCALE: Readonly<Record<string, number>> = { k: 1e3, thousand: 1e3, m: 1e6, million: 1e6, billion: 1e9, b: 1e9 }

const WORDS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  eight: 8,
  ten: 10,
  twelve: 12,
}

/** Begins where a number begins, not inside one (a long row of digits would be read again from each of them) or a word ("k8s" is no 8 s). */
const AMOUNT = String.raw`(?<amount>(?<!\w|\d,)\d[\d,]*(?:\.\d+)?)\s?(?<scale>k\b|k(?=[- ]token)|thousand|million|billion|[mb]\b(?= (?:tokens?|parameters|params)))?[-\s]?`
const UNIT = String.raw`(?<unit>%|percent|ms|milliseconds?|seconds?|secs?|s\b|minutes?|mins?|hours?|h\b|days?|weeks?|months?|years?|bytes?|[kmgt]i?b\b|(?:[a-z]+-)?[a-z]+s?\b)`
export const QUANTITY = new RegExp(AMOUNT + UNIT, 'i')
/** A duration as people say it: "2 hours", "an hour", "ten minutes". */
export const DURATION =
  /(?<amount>(?<!\w|\d,)\d[\d,]*(?:\.\d+)?|an?|one|two|three|four|five|six|eight|ten|twelve)[- ](?<unit>milliseconds?|seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b/i

/** A unit in its base, and the factor to it: `minutes` → seconds × 60, `GB` → bytes × 10⁹, anything else → its singular × 1. */
export function unitOf(name: string): { unit: string; factor: number } {
  const lower = name.toLowerCase()
  const singular = lower.length > 2 ? lower.replace(/s$/, '') : lower
  const time = TIME[lower] ?? TIME[singular]
  if (time !== undefined) return { unit: 'second', factor: time }
  const bytes = BYTES[lower] ?? BYTES[singular]
  if (bytes !== undefined) return { unit: 'byte', factor: bytes }
  if (lower === '%') return { unit: 'percent', factor: 1 }
  if (/^(?:token|word piece)/.test(lower)) return { unit: 'token', factor: 1 }
  const million = /^billions?$/.test(lower) ? 1e9 : /^millions?$/.test(lower) ? 1e6 : undefined
  return million ? { unit: '', factor: million } : { unit: singular, factor: 1 }
}

export function quantityOf(groups: Readonly<Record<string, string | undefined>>): Quantity {
  const { unit, factor } = unitOf(groups.unit ?? '')
  const said = (groups.amount ?? '').toLowerCase()
  const amount = WORDS[said] ?? Number(said.replace(/,/g, ''))
  return { amount: amount * (SCALE[(groups.scale ?? '').toLowerCase()] ?? 1) * factor, unit }
}

/** All quantities of a text, each with the words just before it. */
export function quantitiesIn(text: string): (Quantity & { before: string })[] {
  const all = new RegExp(QUANTITY.source, 'gi')
  return [...text.matchAll(all)].map((found) => ({
    ...quantityOf(found.groups!),
    before: text.slice(Math.max(0, found.index - 24), found.index).toLowerCase(),
  }))
}
