import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { importCsv } from '../../../indexer/sources/csv.js'
import { type ImportFormat, importFile } from '../../../indexer/sources/import.js'
import { importMcpTools } from '../../../indexer/sources/mcp-tools.js'
import { importOpenApi } from '../../../indexer/sources/openapi.js'
import { readRecord } from '../../../src/core/read-record.js'

const FIXTURES = join(import.meta.dirname, '../../fixtures')
const fixture = (path: string) => join(FIXTURES, path)
const read = (format: ImportFormat, path: string) => importFile(format, fixture(path), { asOf: '2026-11-30' })

const FORMATS: [ImportFormat, string][] = [
  ['openapi', 'openapi'],
  ['mcp-tools', 'mcp-tools'],
  ['mcp-registry', 'mcp-registry'],
  ['manifest', 'manifest'],
]
const FILES = FORMATS.flatMap(([format, folder]) =>
  readdirSync(fixture(folder)).map((name): [ImportFormat, string] => [format, `${folder}/${name}`]),
)

test.each(FILES)(
  '%s %s: sound records, source and date everywhere, and the same bytes every time',
  async (format, path) => {
    const { records } = await read(format, path)
    expect(records.length).toBeGreaterThan(0)
    for (const record of records) {
      expect(readRecord(record).faults).toEqual([])
      for (const capability of record.capabilities) {
        expect(capability.source).toBeTruthy()
        expect(capability.asOf).toBe('2026-11-30')
        expect(capability.description).not.toMatch(/<\/?(p|b|a|li|td|br)\b/i)
      }
      expect(new Set(record.capabilities.map(({ name }) => name)).size).toBe(record.capabilities.length)
    }
    expect(JSON.stringify(await read(format, path))).toBe(JSON.stringify(await read(format, path)))
  },
)

test('OpenAPI: an operation becomes a capability with its fields, needs and place', async () => {
  const { records, errors, warnings } = await read('openapi', 'openapi/github.json')
  expect([errors, warnings]).toEqual([[], []])
  const [github] = records
  expect(github).toMatchObject({
    type: 'api',
    license: 'MIT',
    execution: { protocol: 'http', url: 'https://api.github.com' },
  })
  expect(github!.capabilities).toHaveLength(23)
  const create = github!.capabilities.find(({ name }) => name === 'Create a gist')!
  expect(create.id).toBe(`${github!.slug}.gists/create`)
  expect(create.inputs).toContain('files (object, required): Names and content for the files that make up the gist')
  expect(create.outputs).toContain('html_url (string)')
  expect(create.tags).toEqual(['gists'])
  expect(create.source).toBe('github.json#/paths/~1gists/post')
})

test('Swagger 2 and OpenAPI 3.1 are read like 3.0', async () => {
  const kubernetes = (await read('openapi', 'openapi/kubernetes-swagger2.json')).records[0]!
  expect(kubernetes.capabilities[0]).toMatchObject({
    name: 'Get core API versions',
    requires: ['An API key in header authorization'],
  })
  const readme = (await read('openapi', 'openapi/readme-3.1.json')).records[0]!
  expect(readme.execution).toEqual({ protocol: 'http', url: 'https://api.readme.com/v2', auth: 'token' })
  expect(readme.capabilities.map(({ name }) => name)).toContain('Create an API key')
})

test('OpenAPI: Swagger hosts, server variables and relative servers become one address', () => {
  const paths = { '/a': { get: { summary: 'A' } } }
  const url = (document: object, source = 'file.json') =>
    importOpenApi({ info: { title: 'T' }, paths, ...document }, { asOf: '2026', source }).records[0]!.execution?.url
  expect(url({ swagger: '2.0', host: 'api.x.y', basePath: '/v1', schemes: ['http', 'https'] })).toBe(
    'https://api.x.y/v1',
  )
  expect(
    url({ openapi: '3.0.0', servers: [{ url: 'https://{r}.x.y/{v}', variables: { r: { default: 'eu' } } }] }),
  ).toBe('https://eu.x.y/{v}')
  expect(url({ openapi: '3.1.0', servers: [{ url: '/v2' }] }, 'https://x.y/docs/openapi.json')).toBe('https://x.y/v2')
  expect(url({ openapi: '3.1.0', servers: [{ url: '/v2' }] })).toBeUndefined()
})

