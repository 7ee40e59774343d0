import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type CatalogueEntry, readCatalogue, type SourceFault } from '../../../indexer/sources/catalogue.js'

function folder(files: Record<string, string | Buffer>): string {
  const root = mkdtempSync(join(tmpdir(), 'catalogue-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true })
    writeFileSync(join(root, name), content)
  }
  return root
}

async function read(...paths: string[]) {
  const entries: CatalogueEntry[] = []
  for await (const entry of readCatalogue(paths)) entries.push(entry)
  const faults: SourceFault[] = entries.flatMap((entry) => ('fault' in entry ? [entry.fault] : []))
  const records = entries.flatMap((entry) => ('record' in entry ? [entry] : []))
  return { faults, records, slugs: records.map(({ record }) => record.slug) }
}

const tool = (slug: string, extra: object = {}) => ({
  slug,
  name: slug.toUpperCase(),
  type: 'api',
  capabilities: [{ name: 'Send mail', description: 'Sends a mail over SMTP.' }],
  ...extra,
})

test('reads every kind of file in a folder, in order, and says where a record was', async () => {
  const root = folder({
    'b.yaml': 'slug: yaml-tool\nname: A\ntype: cli\ncapabilities:\n  - {name: N, description: D}\n',
    'a/one.json': JSON.stringify(tool('json-tool'), null, 2),
    'c.jsonl': `${JSON.stringify(tool('line-1'))}\n\n${JSON.stringify(tool('line-3', { description: 'a\u2028b' }))}\r\n`,
    'd.jsonl.gz': gzipSync(`${JSON.stringify(tool('packed'))}\n`),
    'e.yml':
      '---\nslug: first\nname: A\ntype: cli\ncapabilities: [{name: N, description: D}]\n---\nslug: second\nname: A\ntype: cli\ncapabilities: [{name: N, description: D}]\n',
    'f.json': JSON.stringify([tool('list-1'), tool('list-2')], null, 1),
    'notes.md': 'not read',
    '.hidden.yaml': 'not: read',
  })
  const { faults, slugs, records } = await read(root)
  expect(faults).toEqual([])
  expect(slugs).toEqual(['json-tool', 'yaml-tool', 'line-1', 'line-3', 'packed', 'first', 'second', 'list-1', 'list-2'])
  expect(records.map(({ origin }) => origin.line)).toEqual([1, 1, 1, 3, 1, 2, 7, 2, 13])
  expect(records[3]!.record.description).toBe('a\u2028b')
})

test('a fault has its line, its field and the nearest right spelling', async () => {
  const root = folder({
    'a.yaml': [
      'slug: x',
      'name: X',
      'type: modle',
      'descripton: none',
      'pricing:',
      '  model: free',
      '  asOf: 2025',
      '  startingPrice: {amount: -1, currency: usd, per: month}',
      'worksWith:',
      '  - {slug: y, because: yes}',
      'attributes:',
      '  a.b: {value: 1, unti: ms}',
      'capabilities:',
      '  - name: N',
      '    description: D',
    ].join('\n'),
  })
  const { faults, records } = await read(root)
  expect(records).toEqual([])
  expect(faults.map(({ line, path, suggestion }) => [line, path, suggestion])).toEqual([
    [3, 'type', 'model'],
    [8, 'pricing.startingPrice.amount', undefined],
    [8, 'pricing.startingPrice.currency', undefined],
    [7, 'pricing.asOf', '"2025"'],
    [12, 'attributes.a.b.unti', 'unit'],
    [10, 'worksWith.0.because', undefined],
    [4, 'descripton', 'description'],
  ])
  for (const fault of faults) expect(fault).toMatchObject({ file: join(root, 'a.yaml'), slug: 'x' })
  expect(faults[0]!.message).toBe('"modle" is not allowed')
  expect(faults[3]!.message).toBe('must be text, not a number')
  expect(faults[5]!.message).toBe('is not a known field; known are slug, why')
})

test('a text cut at a comma is told from a typo, and other words for a type are read', async () => {
  const root = folder({
    'a.yaml':
      'slug: x\nname: X\ntype: mcp-server\nworksWith: [{slug: y, why: it reads, and writes.}]\ncapabilities: [{name: N, description: D}]\n',
    'b.json': JSON.stringify(tool('cloud', { type: 'cloud-api' })),
  })
  const { faults, records } = await read(root)
  expect(faults.map(({ message }) => message)).toEqual([
    'is the rest of a text that ended at a comma; put the whole text in quotes',
  ])
  expect(records.map(({ record }) => [record.slug, record.type])).toEqual([['cloud', 'api']])
})

test('a missing field has the line of what it is missing in', async () => {
  const root = folder({
    'a.yaml': 'slug: x\nname: X\ntype: api\ncapabilities:\n  - name: A\n    description: D\n  - name: B\n',
    'b.json':
      '{\n "slug": "y",\n "name": "Y",\n "type": "api",\n "capabilities": [\n  {"name": "A", "description": "D"},\n  {"name": "B"}\n ]\n}',
  })
  const { faults, records } = await read(root)
  expect(faults.map(({ line, path, message }) => [line, path, message])).toEqual([
    [7, 'capabilities.1.description', 'is missing'],
    [7, 'capabilities.1.description', 'is missing'],
  ])
  expect(records.map(({ record }) => record.capabilities.map(({ name }) => name))).toEqual([['A'], ['A']])
})

test('a broken file is a fault at the place where it breaks, and the others are read', async () => {
  const root = folder({
    'a.json': '{\n  "slug": "x",\n  "name": oops\n}',
    'b.yaml': 'slug: [x\nname: y',
    'c.jsonl': `${JSON.stringify(tool('good'))}\n{"slug":\n`,
    'd.jsonl.gz': Buffer.from('not packed'),
    'e.yaml': 'a: &a [x, x]\nb: *nowhere\n',
    'f.json': '{"slug": "end"',
    'g.yaml': 'just a sentence',
    'h.json': 'null',
  })
  const { faults, slugs } = await read(root, join(root, 'missing'))
  expect(slugs).toEqual(['good'])
  expect(faults.map(({ file, line }) => [file.slice(root.length + 1), line])).toEqual([
    ['a.json', 3],
    ['b.yaml', 2],
    ['c.jsonl', 2],
    ['d.jsonl.gz', 1],
    ['e.yaml', 1],
    ['f.json', 1],
    ['g.yaml', 1],
    ['h.json', 1],
    ['missing', 1],
  ])
  expect(faults[0]!.message).toBe('is not JSON: unexpected "oops\\n}"')
  expect(faults[2]!.message).toBe('is not JSON: unexpected end of the text at column 9')
  expect(faults[8]!.message).toBe('cannot be read: there is no such file or folder')
})

test('YAML aliases that multiply without end are refused', async () => {
  const levels = 'abcdefghij'.split('')
  const bomb = levels.map(
    (name, i) =>
      `${name}: &${name} [${Array(9)
        .fill(i === 0 ? 'x' : `*${levels[i - 1]}`)
        .join(', ')}]`,
  )
  const { faults, records } = await read(folder({ 'a.yaml': bomb.join('\n') }))
  expect(records).toEqual([])
  expect(faults).toHaveLength(1)
})

test('slugs and ids that are there already are faults of the later one', async () => {
  const capability = (id: string) => ({ id, name: id, description: 'D' })
  const root = folder({
    'a.jsonl': [
      tool('one', {
        capabilities: [capability('mail.send'), capability('mail.send'), capability('one.7'), capability('two.1')],
      }),
      tool('two', { capabilities: [capability('mail.send'), capability('mail.read')] }),
      tool('one'),
    ]
      .map((record) => JSON.stringify(record))
      .join('\n'),
  })
  const { faults, records } = await read(root)
  expect(records.map(({ record }) => [record.slug, record.capabilities.map(({ id }) => id)])).toEqual([
    ['one', ['mail.send', 'one.7']],
    ['two', ['mail.read']],
  ])
  expect(faults.map(({ line, path }) => [line, path])).toEqual([
    [1, 'capabilities.1.id'],
    [1, 'capabilities.3.id'],
    [2, 'capabilities.0.id'],
    [3, 'slug'],
  ])
  expect(faults[3]!.message).toBe(`"one" is already the slug of the tool at ${join(root, 'a.jsonl')}:1`)
})
