import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { TWIN_ACROSS, TWIN_WITHIN } from '../../../indexer/lint/duplicates.js'
import { readCatalogue } from '../../../indexer/sources/catalogue.js'
import { IMPORT_FORMATS } from '../../../indexer/sources/import.js'
import { RECORD_RULES } from '../../../src/core/lint/record.js'
import { readRecord } from '../../../src/core/read-record.js'

const DATA = join(import.meta.dirname, '../../../data')
const README = readFileSync(join(DATA, 'README.md'), 'utf8')

/** First cells of the rows of the table whose heading begins with `heading`, code marks taken off. */
const table = (heading: string) => {
  const rows = README.slice(README.indexOf(`| ${heading} |`))
    .split('\n\n')[0]!
    .trim()
    .split('\n')
    .slice(2)
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
const words = (heading: string) => table(heading).flatMap(([first]) => first!.match(/[\w-]+/g) ?? [])

test('the counts are those of the catalogue', async () => {
  const count = { tools: 0, capabilities: 0, intents: 0, attributes: 0 }
  const layers = new Map<string, [number, number]>()
  const types = new Map<string, [number, number]>()
  for await (const entry of readCatalogue([join(DATA, 'catalogue')])) {
    if ('fault' in entry) throw new Error(entry.fault.message)
    const { layer, type, capabilities, attributes } = entry.record
    count.tools++
    count.capabilities += capabilities.length
    count.intents += capabilities.flatMap(({ intents }) => intents ?? []).length
    count.attributes += Object.keys(attributes ?? {}).length
    for (const [map, key] of [
      [layers, layer!],
      [types, type],
    ] as const) {
      const [tools, own] = map.get(key) ?? [0, 0]
      map.set(key, [tools + 1, own + capabilities.length])
    }
  }
  const n = (value: number) => value.toLocaleString('en')
  expect(README).toContain(
    `${n(count.tools)} tools with ${n(count.capabilities)} capabilities, ${n(count.intents)} intents and ${n(count.attributes)} attributes`,
  )
  for (const [heading, map] of [
    ['layer', layers],
    ['type', types],
  ] as const)
    expect(table(heading)).toEqual(
      [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, [tools, own]]) => [key, n(tools), n(own)]),
    )
})

test('rules and formats are all told, and no others', () => {
  expect(new Set(words('rule'))).toEqual(
    new Set([...RECORD_RULES, 'dangling-works-with', 'near-duplicate', 'manifest']),
  )
  expect(new Set(words('format'))).toEqual(new Set(IMPORT_FORMATS))
  expect(README).toContain(`cosine ≥ ${TWIN_WITHIN.toFixed(2)} within a tool, ≥ ${TWIN_ACROSS.toFixed(2)} across tools`)
})

test('the example is a sound record', () => {
  const example = /```yaml\n([\s\S]*?)```/.exec(README)![1]!
  expect(readRecord(parse(example)).faults).toEqual([])
})
