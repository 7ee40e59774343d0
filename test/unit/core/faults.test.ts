import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { canonicalJson } from '../../../src/core/canonical.js'
import type { Tool } from '../../../src/core/catalogue.js'
import { facetFilter, facetsOfTool } from '../../../src/core/facets.js'
import { faultsOf } from '../../../src/core/faults.js'
import { isObject, listOf, member, objectOf } from '../../../src/core/json.js'
import { requestFault } from '../../../src/core/request-fault.js'

const schema = z.strictObject({
  name: z.string().min(1).max(5),
  code: z.string().min(3).optional(),
  kind: z.enum(['red', 'green', 'blue']).optional(),
  size: z.number().min(2).max(4).optional(),
  list: z
    .array(z.strictObject({ title: z.string() }))
    .min(1)
    .max(2)
    .optional(),
  link: z.string().regex(/^x/, 'must begin with x').optional(),
  map: z.record(z.string().regex(/^[a-z]+$/), z.number()).optional(),
  either: z.union([z.string(), z.strictObject({ slug: z.string(), why: z.string().max(3).optional() })]).optional(),
  on: z.boolean().optional(),
})
const said = (input: unknown): string[] => {
  const { error } = schema.safeParse(input)
  return faultsOf(error!, input, schema).map(
    ({ path, message, suggestion }) => `${path}: ${message}${suggestion ? ` → ${suggestion}` : ''}`,
  )
}

describe('what is wrong with a document', () => {
  it.each<[unknown, string]>([
    [{}, 'name: is missing'],
    [{ name: '' }, 'name: is empty'],
    [{ name: 'a', code: 'ab' }, 'code: is shorter than 3 characters'],
    [{ name: 'abcdef' }, 'name: is longer than 5 characters'],
    [{ name: 7 }, 'name: must be text, not a number → "7"'],
    [{ name: true }, 'name: must be text, not true or false → "true"'],
    [{ name: null }, 'name: must be text, not nothing (null)'],
    [{ name: 'a', code: ['x', 'y', 'z'] }, 'code: must be text, not a list'],
    [{ name: {} }, 'name: must be text, not a group of fields'],
    [{ name: 'a', on: 'yes' }, 'on: must be true or false, not text'],
    [{ name: 'a', size: 1 }, 'size: must be at least 2'],
    [{ name: 'a', size: 5 }, 'size: must be at most 4'],
    [{ name: 'a', list: [] }, 'list: needs at least 1 of them'],
    [{ name: 'a', list: [{ title: 'x' }, { title: 'x' }, { title: 'x' }] }, 'list: holds more than 2'],
    [{ name: 'a', list: {} }, 'list: must be a list, not a group of fields'],
    [{ name: 'a', kind: 'gren' }, 'kind: "gren" is not allowed → green'],
    [{ name: 'a', kind: 'violet' }, 'kind: "violet" is not allowed; it must be "red", "green" or "blue"'],
    [{ name: 'a', kind: 7 }, 'kind: 7 is not allowed; it must be "red", "green" or "blue"'],
    [{ name: 'a', kind: [] }, 'kind: a list is not allowed; it must be "red", "green" or "blue"'],
    [{ name: 'a', link: 'y' }, 'link: "y" must begin with x'],
    [{ name: 'a', link: 'y'.repeat(61) }, `link: "${'y'.repeat(60)}…" must begin with x`],
    [
      { name: 'a', map: { '1': 2 } },
      'map.1: the name "1" must start with a letter and hold only letters, digits and _ . -, at most 64',
    ],
    [{ name: 'a', nme: 1 }, 'nme: is not a known field → name'],
    [
      { name: 'a', zzzzzz: 1 },
      'zzzzzz: is not a known field; known are name, code, kind, size, list, link, map, either, on',
    ],
    [
      { name: 'a', 'two words': null },
      'two words: is the rest of a text that ended at a comma; put the whole text in quotes',
    ],
    [
      { name: 'a', 'two words': 1 },
      'two words: is not a known field; known are name, code, kind, size, list, link, map, either, on',
    ],
    [{ name: 'a', list: [{ titel: 'x', title: 'x' }] }, 'list.0.titel: is not a known field → title'],
    [{ name: 'a', either: 7 }, 'either: must be text or a group of fields, not a number'],
    [{ name: 'a', either: { slug: 'x', whi: 'y' } }, 'either.whi: is not a known field → why'],
    [{ name: 'a', either: { slug: 'x', why: 'long' } }, 'either.why: is longer than 3 characters'],
    [{ name: 'a', either: {} }, 'either.slug: is missing'],
    [7, ': must be a group of fields, not a number'],
  ])('%j → %s', (input, words) => expect(said(input)).toEqual([words]))

  it('a missing choice says what there is, and every fault is told', () => {
    const strict = z.strictObject({
      kind: z.enum(['a', 'b']),
      only: z.literal('x'),
      n: z.union([z.string(), z.number()]),
    })
    const { error } = strict.safeParse({})
    expect(faultsOf(error!, {}, strict)).toEqual([
      { path: 'kind', message: 'is missing; it must be "a" or "b"' },
      { path: 'only', message: 'is missing; it must be "x"' },
      { path: 'n', message: 'is missing; it must be text or a number' },
    ])
  })
})

