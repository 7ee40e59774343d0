import path from 'node:path'
import { AppError } from '../core/errors.js'
import { Lane, workerFile } from './lane.js'
import type { ModelConfig } from './model-config.js'

/** ONNX Runtime keeps the memory of its largest batch: 16 texts of one length bound it, and padding costs nothing. */
export const BATCH = 16
/** Memory still creeps up, so the worker is replaced after so many texts (a few seconds of loading in minutes of work). */
const RECYCLE_AFTER = 20_000

/** What a worker is started with. */
export interface TransformersTask {
  /** `embed`: texts → unit rows; `score`: a need and texts → one logit each. */
  task: 'embed' | 'score'
  folder: string
  config: ModelConfig
}

export type EmbedRequest = readonly string[]
export interface ScoreRequest {
  need: string
  texts: readonly string[]
}

/** One model in a worker thread of its own, which is replaced when it has died or done its share. */
export class TransformersLane {
  private readonly data: TransformersTask
  private readonly recycleAfter: number
  private lane: Lane
  private texts = 0
  private closed = false

  private constructor(data: TransformersTask, recycleAfter: number) {
    this.data = data
    this.recycleAfter = recycleAfter
    this.lane = startLane(data)
  }

  /**
   * Starts the worker and asks it something, so that a model that cannot run fails here.
   * @param recycleAfter texts after which the worker is replaced
   * @throws AppError `unavailable` without transformers.js, `damaged-file` when the model does not load
   */
  static async open(
    { task, folder, config }: TransformersTask,
    probe: EmbedRequest | ScoreRequest,
    recycleAfter = RECYCLE_AFTER,
  ): Promise<{ lane: TransformersLane; answer: Float32Array }> {
    const lane = new TransformersLane({ task, folder: path.resolve(folder), config }, recycleAfter)
    try {
      return { lane, answer: await lane.lane.request<Float32Array>(probe) }
    } catch (error) {
      await lane.close()
      if (error instanceof AppError && error.code === 'internal') {
        throw new AppError('damaged-file', `The model in ${folder} does not run: ${error.detail}`, { cause: error })
      }
      throw error
    }
  }

  /** @param texts how many texts the request holds, at most `BATCH` */
  async request(body: EmbedRequest | ScoreRequest, texts: number): Promise<Float32Array> {
    const due = !this.lane.alive || (this.texts >= this.recycleAfter && !this.lane.busy)
    if (due && !this.closed) {
      const old = this.lane
      this.lane = startLane(this.data)
      this.texts = 0
      await old.close()
    }
    this.texts += texts
    return this.lane.request<Float32Array>(body)
  }

  async close(): Promise<void> {
    this.closed = true
    await this.lane.close()
  }
}

/** Texts in batches of like length, so that little is padding: their positions. */
export function batchesOf(texts: readonly string[], size: number): number[][] {
  const order = [...texts.keys()].sort((a, b) => texts[a]!.length - texts[b]!.length)
  const batches: number[][] = []
  for (let start = 0; start < order.length; start += size) batches.push(order.slice(start, start + size))
  return batches
}

function startLane(data: TransformersTask): Lane {
  const file = workerFile(import.meta.url, 'transformers-worker')
  if (!file) throw new AppError('unavailable', 'Other models run in a compiled worker: npm run build, then try again.')
  return new Lane(file, data)
}
