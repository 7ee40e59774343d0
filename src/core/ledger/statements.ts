import type { CapabilityRecord, Tool } from '../catalogue.js'

/** One thing a record says: a sentence of its text, or one of its facts as "name: value". */
export interface Statement {
  /** Verbatim from the record (sentences), or `name: value` (facts). */
  text: string
  /** Where in the record: `attributes.hosting`, `capabilities.3.description` (the capability's id where it has one), … */
  path: string
  source?: string
  /** Name of the capability it stands under; empty for the tool's own. */
  topic: string
  /** `limit` says what does not work, `need` what the tool itself demands. */
  kind: 'claim' | 'limit' | 'need' | 'fact'
}

/** A record as the ledger reads it: the matched capability's statements first, then the tool's, then the other capabilities'. */
export interface RecordView {
  tool: Tool
  statements: readonly Statement[]
  /** Facts by attribute name, as stated. */
  attribute(name: string): { value: string | number | boolean; unit?: string; statement: Statement } | undefined
}

/** Abbreviations end no sentence: the next word must begin like one. */
const SENTENCE_END = /(?<=[.!?])\s+(?=["'(]?[\p{Lu}\p{N}/@.])/u

export const sentencesOf = (text: string): string[] =>
  text
    .split(SENTENCE_END)
    .map((one) => one.trim())
    .filter(Boolean)

/**
 * Reads a record into statements. Left out are what proves nothing about the tool: `versus` (speaks of others), `intents` and `bestFor` (needs,
 * not claims) and failure modes.
 * @param first index of the matched capability in `capabilities`
 */
export function viewOf(tool: Tool, capabilities: readonly CapabilityRecord[], first?: number): RecordView {
  const order = capabilities.map((_, i) => i)
  if (first !== undefined) order.sort((a, b) => Number(b === first) - Number(a === first) || a - b)
  const [matched, others] = first === undefined ? [[], order] : [order.slice(0, 1), order.slice(1)]
  const own = toolStatements(tool)
  const statements = [
    ...matched.flatMap((i) => capabilityStatements(capabilities[i]!, i)),
    ...own,
    ...others.flatMap((i) => capabilityStatements(capabilities[i]!, i)),
  ]
  return {
    tool,
    statements,
    attribute(name) {
      const found = tool.attributes?.[name]
      if (!found) return undefined
      return { ...found, statement: own.find((one) => one.path === `attributes.${name}`)! }
    },
  }
}

function capabilityStatements(capability: CapabilityRecord, index: number): Statement[] {
  const { id, name, description, unique, limitations, requires, inputs, outputs, tags, source } = capability
  const under = (field: string, kind: Statement['kind'], texts: readonly string[]): Statement[] =>
    texts.map((text) => ({
      text,
      path: `capabilities.${id ?? index}.${field}`,
      topic: name,
      kind,
      ...(source && { source }),
    }))
  return [
    ...under('name', 'claim', [name]),
    ...under('description', 'claim', sentencesOf(description)),
    ...under('unique', 'claim', unique ? sentencesOf(unique) : []),
    ...under('limitations', 'limit', limitations ?? []),
    ...under('requires', 'need', requires ?? []),
    ...under('inputs', 'fact', joined('inputs', inputs)),
    ...under('outputs', 'fact', joined('outputs', outputs)),
    ...under('tags', 'fact', joined('tags', tags)),
  ]
}

const joined = (name: string, values: readonly string[] | undefined): string[] =>
  values && values.length > 0 ? [`${name}: ${values.join(', ')}`] : []

function toolStatements(tool: Tool): Statement[] {
  const { pricing, execution } = tool
  const own = (path: string, kind: Statement['kind'], texts: readonly string[], source?: string): Statement[] =>
    texts.map((text) => ({ text, path, topic: '', kind, ...(source && { source }) }))
  const attributes = Object.entries(tool.attributes ?? {}).flatMap(([name, { value, unit, source }]) =>
    own(`attributes.${name}`, 'fact', [`${name}: ${value}${unit ? ` ${unit}` : ''}`], source),
  )
  return [
    ...own('description', 'claim', sentencesOf(tool.description), tool.url),
    ...attributes,
    ...own('type', 'fact', [`type: ${tool.type}`]),
    ...own('license', 'fact', tool.license ? [`license: ${tool.license}`] : []),
    ...own('pricing', 'fact', pricing ? [pricingText(pricing)] : [], pricing?.source),
    ...own('pricing.note', 'claim', pricing?.note ? [pricing.note] : [], pricing?.source),
    ...own('execution', 'fact', execution ? [executionText(execution)] : []),
    ...own('categories', 'fact', joined('categories', tool.categories)),
    ...own('tags', 'fact', joined('tags', tool.tags)),
    ...(tool.worksWith ?? []).flatMap((one, i) => {
      const [slug, why] = typeof one === 'string' ? [one, undefined] : [one.slug, one.why]
      return own(`worksWith.${i}`, 'claim', [why ?? `works with: ${slug}`])
    }),
  ]
}

export function pricingText({ model, freeTier, startingPrice: price }: NonNullable<Tool['pricing']>): string {
  const parts = [`pricing: ${model}`]
  if (freeTier !== undefined) parts.push(freeTier ? 'free tier' : 'no free tier')
  if (price) parts.push(`from ${price.amount} ${price.currency} per ${price.per}`)
  return parts.join(', ')
}

const executionText = ({ protocol, auth }: NonNullable<Tool['execution']>): string =>
  `execution: ${protocol}${auth ? `, auth: ${auth}` : ''}`