describe('what is wrong with a request', () => {
  const query = z.strictObject({
    q: z.string().min(1, 'must not be empty'),
    limit: z.coerce.number().max(5, 'must be at most 5'),
  })
  const fault = (input: unknown, where: 'query' | 'body' | 'path' = 'query') =>
    requestFault(query.safeParse(input).error!, ['q', 'limit'], where)

  it('tells unknown names from bad values, with the nearest right one', () => {
    const unknown = fault({ q: 'x', limit: 1, limt: 2 })
    expect([unknown.code, unknown.detail]).toEqual([
      'unknown-parameter',
      'limt is not a parameter of this request; did you mean "limit"?',
    ])
    expect(unknown.faults).toEqual([
      { path: 'limt', message: 'is not a parameter of this request', suggestion: 'limit' },
    ])
    const bad = fault({ q: '', limit: 9 }, 'path')
    expect([bad.code, bad.detail]).toEqual(['invalid-parameter', 'q must not be empty. limit must be at most 5.'])
    expect(fault({ q: '', limit: 1 }, 'body').code).toBe('invalid-body')
    expect(fault({ q: 'x', limit: 1, zzzzzzz: 2 }, 'body').detail).toBe('zzzzzzz is not a key of this request.')
    expect(fault(7, 'body').detail).toMatch(/^body /)
  })

  it('names three and counts the rest', () => {
    expect(fault({ q: '', limit: 9, aaaa: 1, bbbb: 1, cccc: 1 }).detail).toMatch(/\. And 2 more\.$/)
    expect(fault({ q: '', limit: 9, aaaa: 1 }).detail).not.toContain('more')
  })
})

describe('facets', () => {
  const tool: Tool = { slug: 'a', name: 'A', type: 'api', description: '' }
  it('are what filters can ask for', () => {
    expect(facetsOfTool(tool)).toEqual(['type:api', 'pricing:unknown', 'tool:a'])
    expect(
      facetsOfTool({ ...tool, layer: 'model', pricing: { model: 'free' }, categories: ['x', 'y'], tags: ['t'] }),
    ).toEqual(['type:api', 'pricing:free', 'tool:a', 'layer:model', 'category:x', 'category:y', 'tag:t', 'free:on'])
  })
  it('one of every group that is asked for', () => {
    const filters = { type: ['api', 'mcp'], tag: [], layer: ['model'], free: 'on' } as unknown as Parameters<
      typeof facetFilter
    >[0]
    expect(facetFilter(filters)).toEqual([['type:api', 'type:mcp'], ['layer:model'], ['free:on']])
    expect(facetFilter({} as Parameters<typeof facetFilter>[0])).toEqual([])
  })
})

describe('foreign JSON', () => {
  it('has one spelling for equal values', () => {
    expect(canonicalJson({ b: [1, undefined, 'x'], a: { d: null, c: undefined }, B: Number.NaN })).toBe(
      '{"B":null,"a":{"d":null},"b":[1,null,"x"]}',
    )
    expect([canonicalJson(undefined), canonicalJson('é'), canonicalJson([])]).toEqual(['null', '"é"', '[]'])
  })
  it('is what it is only when of the wished kind, and inherits nothing', () => {
    expect([isObject({}), isObject([]), isObject(null), isObject('x')]).toEqual([true, false, false, false])
    expect([objectOf([]), objectOf({ a: 1 }), listOf({}), listOf([1])]).toEqual([{}, { a: 1 }, [], [1]])
    expect([member({ a: 1 }, 'a'), member({}, 'constructor'), member([1], '0'), member(null, 'a')]).toEqual([
      1,
      undefined,
      undefined,
      undefined,
    ])
    expect(Object.isFrozen(objectOf(null))).toBe(true)
  })
})
