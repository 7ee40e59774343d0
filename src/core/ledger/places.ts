import type { RecordView } from './statements.js'
import { byMention, met, notMet, UNKNOWN, type Verdict } from './verdict.js'

/** `attributes.hosting`: where the tool runs. */
function byHosting(record: RecordView, good: readonly string[], bad: readonly string[]): Verdict {
  const hosting = record.attribute('hosting')
  if (!hosting) return UNKNOWN
  const value = String(hosting.value)
  if (good.includes(value)) return met(hosting.statement)
  return bad.includes(value) ? notMet(hosting.statement) : UNKNOWN
}

export function judgeSelfHosted(record: RecordView): Verdict {
  const stated = byHosting(record, ['self-hosted', 'local', 'both'], ['managed'])
  return stated.state === 'unknown'
    ? byMention(record, /\bself-host(?:ed|ing|able)?\b|\bon[- ]prem(?:ises|ise)?\b/i)
    : stated
}

export function judgeManaged(record: RecordView): Verdict {
  const stated = byHosting(record, ['managed', 'both'], ['self-hosted', 'local'])
  if (stated.state !== 'unknown') return stated
  return byMention(record, /\b(?:fully )?managed\b|\bhosted (?:service|cloud|version)\b|\bserverless\b/i)
}

/** Works with no network, or nothing leaves the user's machines: stated, or run on one's own machine only. */
export function judgeOffline(record: RecordView): Verdict {
  const offline = record.attribute('offline')
  if (offline && typeof offline.value === 'boolean') {
    return offline.value ? met(offline.statement) : notMet(offline.statement)
  }
  const stated = byHosting(record, ['local'], ['managed'])
  if (stated.state !== 'unknown') return stated
  return byMention(
    record,
    /\boffline\b|\bair-gapped\b|\blocally\b|\bon (?:your|one's|the user's) own (?:machine|computer|laptop)\b/i,
  )
}

const EU =
  /\bEU\b|\bEurope(?:an)?\b|\bFrankfurt\b|\bIreland\b|\bDublin\b|\bParis\b|\bStockholm\b|\bAmsterdam\b|\beu-(?:west|central|north)/
const US = /\bUS\b|\bUnited States\b|\bVirginia\b|\bOregon\b|\bOhio\b|\bus-(?:east|west)/

export const judgeRegion = (record: RecordView, region: 'EU' | 'US'): Verdict =>
  byMention(record, region === 'EU' ? EU : US)
