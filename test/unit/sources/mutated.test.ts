import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readCatalogue } from '../../../indexer/sources/catalogue.js'
import { importCsv } from '../../../indexer/sources/csv.js'
import { IMPORT_FORMATS, importFile } from '../../../indexer/sources/import.js'
import { importMcpRegistry } from '../../../indexer/sources/mcp-registry.js'
import { importMcpTools } from '../../../indexer/sources/mcp-tools.js'
import { importOpenApi } from '../../../indexer/sources/openapi.js'
import type { Fault } from '../../../src/core/errors.js'
import { importManifest } from '../../../src/core/manifest.js'
import { readRecord } from '../../../src/core/read-record.js'
import { validateRecord } from '../../../src/core/validate.js'
import { FUZZ_RUNS } from '../../support/fuzz.js'

const fixture = (path: string) => readFileSync(join(import.meta.dirname, '../../fixtures', path), 'utf8')
/** So many cases a test. */
const RUNS = Math.ceil(0.4 * FUZZ_RUNS)
const OPTIONS = { asOf: '2026', source: 's' }

const deep = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => [inner], 0)
/** What people, programs and attackers put where something else belongs. */
const ODD: readonly unknown[] = [
  null,
  '',
  ' ',
  0,
  -1,
  1e308,
  Number.MAX_SAFE_INTEGER,
  true,
  [],
  {},
  [[]],
  [null],
  [{}],
  { $ref: '#' },
  { $ref: '#/' },
  { $ref: '#/paths' },
  { $ref: '%E0%A4%A' },
  { $ref: 7 },
  'x'.repeat(9000),
  '\u0000\ud800',
  '😀'.repeat(300),
  '<script>'.repeat(100),
  '../../etc/passwd',
  '${x}',
  '__proto__',
  JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'),
  deep(20_000),
  { type: 'object', properties: null },
  '12',
  'x.1',
  'a b',
]

interface Mutation {
  where: number
  act: 'replace' | 'remove' | 'rename' | 'swap' | 'repeat'
  odd: number
}
const mutation: fc.Arbitrary<Mutation> = fc.record({
  where: fc.nat(),
  act: fc.constantFrom('replace', 'replace', 'remove', 'rename', 'swap', 'repeat'),
  odd: fc.nat({ max: ODD.length - 1 }),
})

/** By value: what is put into one document must not be changed by the next, nor a part of one hold the whole. */
const copyOf = (value: unknown): unknown => {
  try {
    return structuredClone(value)
  } catch {
    return deep(20_000) // too deep to be copied
  }
}

/** Changes one place inside a document, whichever `where` falls on. */
function mutate(document: unknown, { where, act, odd }: Mutation): unknown {
  const places: { parent: Record<string, unknown>; key: string }[] = []
  const walk = (value: unknown, depth: number) => {
    if (typeof value !== 'object' || value === null || depth > 40) return
    for (const key of Object.keys(value)) {
      places.push({ parent: value as Record<string, unknown>, key })
      walk((value as Record<string, unknown>)[key], depth + 1)
    }
  }
  walk(document, 0)
  if (places.length === 0) return copyOf(ODD[odd])
  const { parent, key } = places[where % places.length]!
  const other = places[(where * 7 + odd) % places.length]!
  const value = parent[key]
  if (act === 'replace') parent[key] = copyOf(ODD[odd])
  else if (act === 'swap') parent[key] = copyOf(other.parent[other.key])
  else if (act === 'repeat' && Array.isArray(parent)) parent.push(copyOf(value))
  else if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else {
    delete parent[key]
    if (act !== 'remove') parent[`${key}x`] = value
  }
  return document
}

const TRACE = /\n\s+at |TypeError|RangeError|Maximum call stack|\[object Object\]/
const isStructured = ({ path, message }: Fault): boolean =>
  typeof path === 'string' && /\S/.test(message) && message.length < 1500 && !TRACE.test(message)

/** One look at all of them: every expectation is remembered until its test ends, and long runs have millions of faults. */
const expectStructured = (faults: readonly Fault[]): void =>
  expect(faults.filter((fault) => !isStructured(fault))).toEqual([])

