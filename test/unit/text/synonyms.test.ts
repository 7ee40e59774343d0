import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance } from '../../../src/core/text/distance.js'
import { synonymsOf } from '../../../src/core/text/synonyms.js'
import { wordsOf } from '../../../src/core/text/words.js'

describe('synonymsOf', () => {
  it.each([
    ['deploy to k8s', ['kubernetes']],
    ['optical character recognition of a scan', ['ocr']],
    ['tts', ['text to speech', 'speech synthesis']],
    ['speech synthesis', ['tts']],
    ['resize an image', []],
  ])('%s', (text, expected) => {
    expect(synonymsOf(wordsOf(text)).map(({ words }) => words.join(' '))).toEqual(expected)
  })
})

/** The textbook recursion, without any early stop. */
function naiveDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const [x, y] = [a.slice(0, -1), b.slice(0, -1)]
  const costs = [
    naiveDistance(x, b) + 1,
    naiveDistance(a, y) + 1,
    naiveDistance(x, y) + (a.at(-1) === b.at(-1) ? 0 : 1),
  ]
  if (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1)) {
    costs.push(naiveDistance(a.slice(0, -2), b.slice(0, -2)) + 1)
  }
  return Math.min(...costs)
}

describe('editDistance', () => {
  it('is that of the recursion, cut at the bound', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 })
    fc.assert(
      fc.property(word, word, fc.nat(4), (a, b, most) => {
        expect(editDistance(a, b, most)).toBe(Math.min(naiveDistance(a, b), most + 1))
      }),
      { seed: 17, numRuns: 1000 },
    )
  })
})
