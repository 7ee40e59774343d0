import { Lane, workerFile } from './lane.js'

/** Texts a message: large enough that messages cost nothing, small enough that a kill loses little. */
const BATCH = 512

/** Embeds documents with a static model in worker threads, so that a large run does not block the event loop. */
export class EmbedPool {
  private readonly lanes: Lane[]
  private readonly dims: number

  private constructor(lanes: Lane[], dims: number) {
    this.lanes = lanes
    this.dims = dims
  }

  /** @returns undefined where no compiled worker is at hand (running from source, never built) */
  static start(folder: string, dims: number, workers: number): EmbedPool | undefined {
    const file = workerFile(import.meta.url, 'static-worker')
    return (
      file &&
      new EmbedPool(
        Array.from({ length: workers }, () => new Lane(file, { folder })),
        dims,
      )
    )
  }

  /** False when a worker has died: the pool is to be closed, and another started. */
  get alive(): boolean {
    return this.lanes.every((lane) => lane.alive)
  }

  /** One unit vector a text, in order. */
  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors = new Array<Float32Array>(texts.length)
    let next = 0
    const work = async (lane: Lane) => {
      while (next < texts.length) {
        const start = next
        next += BATCH
        const batch = texts.slice(start, next)
        const rows = await lane.request<Float32Array>(batch)
        for (let i = 0; i < batch.length; i++) vectors[start + i] = rows.subarray(i * this.dims, (i + 1) * this.dims)
      }
    }
    await Promise.all(this.lanes.map(work))
    return vectors
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.close()))
  }
}
