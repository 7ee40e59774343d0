import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type ToolRecord, toolSchema } from '../../../src/core/catalogue.js'
import { type LedgerEntry, ledgerOf } from '../../../src/core/ledger/ledger.js'
import { requirementsOf } from '../../../src/core/ledger/split.js'

export interface ExamRow {
  intent: string
  slug: string
  labels: { phrase: string; state: string }[]
}
export interface Judged extends ExamRow {
  phrase: string
  expected: string
  got: string
  entry?: LedgerEntry
}

export function readExam(file: string): ExamRow[] {
  return readFileSync(new URL(`../../fixtures/${file}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .slice(1)
    .map((line) => {
      const [intent, slug, labels] = line.split('\t')
      return {
        intent: intent!,
        slug: slug!,
        labels: labels!.split('; ').map((label) => {
          const at = label.lastIndexOf('=')
          return { phrase: label.slice(0, at), state: label.slice(at + 1) }
        }),
      }
    })
}

const read = new Map<string, ToolRecord>()
/** A record of the shipped catalogue. */
export function shipped(slug: string): ToolRecord {
  const file = new URL(`../../../data/catalogue/${slug}.yaml`, import.meta.url)
  const record = read.get(slug) ?? toolSchema.parse(parse(readFileSync(file, 'utf8')))
  read.set(slug, record)
  return record
}

export const ledgerFor = (intent: string, record: ToolRecord): LedgerEntry[] =>
  ledgerOf(requirementsOf(intent), record, record.capabilities)

/** The entry that stands for a labelled phrase: the shortest that says all of it, else the longest that it says. */
function entryFor(ledger: readonly LedgerEntry[], phrase: string): LedgerEntry | undefined {
  const wanted = phrase.toLowerCase()
  const length = (entry: LedgerEntry) => entry.requirement.length
  const saying = ledger.filter((entry) => entry.requirement.toLowerCase().includes(wanted))
  if (saying.length > 0) return saying.sort((a, b) => length(a) - length(b))[0]
  return ledger
    .filter((entry) => wanted.includes(entry.requirement.toLowerCase()))
    .sort((a, b) => length(b) - length(a))[0]
}

export const judgeExam = (rows: readonly ExamRow[]): Judged[] =>
  rows.flatMap((row) => {
    const ledger = ledgerFor(row.intent, shipped(row.slug))
    return row.labels.map(({ phrase, state }) => {
      const entry = entryFor(ledger, phrase)
      return { ...row, phrase, expected: state, got: entry?.state ?? 'missing', ...(entry && { entry }) }
    })
  })
