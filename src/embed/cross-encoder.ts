import type { CrossEncoder } from '../core/embedding.js'
import { AppError } from '../core/errors.js'
import { readModelConfig } from './model-config.js'
import { BATCH, batchesOf, TransformersLane } from './transformers-lane.js'

/** Any cross-encoder (sequence classification with one output) that transformers.js runs, in a worker thread of its own. */
export class TransformersCrossEncoder implements CrossEncoder {
  private readonly lane: TransformersLane

  private constructor(lane: TransformersLane) {
    this.lane = lane
  }

  /**
   * @throws AppError `unavailable` without transformers.js, `damaged-file` when the model does not load or gives more than one number a pair
   */
  static async load(folder: string): Promise<TransformersCrossEncoder> {
    const task = { task: 'score', folder, config: readModelConfig(folder) } as const
    const { lane, answer } = await TransformersLane.open(task, { need: 'probe', texts: ['probe'] })
    if (answer.length === 1) return new TransformersCrossEncoder(lane)
    await lane.close()
    throw new AppError(
      'damaged-file',
      `The model in ${folder} gives ${answer.length} numbers for a need and a text; a cross-encoder gives one.`,
    )
  }

  /** @throws AppError `internal` when the worker fails or the model gives no number */
  async score(need: string, texts: readonly string[]): Promise<Float32Array> {
    const logits = new Float32Array(texts.length)
    for (const batch of batchesOf(texts, BATCH)) {
      const found = await this.lane.request({ need, texts: batch.map((i) => texts[i]!) }, batch.length)
      for (const [row, i] of batch.entries()) logits[i] = found[row]!
    }
    if (!logits.every(Number.isFinite)) throw new AppError('internal', 'The cross-encoder gave no number for a text.')
    return logits
  }

  close(): Promise<void> {
    return this.lane.close()
  }
}