test('OpenAPI: references in circles, out of the document and to nothing are told, and the rest is imported', () => {
  const document = {
    openapi: '3.0.0',
    info: { title: 'T' },
    paths: {
      '/loop': { get: { summary: 'Loop', parameters: [{ $ref: '#/components/parameters/a' }] } },
      '/out': { $ref: 'other.json#/x' },
      '/self': {
        post: {
          summary: 'Self',
          requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Tree' } } } },
        },
      },
      '/none': { get: { summary: 'None', responses: { 200: { $ref: '#/components/responses/none' } } } },
    },
    components: {
      parameters: { a: { $ref: '#/components/parameters/b' }, b: { $ref: '#/components/parameters/a' } },
      schemas: {
        Tree: {
          allOf: [{ $ref: '#/components/schemas/Tree' }],
          properties: { child: { $ref: '#/components/schemas/Tree' }, name: { type: 'string' } },
        },
      },
    },
  }
  const { records, errors, warnings } = importOpenApi(document, { asOf: '2026', source: 's' })
  expect(records[0]!.capabilities.map(({ name, inputs }) => [name, inputs])).toEqual([
    ['Loop', undefined],
    ['Self', ['child', 'name (string)']],
    ['None', undefined],
  ])
  expect(errors.map(({ path }) => path)).toEqual(['paths./out'])
  expect(warnings.map(({ message }) => message)).toEqual([
    'the reference "#/components/parameters/a" leads in a circle',
    'the reference "other.json#/x" leads out of the document; bundle it into one file first',
    'the reference "#/components/responses/none" leads nowhere',
  ])
})

test('OpenAPI: equal summaries are told apart, shared sentences and HTML are dropped, deprecation is a limitation', () => {
  const operation = (summary: string, description?: string, extra: object = {}) => ({ summary, description, ...extra })
  const note = 'Requests are limited to 100 a minute.'
  const { records } = importOpenApi(
    {
      openapi: '3.0.0',
      info: { title: 'T' },
      security: [{ key: [] }],
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      paths: {
        '/a': {
          get: operation('List', `<p>Lists <i>a</i>.</p> ${note}`),
          post: operation('Make', `Makes a. ${note}`, { security: [{}] }),
        },
        '/b': { get: operation('List', `Lists b. ${note}`, { deprecated: true }), delete: {} },
      },
    },
    { asOf: '2026', source: 's' },
  )
  expect(
    records[0]!.capabilities.map(({ name, description, limitations, requires }) => [
      name,
      description,
      limitations,
      requires,
    ]),
  ).toEqual([
    ['List (GET /a)', 'Lists a.', undefined, ['A bearer token']],
    ['Make', 'Makes a.', undefined, undefined],
    ['List (GET /b)', 'Lists b.', ['Deprecated by its owner.'], ['A bearer token']],
    ['DELETE /b', 'DELETE /b.', undefined, ['A bearer token']],
  ])
})

test('MCP tools: all forms of the answer, hints, and faulty tools left out', () => {
  const options = { asOf: '2026', source: 's', slug: 'x' }
  const tools = [
    {
      name: 'send_mail',
      description: 'Sends.',
      annotations: { readOnlyHint: false, destructiveHint: true },
      inputSchema: { properties: { to: { type: 'string' } }, required: ['to'] },
    },
    { name: '' },
    { title: 'No name' },
  ]
  const bare = importMcpTools(tools, options)
  expect(bare.records).toEqual(importMcpTools({ jsonrpc: '2.0', id: 1, result: { tools } }, options).records)
  expect(bare.records[0]!.capabilities).toEqual([
    {
      id: 'x.send_mail',
      name: 'send_mail',
      description: 'Sends.',
      inputs: ['to (string, required)'],
      tags: ['destructive'],
      source: 's',
      asOf: '2026',
    },
  ])
  expect(importMcpTools({ tools, nextCursor: 'n' }, options).errors.map(({ path }) => path)).toEqual([
    'tools.1.name',
    'tools.2.name',
  ])
  expect(importMcpTools({ tools, nextCursor: 'n' }, options).warnings).toHaveLength(1)
  expect(importMcpTools({ prompts: [] }, options).errors).toEqual([
    { path: 'tools', message: 'is missing; this is not an answer to tools/list' },
  ])
})

