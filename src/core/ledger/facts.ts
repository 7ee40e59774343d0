import type { RecordView } from './statements.js'
import { contentOf, judgeTopic } from './topic.js'
import { byMention, isClosedList, met, notMet, UNKNOWN, type Verdict } from './verdict.js'

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** `attributes.gpu`: "none", "optional …", a list of cards. */
export function judgeGpu(record: RecordView, wanted: boolean): Verdict {
  const stated = record.attribute('gpu')
  if (stated) {
    const value = String(stated.value)
    const none = /^(?:none|no|not)\b|withdrawn/i.test(value)
    const optional = /\boptional\b|\bCPU\b|\bpossible\b/i.test(value)
    if (wanted) return none ? notMet(stated.statement) : met(stated.statement)
    if (none || optional) return met(stated.statement)
  }
  if (wanted) return byMention(record, /\bGPUs?\b|\bCUDA\b/)
  return byMention(record, /\bon (?:a |the )?(?:plain |laptop )?CPUs?\b|\bwithout (?:a )?GPU\b|\bno GPU\b/i)
}

/** `attributes.deliveryGuarantee` names all that there are. */
export function judgeDelivery(record: RecordView, phrase: string): Verdict {
  const guarantee = /exactly|least|most/i.exec(phrase)![0].toLowerCase()
  const pattern = new RegExp(`\\b(?:at )?${guarantee}[- ]once\\b`, 'i')
  const stated = record.attribute('deliveryGuarantee')
  if (!stated) return byMention(record, pattern)
  return pattern.test(String(stated.value)) ? met(stated.statement) : notMet(stated.statement)
}

/** Named by type, protocol list or text. A version is part of the name: "MQTT 5" is not proved by "MQTT 3.1.1". */
export function judgeProtocol(record: RecordView, protocol: string): Verdict {
  if (/\d/.test(protocol)) return judgeTopic(record, contentOf(protocol))
  const name = protocol.replace(/s$/, '')
  const long = name === 'MCP' ? '|Model Context Protocol' : name === 'HTTP' ? 'S?' : name === 'WebSocket' ? 's?' : ''
  return byMention(
    record,
    new RegExp(`\\b${escaped(name)}${long.startsWith('|') ? `\\b${long}` : long}\\b`, name === 'stdio' ? 'i' : ''),
  )
}

export function judgeIde(record: RecordView, ide: string): Verdict {
  const name = /^visual studio code$/i.test(ide) ? 'VS Code' : /^intellij$/i.test(ide) ? 'JetBrains' : ide
  const pattern = new RegExp(`\\b${escaped(name).replace(' ', ' ?')}\\b`, 'i')
  const stated = record.attribute('ideSupport')
  if (stated) {
    const value = String(stated.value)
    if (pattern.test(value) && !/\bbased on\b/i.test(value)) return met(stated.statement)
    if (isClosedList(value)) return notMet(stated.statement)
  }
  return byMention(record, pattern)
}

const READS =
  /\b(?:reads?|accepts?|parses?|ingests?|from|of|extract\w*|convert\w*|OCR|import\w*|loads?|upload\w*)\b[^,;]*$/i
const WRITES = /\b(?:writes?|exports?|outputs?|to|into|as|produces?|generates?|returns?|saves?)\s+(?:an? )?$/i

/** File formats: the list of the right direction first, then the text, then the closed list as a contradiction. */
export function judgeFormat(
  record: RecordView,
  format: string,
  noun: string | undefined,
  phrase: string,
  need: string,
): Verdict {
  const before = need.slice(0, Math.max(0, need.indexOf(phrase)))
  const output = /^(?:output|export)/i.test(noun ?? '') || WRITES.test(before)
  const input = !output && (/^input/i.test(noun ?? '') || READS.test(before))
  const pattern = new RegExp(`(?<![\\w.])${escaped(format)}s?\\b`, 'i')
  const names = output ? ['outputFormats'] : input ? ['inputFormats'] : ['inputFormats', 'outputFormats']
  const lists = names.flatMap((name) => record.attribute(name) ?? [])
  const listed = lists.find((one) => pattern.test(String(one.value)))
  if (listed) return met(listed.statement)
  // what goes in proves nothing of what comes out
  const other = output ? 'attributes.inputFormats' : input ? 'attributes.outputFormats' : undefined
  const telling = { ...record, statements: record.statements.filter(({ path }) => path !== other) }
  const said = input && lists.length > 0 ? UNKNOWN : byMention(telling, pattern)
  if (said.state !== 'unknown') return said
  const closed = lists.find((one) => isClosedList(String(one.value)))
  return closed ? notMet(closed.statement) : UNKNOWN
}

const DATABASES = ['databases', 'persistence', 'storageModel'] as const

/** A database that a tool stores in or speaks to: its text, else a closed list that lacks it. */
export function judgeDatabase(record: RecordView, name: string): Verdict {
  const said = byMention(
    record,
    new RegExp(`\\b${/^postgres/i.test(name) ? 'Postgres(?:QL)?' : escaped(name)}\\b`, 'i'),
  )
  if (said.state !== 'unknown') return said
  const list = DATABASES.map((one) => record.attribute(one)).find(
    (one) => one && /\b(?:PostgreSQL|MySQL|SQLite)\b/.test(String(one.value)) && isClosedList(String(one.value)),
  )
  return list ? notMet(list.statement) : UNKNOWN
}

/** A language that people speak. "English only" contradicts every other one. */
export function judgeSpoken(record: RecordView, language: string): Verdict {
  const said = byMention(record, new RegExp(`\\b${escaped(language)}\\b`))
  if (said.state !== 'unknown') return said
  const english = /\bEnglish[- ]only\b|\bonly English\b|\bEnglish is the only\b/i
  const only = record.statements.find((one) => one.kind !== 'need' && english.test(one.text))
  const multilingual = record.attribute('multilingual')
  if (only) return notMet(only)
  return multilingual?.value === false ? notMet(multilingual.statement) : UNKNOWN
}
