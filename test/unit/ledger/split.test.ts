import fc from 'fast-check'
import { expect, it } from 'vitest'
import { withoutTrailers } from '../../../src/core/ledger/split.js'

/** The same as one expression, which tries every run of joining words from every place in it. */
const QUADRATIC =
  /(?<!\s)(?:\s+(?:and|with|that|which|can|it|we|i|is|are|be|has|have|an?|the|for|in|to|under|by|of|on|from|over|via|our|my|not|or))+$/i

it('cuts joining words off the end, and nothing else', () => {
  const piece = fc.constantFrom('and', 'With', 'AN', 'a', 'mail', 'Sand', 'or,', ' ', '  ', '\n', '\u00a0', '')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('')
      expect(withoutTrailers(text)).toBe(text.replace(QUADRATIC, ''))
    }),
    { seed: 20261130, numRuns: 2000 },
  )
})

it('of a long row of them leaves the first word', () => {
  expect(withoutTrailers(`mail ${'and '.repeat(25_000)}by`)).toBe('mail')
  expect(withoutTrailers(`${'and '.repeat(25_000)}mail`)).toHaveLength(100_004)
})
