import { mentions } from './polarity.js'
import type { RecordView, Statement } from './statements.js'

export type RequirementState = 'met' | 'not-met' | 'unknown'

/** What a record says about a requirement. `met` and `not-met` carry the statement they rest on; without one the state is `unknown`. */
export type Verdict = { state: 'met' | 'not-met'; proof: Statement } | { state: 'unknown'; proof?: undefined }

export const UNKNOWN: Verdict = { state: 'unknown' }
export const met = (proof: Statement): Verdict => ({ state: 'met', proof })
export const notMet = (proof: Statement): Verdict => ({ state: 'not-met', proof })

/** What the requirement says in the caller's words, and how a record is asked about it. */
export interface Requirement {
  text: string
  /** `need`: what is to be done; `condition`: how, at what price, within which bounds; `constraint`: a condition given apart from the need. */
  role: 'need' | 'condition' | 'constraint'
  judge(record: RecordView): Verdict
}

/** The first statement that affirms what the pattern finds proves it; else the first that denies it contradicts it. */
export function byMention(record: RecordView, pattern: RegExp): Verdict {
  let denied: Statement | undefined
  for (const statement of record.statements) {
    // what the tool demands of its user is no ability of its own
    if (statement.kind === 'need') continue
    const said = mentions(statement.text, pattern)
    if (said === 'affirmed') return met(statement)
    if (said === 'denied') denied ??= statement
  }
  return denied ? notMet(denied) : UNKNOWN
}

/** A list that does not claim to be complete contradicts nothing. */
const OPEN_ENDED = /\b(?:more|others?|any|custom|etc|such as|hundreds|many|over \d+)\b|…/i
export const isClosedList = (value: string): boolean => !OPEN_ENDED.test(value)

export const statementAt = (record: RecordView, path: string): Statement | undefined =>
  record.statements.find((one) => one.path === path)
