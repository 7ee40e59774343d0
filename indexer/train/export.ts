import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Tensor, writeSafetensors } from '../../src/embed/safetensors.js'
import { quantize } from '../../src/embed/static.js'
import type { TableState } from './optimise.js'

/**
 * Writes a model folder: int8 rows, their scales, factors of pieces in queries, tokenizer, settings.
 * @param queryWeights one a row; undefined = all alike
 */
export function exportModel(
  folder: string,
  state: TableState,
  queryWeights: Float32Array | undefined,
  { tokenizer, notes }: { tokenizer: string; notes: string },
): void {
  const { size, dims } = state
  const { rows, scales } = quantize(state.rows, dims, new Float32Array(size).fill(1))
  const tensors = new Map<string, Tensor>([
    ['embeddings', { dtype: 'I8', shape: [size, dims], bytes: bytesOf(rows) }],
    ['weights', { dtype: 'F32', shape: [size], bytes: bytesOf(scales) }],
  ])
  if (queryWeights) tensors.set('query_weights', { dtype: 'F32', shape: [size], bytes: bytesOf(queryWeights) })
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'model.safetensors'), writeSafetensors(tensors))
  writeFileSync(path.join(folder, 'tokenizer.json'), tokenizer)
  const config = {
    model_type: 'model2vec',
    architectures: ['StaticModel'],
    hidden_dim: dims,
    normalize: true,
    pooling: 'sum of weight * row, then unit length',
  }
  writeFileSync(path.join(folder, 'config.json'), `${JSON.stringify(config, null, 1)}\n`)
  writeFileSync(path.join(folder, 'MODEL.md'), notes)
}

function bytesOf(array: Int8Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
