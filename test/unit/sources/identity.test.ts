import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignIds, capabilityHash, type KnownCapability } from '../../../indexer/identity.js'
import type { CapabilityRecord, ToolRecord } from '../../../src/core/catalogue.js'

const record = (...capabilities: CapabilityRecord[]): ToolRecord => ({
  slug: 'x',
  name: 'X',
  type: 'api',
  description: '',
  capabilities,
})
const capability = (name: string, description = name): CapabilityRecord => ({ name, description })
const known = (of: ToolRecord, ids: string[]): KnownCapability[] =>
  of.capabilities.map((one, i) => ({ id: ids[i]!, hash: capabilityHash(one), name: one.name }))

test('new capabilities are numbered, past the ids that are given', () => {
  expect(
    assignIds(
      record(capability('a'), { ...capability('b'), id: 'x.4' }, { ...capability('c'), id: 'own' }, capability('d')),
    ),
  ).toEqual(['x.5', 'x.4', 'own', 'x.6'])
})

test('an id follows its content wherever it moves, and its name when the content is edited', () => {
  const before = record(capability('a'), capability('b'), capability('c'))
  const memory = known(before, assignIds(before))
  expect(
    assignIds(record(capability('new'), capability('c'), capability('b', 'edited'), capability('a')), memory),
  ).toEqual(['x.4', 'x.3', 'x.2', 'x.1'])
})

test('a number that was ever given is not given to something else', () => {
  const before = record(capability('a'), capability('b'))
  const memory = known(before, assignIds(before))
  expect(assignIds(record(capability('a'), capability('z')), memory)).toEqual(['x.1', 'x.3'])
})

test('any order and any edit: ids are unique, unchanged content keeps its id, and assigning twice changes nothing', () => {
  const texts = fc.array(
    fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), description: fc.constantFrom('1', '2', '3') }),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(texts, texts, (first, second) => {
      const before = record(...first)
      const memory = known(before, assignIds(before))
      const after = record(...second)
      const ids = assignIds(after, memory)
      expect(new Set(ids).size).toBe(ids.length)
      expect(assignIds(before, memory)).toEqual(memory.map(({ id }) => id))
      expect(assignIds(after, known(after, ids))).toEqual(ids)
      for (const { id, hash } of memory) {
        const at = ids.indexOf(id)
        if (at >= 0) continue
        // a lost id means that no copy of its content is left without an id of its own
        const copies = after.capabilities.filter((one) => capabilityHash(one) === hash).length
        expect(copies).toBeLessThanOrEqual(memory.filter((one) => one.hash === hash && ids.includes(one.id)).length)
      }
    }),
    { seed: 7, numRuns: 300 },
  )
})
