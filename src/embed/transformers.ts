import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Embedder } from '../core/embedding.js'
import { type ModelConfig, readModelConfig } from './model-config.js'
import { BATCH, batchesOf, TransformersLane } from './transformers-lane.js'

/** Any sentence-embedding model that transformers.js runs, in a worker thread of its own. */
export class TransformersEmbedder implements Embedder {
  readonly model: string
  readonly dims: number
  private readonly config: ModelConfig
  private readonly lane: TransformersLane

  private constructor(folder: string, config: ModelConfig, lane: TransformersLane, dims: number) {
    this.config = config
    this.lane = lane
    this.dims = dims
    const hash = createHash('sha256').update(readFileSync(path.join(folder, 'config.json')))
    hash.update(`${config.dtype} ${config.pooling} ${config.bytes} ${JSON.stringify(config.prefix)}`)
    this.model = `transformers:${path.basename(folder)}:${hash.digest('hex').slice(0, 12)}`
  }

  /**
   * @param options.recycleAfter texts after which the worker is replaced
   * @throws AppError `unavailable` without transformers.js, `damaged-file` when the model does not load
   */
  static async load(folder: string, options: { recycleAfter?: number } = {}): Promise<TransformersEmbedder> {
    const config = readModelConfig(folder)
    const { lane, answer } = await TransformersLane.open(
      { task: 'embed', folder, config },
      ['probe'],
      options.recycleAfter,
    )
    return new TransformersEmbedder(folder, config, lane, answer.length)
  }

  async embed(texts: readonly string[], kind: 'query' | 'document'): Promise<Float32Array[]> {
    const prefix = this.config.prefix[kind]
    // right-padded batches hide the last token; alone, a text has no padding
    const size = this.config.pooling === 'last_token' ? 1 : BATCH
    const vectors = new Array<Float32Array>(texts.length)
    for (const batch of batchesOf(texts, size)) {
      const rows = await this.lane.request(
        batch.map((i) => prefix + texts[i]!),
        batch.length,
      )
      for (const [row, i] of batch.entries()) vectors[i] = unitOrZero(rows, row * this.dims, this.dims)
    }
    return vectors
  }

  close(): Promise<void> {
    return this.lane.close()
  }
}

/** A row of its own; the zero vector when the model gave no numbers (an empty text can). */
function unitOrZero(rows: Float32Array, start: number, dims: number): Float32Array {
  const row = rows.slice(start, start + dims)
  return row.every(Number.isFinite) ? row : new Float32Array(dims)
}
