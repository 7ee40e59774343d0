import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Embedder } from '../core/embedding.js'
import { AppError } from '../core/errors.js'
import { Lane, workerFile } from './lane.js'
import { type ModelConfig, readModelConfig } from './model-config.js'

/** ONNX Runtime keeps the memory of its largest batch: 16 texts of one length bound it, and padding costs nothing. */
const BATCH = 16
/** Memory still creeps up, so the worker is replaced after so many texts (a few seconds of loading in minutes of work). */
const RECYCLE_AFTER = 20_000

/** Any sentence-embedding model that transformers.js runs, in a worker thread of its own. */
export class TransformersEmbedder implements Embedder {
  readonly model: string
  readonly dims: number
  private readonly folder: string
  private readonly config: ModelConfig
  private readonly recycleAfter: number
  private lane: Lane
  private texts = 0
  private closed = false

  private constructor(folder: string, config: ModelConfig, lane: Lane, dims: number, recycleAfter: number) {
    this.folder = folder
    this.config = config
    this.lane = lane
    this.dims = dims
    this.recycleAfter = recycleAfter
    const hash = createHash('sha256').update(readFileSync(path.join(folder, 'config.json')))
    hash.update(`${config.dtype} ${config.pooling} ${config.bytes} ${JSON.stringify(config.prefix)}`)
    this.model = `transformers:${path.basename(folder)}:${hash.digest('hex').slice(0, 12)}`
  }

  /**
   * Starts the worker and embeds one word, so that a model that cannot run fails here.
   * @param options.recycleAfter texts after which the worker is replaced
   * @throws AppError `unavailable` without transformers.js, `damaged-file` when the model does not load
   */
  static async load(folder: string, options: { recycleAfter?: number } = {}): Promise<TransformersEmbedder> {
    const config = readModelConfig(folder)
    const lane = startLane(folder, config)
    try {
      const probe = await lane.request<Float32Array>(['probe'])
      return new TransformersEmbedder(folder, config, lane, probe.length, options.recycleAfter ?? RECYCLE_AFTER)
    } catch (error) {
      await lane.close()
      if (error instanceof AppError && error.code === 'internal') {
        throw new AppError('damaged-file', `The model in ${folder} does not run: ${error.detail}`, { cause: error })
      }
      throw error
    }
  }

  async embed(texts: readonly string[], kind: 'query' | 'document'): Promise<Float32Array[]> {
    const prefix = this.config.prefix[kind]
    const order = [...texts.keys()].sort((a, b) => texts[a]!.length - texts[b]!.length)
    // right-padded batches hide the last token; alone, a text has no padding
    const size = this.config.pooling === 'last_token' ? 1 : BATCH
    const vectors = new Array<Float32Array>(texts.length)
    for (let start = 0; start < order.length; start += size) {
      const batch = order.slice(start, start + size)
      const rows = await this.request(batch.map((i) => prefix + texts[i]!))
      for (const [row, i] of batch.entries()) vectors[i] = unitOrZero(rows, row * this.dims, this.dims)
    }
    return vectors
  }

  async close(): Promise<void> {
    this.closed = true
    await this.lane.close()
  }

  private async request(texts: string[]): Promise<Float32Array> {
    const due = !this.lane.alive || (this.texts >= this.recycleAfter && !this.lane.busy)
    if (due && !this.closed) {
      const old = this.lane
      this.lane = startLane(this.folder, this.config)
      this.texts = 0
      await old.close()
    }
    this.texts += texts.length
    return this.lane.request<Float32Array>(texts)
  }
}

function startLane(folder: string, config: ModelConfig): Lane {
  const file = workerFile(import.meta.url, 'transformers-worker')
  if (!file) throw new AppError('unavailable', 'Other models run in a compiled worker: npm run build, then try again.')
  return new Lane(file, { folder: path.resolve(folder), config })
}

/** A row of its own; the zero vector when the model gave no numbers (an empty text can). */
function unitOrZero(rows: Float32Array, start: number, dims: number): Float32Array {
  const row = rows.slice(start, start + dims)
  return row.every(Number.isFinite) ? row : new Float32Array(dims)
}
