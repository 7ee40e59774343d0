import { describe, expect, it } from 'vitest'
import { importManifest } from '../../../src/core/manifest.js'
import { validateRecord } from '../../../src/core/validate.js'

const OPTIONS = { asOf: '2026-11-30', source: 'https://a.test/unfragile.yml' }
const LONG =
  'Takes a text over MCP stdio, writes one line to a file in the data folder, and returns its number. '.repeat(2)
const capability = (more: object = {}) => ({ name: 'Append', description: LONG, ...more })
const manifest = (more: object = {}) => ({
  unfragile_version: '1.0',
  artifact: { name: 'Notes', slug: 'notes', type: 'mcp' },
  capabilities: [capability(), capability(), capability()],
  failure_modes: ['The disk is full.'],
  execution: { protocol: 'stdio' },
  ...more,
})
const read = (input: unknown) => importManifest(input, OPTIONS)
const first = (more: object) => read(manifest({ capabilities: [capability(more)] })).records[0]!.capabilities[0]!
const attributes = (more: object) =>
  Object.fromEntries(
    Object.entries(read(manifest(more)).records[0]!.attributes ?? {}).map(([name, { value }]) => [name, value]),
  )
const told = (faults: { path: string; message: string; suggestion?: string }[]) =>
  faults.map(({ path, message, suggestion }) => `${path}: ${message}${suggestion ? ` → ${suggestion}` : ''}`)

describe('a manifest’s capability', () => {
  it.each<[written: object, field: string, value: unknown]>([
    [{ intents_served: ['a', 'b'] }, 'intents', ['a', 'b']],
    [{ intentsServed: 'a' }, 'intents', ['a']],
    [{ intents: [' a ', ' ', 'b'] }, 'intents', ['a', 'b']],
    [{ intents_served: ['x'], intentsServed: ['y'], intents: ['z'] }, 'intents', ['x']],
    [{ intentsServed: ['y'], intents: ['z'] }, 'intents', ['y']],
    [{ conditions: { bestFor: ['w'], best_for: ['x'] }, bestFor: ['y'], best_for: ['z'] }, 'bestFor', ['w']],
    [{ conditions: { best_for: ['x'] }, bestFor: ['y'], best_for: ['z'] }, 'bestFor', ['x']],
    [{ bestFor: ['y'], best_for: ['z'] }, 'bestFor', ['y']],
    [{ best_for: 'z' }, 'bestFor', ['z']],
    [{ conditions: { limitations: ['x'] }, limitations: ['y'] }, 'limitations', ['x']],
    [{ limitations: ['y'] }, 'limitations', ['y']],
    [{ conditions: { requires: ['x'] }, requires: ['y'] }, 'requires', ['x']],
    [{ requires: ['y'] }, 'requires', ['y']],
    [{ unique_aspect: 'x', uniqueAspect: 'y' }, 'unique', 'x'],
    [{ uniqueAspect: 'y' }, 'unique', 'y'],
    [{ inputTypes: ['x'], input_types: ['y'] }, 'inputs', ['x']],
    [{ input_types: ['y'] }, 'inputs', ['y']],
    [{ outputTypes: ['x'], output_types: ['y'] }, 'outputs', ['x']],
    [{ output_types: ['y'] }, 'outputs', ['y']],
    [{ tags: ['t'], categories: ['c'] }, 'tags', ['t', 'c']],
    [{ categories: 'c' }, 'tags', ['c']],
    [{ id: ' notes.append ' }, 'id', 'notes.append'],
  ])('%j gives %s %j', (written, field, value) => {
    expect(first(written)).toEqual({
      name: 'Append',
      description: LONG.trim(),
      source: OPTIONS.source,
      asOf: OPTIONS.asOf,
      [field]: value,
    })
  })

  it('costs only itself when it is wrong, and everything when all are', () => {
    const { records, errors } = read(
      manifest({ capabilities: [capability(), { name: 'Short', description: 'Writes.' }, 7, capability()] }),
    )
    expect(records[0]!.capabilities).toHaveLength(2)
    expect(told(errors)).toEqual([
      'capabilities.1.description: is shorter than 100 characters',
      'capabilities.2: must be a group of fields, not a number',
    ])
    expect(read(manifest({ capabilities: [7] }))).toMatchObject({ records: [], errors: [{ path: 'capabilities.0' }] })
  })
})

