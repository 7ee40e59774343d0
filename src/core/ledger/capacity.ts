import { stemOf, wordsOf } from '../text/words.js'
import { type Quantity, quantitiesIn, unitOf } from './quantity.js'
import type { RecordView, Statement } from './statements.js'
import { contentOf, coverageOf } from './topic.js'
import { met, notMet, UNKNOWN, type Verdict } from './verdict.js'

/** `atLeast`: the tool must reach it; `atMost`: the tool must stay under it. */
export interface Bound extends Quantity {
  bound: 'atLeast' | 'atMost'
  /** Words of the need around it, as stems: they choose which of the tool's numbers is meant. */
  context: readonly string[]
}

/** Attributes by what people say when they mean them. Time and size mean nothing without such a word. */
const CUES: readonly [attribute: string, cue: RegExp][] = [
  ['latency', /\b(?:latency|respon\w+|fast|real-?time|live|interim|within|under|below|less than)\b/i],
  ['coldStart', /\bcold starts?\b|\bboot\w*|\bstart(?:s|ing|-?up)?\b|\bwake\b/i],
  ['maxTimeout', /\btime-?outs?\b|\brun(?:s|ning)?\b|\bexecut\w+|\blong\b|\bjobs?\b|\bfunctions?\b|\brequests?\b/i],
  ['maxRetention', /\bretain\w*|\bretention\b|\bkeep\w*|\bstore[sd]?\b/i],
  ['defaultRetention', /\bretain\w*|\bretention\b|\bkeep\w*/i],
  ['maxFileSize', /\bfiles?\b|\buploads?\b|\baudio\b|\brecordings?\b|\bdocuments?\b|\bPDFs?\b/i],
  ['maxMessageSize', /\bmessages?\b|\bpayloads?\b|\bmails?\b|\bemails?\b|\battachments?\b/i],
  ['maxRecordSize', /\brecords?\b/i],
  ['maxDocumentSize', /\bdocuments?\b/i],
  ['maxValueSize', /\bvalues?\b/i],
  ['maxMetadataPerRecord', /\bmetadata\b/i],
  ['memoryLimit', /\bmemory\b|\bRAM\b/i],
  ['contextWindow', /\bcontext\b|\bwindow\b|\btokens?\b|\bprompts?\b|\bdocuments?\b/i],
  ['maxInput', /\binputs?\b|\btexts?\b|\bpassages?\b|\bdocuments?\b|\btokens?\b|\bcontext\b/i],
  ['maxOutput', /\boutputs?\b|\banswers?\b|\bgenerat\w+|\breplies\b/i],
]
/** Numbers of a kind that a tool states once: their unit says enough. */
const BY_UNIT: Readonly<Record<string, readonly string[]>> = {
  language: ['languagesSupported', 'programmingLanguages'],
  dimension: ['maxDimensions', 'dimensions'],
  parameter: ['parameters'],
  page: ['maxPages'],
  percent: ['sla'],
  integration: ['integrations'],
  connector: ['connectors'],
  app: ['integrations'],
  region: ['regions'],
  character: ['maxPrompt', 'defaultLength'],
}

export function judgeCapacity(record: RecordView, wanted: Bound, needText: string): Verdict {
  for (const name of attributesFor(wanted, needText)) {
    const stated = record.attribute(name)
    const amount = stated && amountOf(stated.value, stated.unit, wanted.unit, name)
    if (amount === undefined) continue
    const fits = wanted.bound === 'atLeast' ? amount >= wanted.amount : amount <= wanted.amount
    return fits ? met(stated!.statement) : notMet(stated!.statement)
  }
  return bySentence(record, wanted)
}

function attributesFor({ unit, bound }: Bound, text: string): string[] {
  const cued = CUES.filter(
    ([name, cue]) => cue.test(text) && (bound === 'atMost') === /^(?:latency|coldStart)$/.test(name),
  )
  const names = cued.map(([name]) => name)
  // "start" names the cold start; without it a short time is the latency
  const ordered = names.includes('coldStart') ? names.filter((name) => name !== 'latency') : names
  return [...(BY_UNIT[unit] ?? []), ...ordered]
}

/** The attribute's number in the wanted unit; undefined when it counts something else. */
function amountOf(
  value: string | number | boolean,
  unit: string | undefined,
  wanted: string,
  name: string,
): number | undefined {
  const text = `${value} ${unit ?? ''}`.trim()
  const number = /^\d[\d.,]*/.exec(text)?.[0]
  if (number === undefined) return undefined
  const amount = Number(number.replace(/,/g, ''))
  const rest = text.slice(number.length).trim()
  const { unit: own, factor } = unitOf(/^(?:word pieces?|[%\w]+)/.exec(rest)?.[0] ?? '')
  // "1.55 billions" of parameters, "99" languages, "400 nodes" of integrations: the attribute's name is the unit
  const named = BY_UNIT[wanted]?.includes(name) && !MEASURES.has(own)
  return own === wanted || named ? amount * factor : undefined
}

const MEASURES = new Set(['second', 'byte', 'token'])

const LIMITING =
  /\b(?:up to|at most|limit(?:ed)?(?: (?:to|of))?|maximum(?: of)?|no more than|not? longer than|after|to|only)\s*$/
const WITHIN = /\b(?:within|about|around|under|below|in|of|as low as|less than|some|to)\s*$/

/** A sentence that speaks of the same thing and gives a number of the same unit. */
function bySentence(record: RecordView, wanted: Bound): Verdict {
  let best: { statement: Statement; shared: number; verdict: Verdict } | undefined
  for (const statement of record.statements) {
    if (statement.kind === 'need' || statement.kind === 'fact') continue
    const shared = coverageOf(statement, wanted.context).found
    if (shared === 0 || (best && shared <= best.shared)) continue
    const verdict = sentenceVerdict(statement, wanted)
    if (verdict.state !== 'unknown') best = { statement, shared, verdict }
  }
  return best?.verdict ?? UNKNOWN
}

function sentenceVerdict(statement: Statement, { amount, unit, bound }: Bound): Verdict {
  const numbers = quantitiesIn(statement.text).filter((one) => one.unit === unit)
  if (bound === 'atLeast') {
    if (numbers.some((one) => one.amount >= amount)) return met(statement)
    return numbers.some((one) => LIMITING.test(one.before) || statement.kind === 'limit') ? notMet(statement) : UNKNOWN
  }
  return numbers.some((one) => one.amount <= amount && WITHIN.test(one.before)) ? met(statement) : UNKNOWN
}

/** Stems around a bound that say what is measured, without the unit itself. */
export const contextOf = (need: string, unit: string): string[] =>
  contentOf(need).filter((stem) => !/^\d/.test(stem) && stem !== stemOf(unit) && !wordsOf(unit).includes(stem))
