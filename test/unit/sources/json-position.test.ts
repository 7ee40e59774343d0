import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonPositions, lineAt } from '../../../indexer/sources/json-position.js'

const sound = (text: string) => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('finds keys, list members and the lines they are on', () => {
  const text = '{\n "a": [1,\n  {"b\\"c": null}],\n "a2": {}\n}'
  const { offsets, error } = jsonPositions(text, new Set(['', 'a', 'a.0', 'a.1.b"c', 'a2', 'nowhere']))
  expect(error).toBeUndefined()
  expect(Object.fromEntries([...offsets].map(([path, offset]) => [path, lineAt(text, offset)]))).toEqual({
    '': 1,
    a: 2,
    'a.0': 2,
    'a.1.b"c': 3,
    a2: 4,
  })
})

test('calls sound what JSON.parse takes, and wrong what it refuses', () => {
  const damaged = fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.constantFrom('', '"', '{', ']', ',', ':', '\\', '\n', '0', '-', 'e', 'x', '\u0000'),
      fc.boolean(),
    )
    .map(([text, at, insert, cut]) => {
      const offset = at % (text.length + 1)
      return text.slice(0, offset) + insert + text.slice(offset + (cut ? 1 : 0))
    })
  fc.assert(
    fc.property(damaged, (text) => {
      expect(jsonPositions(text, new Set()).error === undefined).toBe(sound(text))
    }),
    { seed: 11, numRuns: 2000 },
  )
})

test('a hundred thousand open brackets are no danger', () => {
  expect(jsonPositions('['.repeat(100_000), new Set()).error).toBe(100_000)
})