type Import = (input: unknown) => { records: unknown[]; errors: Fault[]; warnings: Fault[] }
const IMPORTERS: [string, unknown, Import][] = [
  ['manifest', parse(fixture('manifest/unfragile.yml')), (input) => importManifest(input, OPTIONS)],
  ['OpenAPI 3.0', JSON.parse(fixture('openapi/stapi.json')), (input) => importOpenApi(input, OPTIONS)],
  ['OpenAPI 3.1', JSON.parse(fixture('openapi/readme-3.1.json')), (input) => importOpenApi(input, OPTIONS)],
  ['OpenAPI with cycles', parse(fixture('openapi/circular.yaml')), (input) => importOpenApi(input, OPTIONS)],
  ['Swagger 2', JSON.parse(fixture('openapi/kubernetes-swagger2.json')), (input) => importOpenApi(input, OPTIONS)],
  ['MCP tools', JSON.parse(fixture('mcp-tools/server-filesystem.json')), (input) => importMcpTools(input, OPTIONS)],
  [
    'MCP message',
    { jsonrpc: '2.0', id: 1, result: JSON.parse(fixture('mcp-tools/server-memory.json')) },
    (input) => importMcpTools(input, OPTIONS),
  ],
  ['MCP registry', JSON.parse(fixture('mcp-registry/list.json')), (input) => importMcpRegistry(input, OPTIONS)],
]

test.each(IMPORTERS)(`%s, mutated ${RUNS} times: sound records or structured faults`, (_, document, run) => {
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const input = mutations.reduce(mutate, structuredClone(document))
      const { records, errors, warnings } = run(input)
      expectStructured([...errors, ...warnings])
      expect(records.length + errors.length).toBeGreaterThan(0)
      expect(records.flatMap((record) => readRecord(record).faults)).toEqual([])
      expect(({} as { polluted?: number }).polluted).toBeUndefined()
    }),
    { seed: 42, numRuns: RUNS },
  )
})

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('%s is a name like any other', (name) => {
  const registry = { servers: [{ name: 'io.example/one', packages: [{ registryType: name, identifier: 'one' }] }] }
  expect(importMcpRegistry(registry, OPTIONS).errors).toEqual([])
  const manifest = parse(fixture('manifest/unfragile.yml')) as object
  const { records } = importManifest({ ...manifest, ...JSON.parse(`{"${name}": {"a": "b"}}`) }, OPTIONS)
  expect(records.flatMap((record) => readRecord(record).faults)).toEqual([])
  expect(records).toHaveLength(1)
})

test(`catalogue records, mutated ${RUNS} times: validation never throws, and keeps what is sound`, () => {
  const [record] = importManifest(parse(fixture('manifest/unfragile.yml')), OPTIONS).records
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const input = mutations.reduce(mutate, structuredClone(record) as unknown)
      const { valid, errors, warnings } = validateRecord(input)
      expectStructured([...errors, ...warnings])
      expect(valid).toBe(errors.length === 0)
    }),
    { seed: 43, numRuns: RUNS },
  )
})

/** Files as they come off broken disks and out of broken programs: cut, overwritten, doubled. */
const damage = fc.record({
  at: fc.nat(),
  length: fc.nat({ max: 40 }),
  put: fc.constantFrom(
    '',
    '\u0000',
    '"',
    '{',
    '[',
    ': ',
    '- ',
    '\n',
    '\t',
    '&a',
    '*a',
    '|',
    '#',
    ',',
    '\ufeff',
    'é',
    '9'.repeat(400),
  ),
  cut: fc.boolean(),
})
const damaged = (text: string, { at, length, put, cut }: { at: number; length: number; put: string; cut: boolean }) => {
  const from = at % (text.length + 1)
  return text.slice(0, from) + put + (cut ? '' : text.slice(from + length))
}

const FILES = [
  'manifest/unfragile.yml',
  'openapi/circular.yaml',
  'mcp-tools/server-everything.json',
  'mcp-registry/list.json',
]

test('damaged files of every kind, read as every format: structured faults with a line, never thrown', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mutated-'))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...FILES),
      damage,
      fc.constantFrom(...IMPORT_FORMATS, 'catalogue'),
      async (name, how, format) => {
        const text = damaged(fixture(name), how)
        const file = join(folder, `x${name.slice(name.lastIndexOf('.'))}`)
        writeFileSync(file, text)
        const faults: (Fault & { line: number })[] = []
        if (format === 'catalogue')
          for await (const entry of readCatalogue([file])) 'fault' in entry && faults.push(entry.fault)
        else {
          const { errors, warnings } = await importFile(format, file, { asOf: '2026' })
          faults.push(...errors, ...warnings)
        }
        expectStructured(faults)
        const lines = text.split('\n').length
        expect(faults.filter(({ line }) => !(line >= 1 && line <= lines + 1))).toEqual([])
      },
    ),
    { seed: 44, numRuns: RUNS },
  )
})

test('tables of any text: rows or structured faults', () => {
  const cell = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('"', 'a,b', '\n', '\t', ';', 'tool', '=cmd()'))
  fc.assert(
    fc.property(fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 6 }), (rows) => {
      const text = ['tool,capability,description', ...rows.map((row) => row.join(','))].join('\n')
      const { records, errors, warnings } = importCsv(text, OPTIONS)
      expectStructured([...errors, ...warnings])
      expect(records.flatMap((record) => readRecord(record).faults)).toEqual([])
    }),
    { seed: 45, numRuns: RUNS },
  )
})
