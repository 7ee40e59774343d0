import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import * as cl100k from 'gpt-tokenizer/encoding/cl100k_base'
import * as o200k from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { tokenBound } from '../../../src/core/agent/tokens.js'
import { shipped } from '../ledger/exam.js'

const real = (text: string): number => Math.max(cl100k.encode(text).length, o200k.encode(text).length)

describe('the bound on what a text costs a model', () => {
  it('is never under the count of two real tokenizers on the shipped catalogue, and not far over it on whole records', () => {
    const slugs = readdirSync(new URL('../../../data/catalogue', import.meta.url)).map((file) => file.slice(0, -5))
    for (const slug of slugs) {
      const record = shipped(slug)
      const texts = record.capabilities.flatMap((one) => [one.name, one.description, JSON.stringify(one)])
      for (const text of texts) expect(tokenBound(text), text).toBeGreaterThanOrEqual(real(text))
      const whole = JSON.stringify(record)
      expect(tokenBound(whole)).toBeGreaterThanOrEqual(real(whole))
      expect(tokenBound(whole)).toBeLessThan(2.2 * real(whole))
    }
  })

  it('holds for keys, other scripts, numbers and odd white space', () => {
    const key = fc.uint8Array({ minLength: 20, maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64url'))
    const json = fc.jsonValue().map((value) => JSON.stringify(value))
    const text = fc.oneof(
      key,
      json,
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.stringMatching(/^[ \n\t]{0,30}$/),
      fc.webUrl(),
    )
    fc.assert(
      fc.property(text, (one) => {
        expect(tokenBound(one)).toBeGreaterThanOrEqual(real(one))
      }),
      { seed: 11, numRuns: 500 },
    )
  })

  // what the rule says of each kind of stretch: so dear as it must be, and no dearer
  it.each<[text: string, tokens: number]>([
    ['', 0],
    ['word', 1],
    ['words', 2],
    ['Word', 1],
    ['add', 1],
    ['a \u0001', 1 + 1 + 1],
    ['a'.repeat(16), 16],
    [`A${'a'.repeat(15)}`, 4],
    [`A${'a'.repeat(16)}`, 17],
    ['HTML', 1],
    ['HTMLS', 5],
    ['readFile', 2],
    ['parseHTMLPage', 2 + 1 + 1],
    ['aBcDeFgH', 8],
    ['readFileNowMore', 15],
    ['readFileNextMore', 4],
    ['aBCd', 1 + 1 + 1],
    ['two words', 1 + 2],
    ['two  words', 1 + 2 + 2],
    ['two\nwords', 1 + 1 + 2],
    ['2026', 4],
    ['v2', 2],
    ['2nd', 3],
    ['see 2', 1 + 1 + 1],
    ['a.b', 3],
    ['a .b', 3],
    ['a ', 2],
    ['é', 2],
    ['a é', 1 + 1 + 2],
    ['語', 3],
    ['@[`{/:', 6],
  ])('of %j is %i', (text, tokens) => expect(tokenBound(text)).toBe(tokens))
})