describe('a manifest', () => {
  it('gives its tool’s fields their place', () => {
    const { records, errors, warnings } = read(
      manifest({
        artifact: {
          name: 'Notes',
          slug: 'notes',
          type: 'mcp',
          description: 'Keeps notes.',
          homepage: 'https://a.test',
          repository: 'https://b.test',
          license: 'MIT',
          layer: 'tooling',
          categories: 'writing',
          tags: ['a', 'b'],
        },
        pricing: { model: 'paid', note: 'By the seat.' },
        failureModes: undefined,
        failure_modes: ['Full disk.', { mode: 'Two writers.', frequency: 'rare', mitigation: 'One server.' }],
        execution: { protocol: 'stdio', command: 'notes', url: 'https://c.test', authMethod: 'token' },
      }),
    )
    expect([errors, warnings]).toEqual([[], []])
    const { capabilities, ...tool } = records[0]!
    expect(capabilities).toHaveLength(3)
    expect(tool).toEqual({
      slug: 'notes',
      name: 'Notes',
      type: 'mcp',
      description: 'Keeps notes.',
      url: 'https://a.test',
      repository: 'https://b.test',
      license: 'MIT',
      layer: 'tooling',
      categories: ['writing'],
      tags: ['a', 'b'],
      pricing: { model: 'paid', note: 'By the seat.' },
      failureModes: ['Full disk.', { mode: 'Two writers.', frequency: 'rare', mitigation: 'One server.' }],
      execution: { protocol: 'stdio', command: 'notes', url: 'https://c.test', auth: 'token' },
    })
  })

  it('reads the other spellings, the first where both are written', () => {
    const [record] = read(
      manifest({
        unfragile_version: 1,
        failure_modes: undefined,
        failureModes: ['Other.'],
        execution: { protocol: 'https', auth_method: 'bearer', authMethod: 'token' },
      }),
    ).records
    expect([record!.failureModes, record!.execution]).toEqual([['Other.'], { protocol: 'http', auth: 'bearer' }])
    expect(attributes({ failureModes: ['Other.'], execution: { protocol: 'https', authMethod: 'x' } })).toEqual({
      'execution.protocol': 'https',
    })
  })

  it.each<[why: string, written: object, attributes: object]>([
    ['nothing beside the known', {}, {}],
    [
      'a field of the artifact goes by its own name',
      { artifact: { ...manifest().artifact, maintainer: 'A' } },
      { maintainer: 'A' },
    ],
    [
      'what is inside a known group goes by both',
      { pricing: { model: 'paid', trial: '14 days' } },
      { 'pricing.trial': '14 days' },
    ],
    ['a protocol of ours says nothing more', { execution: { protocol: 'http' } }, {}],
    [
      'groups are taken apart',
      { trust: { by: { whom: 'A', signed: true }, score: 0.5 } },
      { 'trust.by.whom': 'A', 'trust.by.signed': true, 'trust.score': 0.5 },
    ],
    ['a list of plain values is one text', { compliance: ['GDPR', 7, null] }, { compliance: 'GDPR, 7, ' }],
    ['a list of groups is taken apart', { trust: [{ a: 1 }, { b: 'x' }] }, { 'trust.0.a': 1, 'trust.1.b': 'x' }],
    [
      'what says nothing is dropped',
      { trust: ' ', permissions: [], compliance: null, other: Number.POSITIVE_INFINITY },
      {},
    ],
    ['texts are trimmed', { trust: ' yes ' }, { trust: 'yes' }],
    ['what is not there at all', { trust: undefined, other: [undefined] }, { other: '' }],
    ['false and nought are values', { trust: false, other: 0 }, { trust: false, other: 0 }],
    [
      'names are made such as we can keep',
      { 'who, where': 'x', über: 'y', '1st': 'z', [`a${'b'.repeat(70)}`]: 'w' },
      { 'who-where': 'x', [`a${'b'.repeat(63)}`]: 'w' },
    ],
    [
      'long texts are cut',
      { trust: 'x'.repeat(501), other: ['y'.repeat(501)] },
      { trust: 'x'.repeat(500), other: 'y'.repeat(500) },
    ],
    [
      'groups inside groups are followed five deep',
      { trust: { a: { b: { c: { d: { e: { f: 1 } } }, c1: { d: { e: 2 } } } } } },
      { 'trust.a.b.c1.d.e': 2 },
    ],
  ])('attributes: %s', (_, written, expected) => expect(attributes(written)).toEqual(expected))

  it('says whose claim an attribute is', () => {
    expect(read(manifest({ trust: 'yes' })).records[0]!.attributes!.trust).toEqual({
      value: 'yes',
      ...OPTIONS,
      claimedBy: 'vendor',
    })
    expect(read(manifest()).records[0]).not.toHaveProperty('attributes')
  })

  it.each<[written: object, warnings: string[]]>([
    [{}, []],
    [{ capabilities: [capability(), capability()] }, ['capabilities: fewer than 3 capabilities are described']],
    [{ failure_modes: undefined }, ['failure_modes: no failure modes are told']],
    [{ failure_modes: [] }, ['failure_modes: no failure modes are told']],
    [{ failure_modes: undefined, failureModes: ['x'] }, []],
    [{ execution: undefined }, ['execution: there is no execution block: agents cannot start it']],
    [{ pricng: { model: 'paid' } }, ['pricng: is not a field of manifest 1.0 → pricing']],
    [{ zzzzzzzz: 1 }, ['zzzzzzzz: is not a field of manifest 1.0']],
    [
      { artifact: { ...manifest().artifact, licence: 'MIT' } },
      ['artifact.licence: is not a field of manifest 1.0 → license'],
    ],
    [
      { capabilities: [capability(), capability(), capability({ itnents: ['x'] })] },
      ['capabilities.2.itnents: is not a field of manifest 1.0 → intents'],
    ],
  ])('warnings of %j', (written, warnings) => {
    const found = read(manifest(written))
    expect([found.errors, told(found.warnings)]).toEqual([[], warnings])
  })

  it('is refused as a whole for a fault outside its capabilities, and theirs are told all the same', () => {
    const { records, errors } = read(
      manifest({ unfragile_version: '2', capabilities: [capability(), { name: 'Short', description: 'Writes.' }] }),
    )
    expect(records).toEqual([])
    expect(told(errors).map((one) => one.split(':')[0])).toEqual(['unfragile_version', 'capabilities.1.description'])
    for (const nothing of [undefined, null, 7, [], 'text']) {
      const { records, errors } = read(nothing)
      expect([records, errors.length > 0]).toEqual([[], true])
    }
  })
})

