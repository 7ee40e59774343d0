import type { CapabilityRecord, ToolRecord } from '../catalogue.js'
import type { Fault } from '../errors.js'
import { findInstructions } from '../poison.js'
import { contradictions } from './numbers.js'
import { contentWords, folded, sentencesIn } from './words.js'

/** What the linter looks for inside one record. */
export const RECORD_RULES = [
  'missing-layer',
  'price-without-currency',
  'price-without-date',
  'boilerplate',
  'same-name',
  'name-is-a-sentence',
  'intent-repeats',
  'contradiction',
  'addresses-the-reader',
] as const
export type RecordRule = (typeof RECORD_RULES)[number]

/** Something to improve: the record is sound all the same. */
export interface Warning extends Fault {
  rule: string
}

/** Warnings about one sound record, in the order of its fields. Pure and linear in the record. */
export function lintRecord(record: ToolRecord): Warning[] {
  return [
    ...lintTool(record),
    ...lintNames(record.capabilities),
    ...lintDescriptions(record.capabilities),
    ...record.capabilities.flatMap((capability, i) => lintIntents(capability, i)),
    ...contradictions(record).map(({ attribute, claimed, capability, field, written }) =>
      warning(
        'contradiction',
        `capabilities.${capability}.${field}`,
        `says ${written} where the attribute ${attribute} says ${claimed}`,
      ),
    ),
    ...readerWarnings(record),
  ]
}

const warning = (rule: RecordRule, path: string, message: string): Warning => ({ rule, path, message })

/** An amount with a unit of time or use, and no currency before or after it. */
const BARE_PRICE =
  /(?<![\d.,$€£¥₹])\b(?<!(?:USD|EUR|GBP|JPY|CHF|CNY|US\$) ?)\d+(?:\.\d+)? (?:per|a|an|each|\/) ?(?:month|year|hour|user|seat|member)\b/i

function lintTool({ layer, pricing }: ToolRecord): Warning[] {
  const found: Warning[] = []
  if (layer === undefined)
    found.push(warning('missing-layer', 'layer', 'is missing; without it nobody can tell substitutes from complements'))
  if (pricing?.startingPrice !== undefined && pricing.asOf === undefined)
    found.push(warning('price-without-date', 'pricing.asOf', 'is missing; a price is only true at a date'))
  if (pricing?.note !== undefined && BARE_PRICE.test(pricing.note))
    found.push(warning('price-without-currency', 'pricing.note', 'tells a price without its currency'))
  return found
}

function lintNames(capabilities: readonly CapabilityRecord[]): Warning[] {
  const found: Warning[] = []
  const sentences = new Map<string, number>()
  capabilities.forEach(({ description, unique, versus }, i) => {
    for (const one of sentencesIn([description, unique ?? '', versus ?? ''].join('\n')))
      if (!sentences.has(folded(one))) sentences.set(folded(one), i)
  })
  const names = new Map<string, number>()
  capabilities.forEach(({ name }, i) => {
    const key = folded(name)
    const twin = names.get(key)
    if (twin !== undefined)
      found.push(warning('same-name', `capabilities.${i}.name`, `is also the name of capability ${twin}`))
    names.set(key, i)
    const of = sentences.get(key)
    if (of !== undefined && of !== i)
      found.push(
        warning(
          'name-is-a-sentence',
          `capabilities.${i}.name`,
          `is a sentence of capability ${of}; is it a capability of its own?`,
        ),
      )
  })
  return found
}

/** Texts that stand where a description should. */
const PLACEHOLDER =
  /^(?:no description(?: provided| available)?|description|todo|tbd|n\/?a|none|null|string|lorem ipsum.*|-+|\.+)\.?$/i
/** A sentence that so many capabilities of a tool share says nothing about any of them. */
const SHARED_BY = 3
const SHARED_LENGTH = 40

function lintDescriptions(capabilities: readonly CapabilityRecord[]): Warning[] {
  const counts = new Map<string, number>()
  for (const { description } of capabilities)
    for (const one of new Set(sentencesIn(description).map(folded))) counts.set(one, (counts.get(one) ?? 0) + 1)
  return capabilities.flatMap(({ name, description }, i) => {
    const path = `capabilities.${i}.description`
    if (PLACEHOLDER.test(description)) return [warning('boilerplate', path, 'is a placeholder')]
    if (folded(description) === folded(name)) return [warning('boilerplate', path, 'only repeats the name')]
    const shared = sentencesIn(description).find(
      (one) => one.length >= SHARED_LENGTH && counts.get(folded(one))! >= SHARED_BY,
    )
    return shared === undefined
      ? []
      : [
          warning(
            'boilerplate',
            path,
            `shares a sentence with ${counts.get(folded(shared))! - 1} others: "${shared.slice(0, 80)}"`,
          ),
        ]
  })
}

/** Fewer content words than this are a search phrase, which may well use the words of the name. */
const PHRASE = 4
/** An intent of which so much stands in one sentence of the description is that sentence again. */
const REPEATED = 0.8

function lintIntents({ name, description, intents = [] }: CapabilityRecord, i: number): Warning[] {
  const sentences = [name, ...sentencesIn(description)].map((one) => new Set(contentWords(one)))
  const seen = new Set<string>()
  return intents.flatMap((intent, j) => {
    const path = `capabilities.${i}.intents.${j}`
    const key = folded(intent)
    if (seen.has(key)) return [warning('intent-repeats', path, 'is there twice')]
    seen.add(key)
    if (key === folded(name)) return [warning('intent-repeats', path, 'is the name again')]
    const words = contentWords(intent)
    if (words.length < PHRASE) return []
    const most = Math.max(...sentences.map((one) => words.filter((word) => one.has(word)).length / words.length))
    return most >= REPEATED
      ? [warning('intent-repeats', path, 'repeats the description; say the need in the words of somebody who has it')]
      : []
  })
}

const TEXTS = ['name', 'description', 'unique', 'versus'] as const
const TEXT_LISTS = ['intents', 'bestFor', 'limitations', 'requires', 'inputs', 'outputs'] as const

/** Passages that speak to the model reading them, in every text that a model may come to read. */
export function readerWarnings(record: ToolRecord): Warning[] {
  const found: Warning[] = []
  const look = (path: string, text: string | undefined) => {
    for (const { kind, text: passage } of text === undefined ? [] : findInstructions(text))
      found.push(
        warning(
          'addresses-the-reader',
          path,
          `speaks to the model that reads it (${kind}): ${JSON.stringify(passage.slice(0, 80))}`,
        ),
      )
  }
  look('name', record.name)
  look('description', record.description)
  record.capabilities.forEach((capability, i) => {
    for (const field of TEXTS) look(`capabilities.${i}.${field}`, capability[field])
    for (const field of TEXT_LISTS)
      capability[field]?.forEach((text, j) => void look(`capabilities.${i}.${field}.${j}`, text))
  })
  return found
}
