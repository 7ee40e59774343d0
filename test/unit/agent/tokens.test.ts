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
})