describe('what a check is told', () => {
  const record = { slug: 'a', name: 'A', type: 'api', description: 'Sends mail.', capabilities: [] as object[] }

  it('tells a manifest from a record by either of its own fields', () => {
    expect(validateRecord(manifest())).toEqual({ kind: 'manifest', valid: true, errors: [], warnings: [] })
    expect(validateRecord({ unfragile_version: '1.0' })).toMatchObject({ kind: 'manifest', valid: false })
    expect(validateRecord({ artifact: {} })).toMatchObject({ kind: 'manifest', valid: false })
    expect(validateRecord(manifest({ execution: undefined })).warnings).toEqual([
      { rule: 'manifest', path: 'execution', message: 'there is no execution block: agents cannot start it' },
    ])
    expect(validateRecord(record)).toMatchObject({ kind: 'catalogue', valid: true, errors: [] })
    for (const nothing of [undefined, null, 7, [], 'text']) {
      expect(validateRecord(nothing)).toMatchObject({ kind: 'catalogue', valid: false, warnings: [] })
    }
  })

  it('counts as the input counts, although faulty capabilities are left out', () => {
    const good = { name: 'Send', description: 'Sends.' }
    const { valid, errors, warnings } = validateRecord({ ...record, capabilities: [good, { name: 7 }, good] })
    expect([valid, new Set(errors.map(({ path }) => path.split('.')[1]))]).toEqual([false, new Set(['1'])])
    // two that read the same are told of the later one: the input's third, the second that was kept
    expect(warnings.map(({ path }) => path).filter((path) => path.startsWith('capabilities.'))).toEqual([
      expect.stringMatching(/^capabilities\.2\b/),
    ])
  })
})
