import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Lane } from '../../../src/embed/lane.js'
import { loadEmbedder } from '../../../src/embed/load.js'
import { readModelConfig } from '../../../src/embed/model-config.js'
import { TransformersEmbedder } from '../../../src/embed/transformers.js'
import { compile } from '../../helpers/compiled.js'
import { DIMS, encode, writeModel } from '../../helpers/tiny-transformer.js'

const home = mkdtempSync(path.join(os.tmpdir(), 'matchgraph-tiny-'))

/** A tiny transformer where `model pull` puts models. */
const model = (name: string, files: Record<string, unknown> = {}): string =>
  writeModel(path.join(home, 'hub', name), files)

const unit = (row: number[]) => row.map((c) => c / Math.hypot(...row))
const mean = (rows: number[][]) => unit(rows[0]!.map((_, j) => rows.reduce((s, r) => s + r[j]!, 0) / rows.length))
function expectClose(vector: Float32Array, expected: number[]): void {
  for (let j = 0; j < DIMS; j++) expect(vector[j]).toBeCloseTo(expected[j]!, 4)
}

beforeAll(() => {
  compile('src/embed/transformers-worker.ts')
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('any other model, through transformers.js', () => {
  it('embeds with mean pooling, in order, whatever the lengths and the batches', async () => {
    const embedder = await loadEmbedder(model('mean'), { cacheDir: home })
    expect(embedder.dims).toBe(DIMS)
    expect(embedder.model).toMatch(/^transformers:mean:[0-9a-f]{12}$/)
    const texts = Array.from({ length: 37 }, (_, i) => ['send mail', 'read a file files', 'a'][i % 3]!)
    const vectors = await embedder.embed(texts, 'document')
    const expected = [
      mean(encode(['[CLS]', 'send', 'mail', '[SEP]'])),
      mean(encode(['[CLS]', 'read', 'a', 'file', 'file', '##s', '[SEP]'])),
      mean(encode(['[CLS]', 'a', '[SEP]'])),
    ]
    for (const [i, vector] of vectors.entries()) expectClose(vector, expected[i % 3]!)
    await embedder.close()
  })

  it('takes pooling, prompts and length from the model', async () => {
    const folder = model('owner--e5', {
      'modules.json': [
        { type: 'sentence_transformers.models.Transformer', path: '' },
        { type: 'sentence_transformers.models.Pooling', path: 'pool' },
        { type: 'sentence_transformers.models.Normalize', path: '2_Normalize' },
      ],
      'pool/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false },
      'config_sentence_transformers.json': { prompts: { query: 'query: ', passage: 'passage: ' } },
      'sentence_bert_config.json': { max_seq_length: 6 },
    })
    expect(readModelConfig(folder)).toMatchObject({ dtype: 'fp32', pooling: 'cls', maxTokens: 6 })
    // by hub id: found where `model pull` puts it
    const embedder = await loadEmbedder('owner/e5', { cacheDir: home })
    const [query] = await embedder.embed(['read a file'], 'query')
    // cut at six tokens; transformers.js cuts the end marker off too
    expectClose(query!, unit(encode(['[CLS]', 'query', ':', 'read', 'a', 'file'])[0]!))
    const [document] = await embedder.embed(['file'], 'document')
    expectClose(document!, unit(encode(['[CLS]', 'passage', ':', 'file', '[SEP]'])[0]!))
    await embedder.close()
  })

  it('replaces its worker after so many texts, without losing one', async () => {
    const embedder = await TransformersEmbedder.load(model('recycled'), { recycleAfter: 16 })
    const lanes = new Set()
    for (let round = 0; round < 3; round++) {
      const [first] = await embedder.embed(new Array(16).fill('send mail'), 'document')
      expectClose(first!, mean(encode(['[CLS]', 'send', 'mail', '[SEP]'])))
      lanes.add((embedder as unknown as { lane: { lane: object } }).lane.lane)
    }
    expect(lanes.size).toBe(3)
    await embedder.close()
  })

  it('starts another worker when one has died', async () => {
    const embedder = await TransformersEmbedder.load(model('dying'))
    const { lane } = embedder as unknown as { lane: { lane: Lane } }
    await lane.lane.close()
    const [vector] = await embedder.embed(['send mail'], 'query')
    expectClose(vector!, mean(encode(['[CLS]', 'send', 'mail', '[SEP]'])))
    await embedder.close()
    await expect(embedder.embed(['send mail'], 'query')).rejects.toMatchObject({ code: 'internal' })
  })

  it('takes the last token without its padding', async () => {
    const folder = model('last', { '1_Pooling/config.json': { pooling_mode: 'last_token' } })
    const embedder = await TransformersEmbedder.load(folder)
    const vectors = await embedder.embed(['a', 'read a file files'], 'query')
    expectClose(vectors[0]!, unit(encode(['[CLS]', 'a', '[SEP]']).at(-1)!))
    expectClose(vectors[1]!, unit(encode(['[CLS]', 'read', 'a', 'file', 'file', '##s', '[SEP]']).at(-1)!))
    await embedder.close()
  })

  it('refuses models it cannot run as their authors meant', async () => {
    const pooling = model('max', { '1_Pooling/config.json': { pooling_mode_max_tokens: true } })
    expect(() => readModelConfig(pooling)).toThrow(expect.objectContaining({ code: 'damaged-file' }))
    const dense = model('dense', { 'modules.json': [{ type: 'sentence_transformers.models.Dense', path: '2_Dense' }] })
    expect(() => readModelConfig(dense)).toThrow(/Dense is not supported/)
    const broken = model('broken')
    writeFileSync(path.join(broken, 'onnx/model.onnx'), 'not a model')
    await expect(TransformersEmbedder.load(broken)).rejects.toMatchObject({ code: 'damaged-file' })
    await expect(loadEmbedder('owner/unknown', { cacheDir: home })).rejects.toMatchObject({
      code: 'not-found',
      detail: expect.stringContaining('matchgraph model pull owner/unknown'),
    })
  })
})
