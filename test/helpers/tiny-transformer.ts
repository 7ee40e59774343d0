import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { tinyCrossEncoder, tinyEncoder } from './onnx.js'

export const DIMS = 8
const PIECES = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'query', 'passage', ':', 'send', 'mail', 'read', 'file', '##s', 'a']
const id = (piece: string) => Math.max(1, PIECES.indexOf(piece))
const tiny = tinyEncoder(PIECES.length, DIMS)
const cross = tinyCrossEncoder(PIECES.length, DIMS)

/** Writes the tiny transformer into a folder, in the layout of a hub repository, with `files` on top. */
export function writeModel(folder: string, files: Record<string, unknown> = {}, onnx = tiny.model): string {
  const sequence = (name: string, type_id: number) => ({ Sequence: { id: name, type_id } })
  const special = (name: string, type_id = 0) => ({ SpecialToken: { id: name, type_id } })
  const single = [special('[CLS]'), sequence('A', 0), special('[SEP]')]
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
        single,
        pair: [...single, sequence('B', 1), special('[SEP]', 1)],
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
  writeFileSync(path.join(folder, 'onnx/model.onnx'), onnx)
  return folder
}

/** The same with a head that gives one number a pair. */
export const writeCrossEncoder = (folder: string, outputs = 1): string =>
  writeModel(
    folder,
    { 'config.json': { model_type: 'bert', architectures: ['BertForSequenceClassification'], hidden_size: DIMS } },
    outputs === 1 ? cross.model : tinyCrossEncoder(PIECES.length, DIMS, outputs).model,
  )

/** The encoder by hand: last hidden states of one text, tokens × dims. Words that are no pieces are unknown. */
export function encode(pieces: string[]): number[][] {
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

/** The cross-encoder by hand: the logit of a need and a text given as pieces. */
export function crossEncode(need: string[], text: string[]): number {
  const [first] = encode(['[CLS]', ...need, '[SEP]', ...text, '[SEP]'])
  return first!.reduce((sum, x, j) => sum + x * cross.head[j]!, 0)
}
