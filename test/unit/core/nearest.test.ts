import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearest } from '../../../src/core/nearest.js'

test.each([
  ['limt', 'limit'],
  ['Q', 'q'],
  ['freeteir', 'freeTier'],
  ['capabilites', 'capabilities'],
  ['desc', 'description'],
  ['works_with', 'worksWith'],
  ['colour', undefined],
  ['', undefined],
  ['zzz', undefined],
])('%s is meant as %s', (word, meant) => {
  expect(nearest(word, ['q', 'limit', 'freeTier', 'capabilities', 'description', 'worksWith'])).toBe(meant)
})

/** The textbook recursion: slow, and plainly right. */
function slow(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const cost = a.at(-1) === b.at(-1) ? 0 : 1
  let best = Math.min(
    slow(a.slice(0, -1), b) + 1,
    slow(a, b.slice(0, -1)) + 1,
    slow(a.slice(0, -1), b.slice(0, -1)) + cost,
  )
  if (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1))
    best = Math.min(best, slow(a.slice(0, -2), b.slice(0, -2)) + 1)
  return best
}

test('the distance is the textbook one', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(slow(a, b))
    }),
    { seed: 3, numRuns: 300 },
  )
})
