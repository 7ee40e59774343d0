import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCrossEncoder } from '../../../src/embed/load.js'
import { compile } from '../../helpers/compiled.js'
import { crossEncode, writeCrossEncoder } from '../../helpers/tiny-transformer.js'

const home = mkdtempSync(path.join(os.tmpdir(), 'matchgraph-cross-'))

beforeAll(() => compile('src/embed/transformers-worker.ts'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('a cross-encoder, through transformers.js', () => {
  it('gives one logit for each pair of need and text, in order, whatever the lengths and the batches', async () => {
    writeCrossEncoder(path.join(home, 'hub', 'owner--cross'))
    const encoder = await loadCrossEncoder('owner/cross', home)
    const texts = Array.from({ length: 37 }, (_, i) => ['send mail', 'read a file files', 'a'][i % 3]!)
    const logits = await encoder.score('send a file', texts)
    const need = ['send', 'a', 'file']
    const expected = [
      crossEncode(need, ['send', 'mail']),
      crossEncode(need, ['read', 'a', 'file', 'file', '##s']),
      crossEncode(need, ['a']),
    ]
    expect(new Set(expected).size).toBe(3)
    for (const [i, logit] of logits.entries()) expect(logit).toBeCloseTo(expected[i % 3]!, 4)
    await encoder.close()
    await expect(encoder.score('a', ['a'])).rejects.toMatchObject({ code: 'internal' })
  })

  it('refuses a model with several outputs, and says where to get one that is not there', async () => {
    const three = writeCrossEncoder(path.join(home, 'three'), 3)
    await expect(loadCrossEncoder(three, home)).rejects.toMatchObject({
      code: 'damaged-file',
      detail: expect.stringContaining('3 numbers'),
    })
    await expect(loadCrossEncoder('owner/unknown', home)).rejects.toMatchObject({
      code: 'not-found',
      detail: expect.stringContaining('matchgraph model pull owner/unknown'),
    })
  })
})