test('MCP registry: the newest version, how to start it, what it needs; deleted and unsafe entries are not trusted', async () => {
  const { records, errors, warnings } = await read('mcp-registry', 'mcp-registry/list.json')
  expect(records.map(({ slug, name, execution }) => [slug, name, execution])).toEqual([
    [
      'io-github-example-weather',
      'Weather',
      { protocol: 'mcp', command: 'npx -y @example/weather-mcp@1.10.0', auth: 'api-key' },
    ],
    [
      'com-example-tickets',
      'com.example/tickets',
      { protocol: 'mcp', url: 'https://mcp.example.com/tickets', auth: 'token' },
    ],
    ['com-example-notes', 'com.example/notes', undefined],
  ])
  expect(records[0]!.capabilities[0]).toMatchObject({
    description: 'Forecasts and warnings for a place, from public weather stations.',
    requires: ['WEATHER_KEY: Key of the weather account'],
  })
  expect(errors.map(({ path, line }) => [path, line])).toEqual([['servers.5.server.name', 72]])
  expect(warnings.map(({ path }) => path)).toEqual(['servers.2.server'])
})

test('text that speaks to the reading model is marked on import', async () => {
  const { records, warnings } = await read('mcp-tools', 'mcp-tools/context7-mcp.json')
  expect(records).toHaveLength(1)
  expect(warnings.map(({ message }) => message)).toEqual([
    'description of "Resolve Context7 Library ID" speaks to the model that reads it (order): "You MUST call this function before"',
  ])
})

test('manifest: every field finds its place, and the rules of the format are kept', async () => {
  const { records, errors, warnings } = await read('manifest', 'manifest/unfragile.yml')
  expect([errors, warnings]).toEqual([[], []])
  expect(records[0]).toMatchObject({
    slug: 'ledger-notes',
    url: 'https://ledger.example.com',
    execution: { protocol: 'http', auth: 'bearer' },
    attributes: {
      maintainer: { value: 'Example Cooperative', claimedBy: 'vendor' },
      'trust.signed': { value: true },
      'trust.reviewed_by': { value: 'Example Labs, Other Labs' },
      'permissions.filesystem': { value: 'read-write' },
      'execution.protocol': { value: 'https' },
      compliance: { value: 'GDPR' },
    },
  })
  expect(records[0]!.capabilities.map(({ intents, bestFor, id }) => [id, intents?.length, bestFor])).toEqual([
    ['ledger_notes.append', 2, ['audit trails']],
    ['ledger_notes.read', 1, ['reviews']],
    ['ledger_notes.verify', 1, undefined],
  ])
})

test('CSV: columns by heading or by map, lists in cells, rows of a tool put together', () => {
  const table =
    'tool,Feature,Text,tags,rubbish\nMail Box,Send,"Sends, with <b>care</b>",mail; smtp,1\nOther,Read,Reads,,\nMail Box,Fetch,Fetches,imap,\n,Lost,Nobody,,\n'
  const columns = { capability: 'Feature', description: 'Text' }
  const { records, errors, warnings } = importCsv(table, { asOf: '2026', source: 's', columns })
  expect(
    records.map(({ slug, type, capabilities }) => [
      slug,
      type,
      capabilities.map(({ name, description, tags }) => [name, description, tags]),
    ]),
  ).toEqual([
    [
      'mail-box',
      'product',
      [
        ['Send', 'Sends, with care', ['mail', 'smtp']],
        ['Fetch', 'Fetches', ['imap']],
      ],
    ],
    ['other', 'product', [['Read', 'Reads', undefined]]],
  ])
  expect(errors).toEqual([{ path: 'lines.5', message: 'has no tool' }])
  expect(warnings.map(({ path }) => path)).toEqual(['rubbish'])
  expect(importCsv(table, { asOf: '2026', source: 's' }).errors.map(({ path }) => path)).toEqual([
    'capability',
    'description',
  ])
  expect(
    importCsv(table, { asOf: '2026', source: 's', columns: { capability: 'Featur', descriptoin: 'Text' } }).errors.map(
      ({ suggestion }) => suggestion,
    ),
  ).toEqual(['Feature', 'description', undefined, undefined])
})
