import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromText, toText } from '../../../src/store/postgres/text.js'

it('stores any string as text that PostgreSQL takes, and gives it back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', '\uf8ff', '\0', '\ud83d', '\ude00'), (text, odd) => {
      const stored = toText(odd + text)
      expect(stored).not.toMatch(/\0|\p{Surrogate}/u)
      expect(fromText(stored)).toBe(odd + text)
    }),
    { seed: 11 },
  )
})

it('leaves ordinary text as it is', () => {
  expect(toText('c/12 é 😀')).toBe('c/12 é 😀')
})
