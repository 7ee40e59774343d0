import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Lane } from '../../../src/embed/lane.js'
import { loadEmbedder } from '../../../src/embed/load.js'
import { readModelConfig } from '../../../src/embed/model-config.js'
import { TransformersEmbedder } from '../../../src/embed/transformers.js'
import { compile } from '../../helpers/compiled.js'
import { tinyEncoder } from '../../helpers/onnx.js'

const DIMS = 8
const PIECES = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'query', 'passage', ':', 'send', 'mail', 'read', 'file', '##s', 'a']
const id = (piece: string) => PIECES.indexOf(piece)
const tiny = tinyEncoder(PIECES.length, DIMS)
const home = mkdtempSync(path.join(os.tmpdir(), 'matchgraph-tiny-'))

/** Writes the tiny transformer in the layout of a hub repository, with `files` on top. */
function model(name: string, files: Record<string, unknown> = {}): string {
  const folder = path.join(home, 'hub', name)
  const special = { type_id: 0 }
  const all: Record<string, unknown> = {
    'config.json': { model_type: 'bert', hidden_size: DIMS, vocab_size: PIECES.length },
    'tokenizer_config.json': { tokenizer_class: 'BertTokenizer', pad_token: '[PAD]', model_max_length: 512 },
    'tokenizer.json': {
      version: '1.0',
      added_tokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((content) => ({
        id: id(content),
        content,
        special: true,
      })),
      normalizer: { type: 'BertNormalizer', clean_text: true, lowercase: true, strip_accents: true },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [
          { SpecialToken: { id: '[CLS]', ...special } },
          { Sequence: { id: 'A', ...special } },
          { SpecialToken: { id: '[SEP]', ...special } },
        ],
        pair: [],
        special_tokens: {
          '[CLS]': { id: '[CLS]', ids: [id('[CLS]')], tokens: ['[CLS]'] },
          '[SEP]': { id: '[SEP]', ids: [id('[SEP]')], tokens: ['[SEP]'] },
        },
      },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(PIECES.map((piece, i) => [piece, i])),
      },
    },
    ...files,
  }
  for (const [file, content] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), JSON.stringify(content))
  }
  mkdirSync(path.join(folder, 'onnx'), { recursive: true })
  writeFileSync(path.join(folder, 'onnx/model.onnx'), tiny.model)
  return folder
}

/** The encoder by hand: last hidden states of one text, tokens × dims. */
function encode(pieces: string[]): number[][] {
  const times = (x: number[], w: Float32Array) =>
    Array.from({ length: DIMS }, (_, j) => x.reduce((sum, v, i) => sum + v * w[i * DIMS + j]!, 0))
  const x = pieces.map((p) => [...tiny.embeddings.subarray(id(p) * DIMS, (id(p) + 1) * DIMS)])
  const [q, k, v] = (['wq', 'wk', 'wv'] as const).map((name) => x.map((row) => times(row, tiny.weights[name])))
  return x.map((row, t) => {
    const raw = k!.map((key) => key.reduce((sum, c, j) => sum + c * q![t]![j]!, 0))
    const top = Math.max(...raw)
    const weights = raw.map((r) => Math.exp(r - top))
    const total = weights.reduce((a, b) => a + b)
    const sum = row.map((c, j) => c + weights.reduce((s, w, u) => s + (w / total) * v![u]![j]!, 0))
    const mean = sum.reduce((a, b) => a + b) / DIMS
    const spread = Math.sqrt(sum.reduce((s, c) => s + (c - mean) ** 2, 0) / DIMS + 1e-5)
    return sum.map((c) => (c - mean) / spread)
  })
}
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
      lanes.add((embedder as unknown as { lane: object }).lane)
    }
    expect(lanes.size).toBe(3)
    await embedder.close()
  })

  it('starts another worker when one has died', async () => {
    const embedder = await TransformersEmbedder.load(model('dying'))
    const { lane } = embedder as unknown as { lane: Lane }
    await lane.close()
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
