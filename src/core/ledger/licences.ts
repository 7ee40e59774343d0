import type { RecordView } from './statements.js'
import { met, notMet, statementAt, UNKNOWN, type Verdict } from './verdict.js'

/** Families as people name them → SPDX identifiers as records state them. */
const FAMILIES: readonly [name: RegExp, spdx: RegExp][] = [
  [/^mit$/i, /^MIT$/],
  [/^apache/i, /^Apache-/],
  [/^bsd/i, /^BSD-/],
  [/^a?gpl/i, /^A?GPL-/],
  [/^lgpl/i, /^LGPL-/],
  [/^mpl|^mozilla/i, /^MPL-/],
  [/^(?:permissive|liberal)/i, /^(?:MIT|Apache-|BSD-|ISC|PostgreSQL|Zlib|Unlicense|blessing|CC0)/],
  [/^copyleft/i, /^(?:A?GPL-|LGPL-|MPL-)/],
]
/** Licences that the Open Source Initiative lists, by prefix. */
const OPEN = /^(?:MIT|Apache-|BSD-|ISC|A?GPL-|LGPL-|MPL-|EPL-|PostgreSQL|Zlib|Unlicense|CC0|blessing|Artistic)/

export const LICENCE_PHRASE =
  /\b(?:under (?:an? |the )?)?(?<family>mit|apache(?:[- ]?2(?:\.0)?)?|bsd(?:-\d-clause)?|a?gpl(?:-?v?\d(?:\.0)?)?|lgpl|mpl(?:-2\.0)?|mozilla|permissive(?:ly)?|liberal|copyleft)(?:[- ]?(?:licen[cs]ed?|licen[cs]ing)\b| software\b|(?=[,.;)]|$))/i

/** `A OR B` lets the user choose, so one that fits is enough. */
const choices = (license: string): string[] => license.split(/(?<!\s)\s+OR\s+/)

/** Whether a stated licence is the wanted one: an identifier as written ("MIT", "Apache-2.0"), or a family ("Apache", "permissive"). */
export function licenceFits(license: string, wanted: string): boolean {
  const exact = (one: string) => one.toLowerCase() === wanted.toLowerCase()
  const family = FAMILIES.find(([name]) => name.test(wanted))?.[1]
  return choices(license).some((one) => exact(one) || (family?.test(one) ?? false))
}

export function judgeLicence(record: RecordView, wanted: string): Verdict {
  const { license } = record.tool
  const statement = statementAt(record, 'license')
  if (!license || !statement) return UNKNOWN
  return licenceFits(license, wanted) ? met(statement) : notMet(statement)
}

export function judgeOpenSource(record: RecordView): Verdict {
  const stated = record.attribute('openSource')
  const license = statementAt(record, 'license')
  if (stated && typeof stated.value === 'boolean')
    return stated.value ? met(stated.statement) : notMet(stated.statement)
  if (license && record.tool.license) {
    return choices(record.tool.license).some((one) => OPEN.test(one)) ? met(license) : notMet(license)
  }
  return UNKNOWN
}

/** Weights that can be downloaded, under whatever licence. */
export function judgeOpenWeights(record: RecordView): Verdict {
  const license = statementAt(record, 'license')
  if (!license || record.tool.type !== 'model') return UNKNOWN
  return record.tool.license === 'proprietary' ? notMet(license) : met(license)
}
