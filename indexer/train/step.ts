import { type Kernel, kernel } from './kernel.js'
import { BLOCK, type Layout } from './layout.js'
import type { PairSet } from './pair-set.js'
import type { Sampler } from './sampler.js'

/** Adam (Kingma and Ba 2015), its usual constants. */
const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-9

export interface StepOptions {
  /** Softmax temperature. */
  temperature: number
  /** Only the first so many dimensions take part in this step (Matryoshka); `dims` for all. A multiple of 4. */
  depth: number
  learningRate: number
  /** Number of the step, from 1: Adam's bias correction. */
  step: number
}

/**
 * One worker's part of a training step, in phases between which all workers meet. Rows of the batch and rows of the
 * table are dealt out in fixed blocks; every sum runs in one order, so a seed gives one result for any number of workers.
 */
export class Step {
  private readonly layout: Layout
  private readonly pairs: PairSet
  private readonly sampler: Sampler
  private readonly data: Float32Array
  private readonly kernel: Kernel
  /** This worker's rows of the batch: from..to, multiples of `BLOCK`. */
  private readonly from: number
  private readonly to: number
  private readonly worker: number
  private readonly workers: number
  private readonly chosen: Int32Array
  /** Hashes of the batch's texts. */
  private readonly anchorHashes: Int32Array
  private readonly positiveHashes: Int32Array
  /** Piece → position among the batch's pieces, or -1. */
  private readonly position: Int32Array

  constructor(
    shared: { layout: Layout; memory: WebAssembly.Memory; pages: number; pairs: PairSet; sampler: Sampler },
    worker: number,
    workers: number,
  ) {
    const { layout, pairs, sampler, memory, pages } = shared
    this.layout = layout
    this.pairs = pairs
    this.sampler = sampler
    this.data = new Float32Array(memory.buffer)
    this.kernel = kernel(memory, pages)
    this.worker = worker
    this.workers = workers
    const blocks = layout.batch / BLOCK
    this.from = Math.floor((blocks * worker) / workers) * BLOCK
    this.to = Math.floor((blocks * (worker + 1)) / workers) * BLOCK
    this.chosen = new Int32Array(layout.batch)
    this.anchorHashes = new Int32Array(layout.batch)
    this.positiveHashes = new Int32Array(layout.batch)
    this.position = new Int32Array(layout.size).fill(-1)
  }

  /** Phase 1: draws the batch (the same in every worker) and embeds this worker's rows. */
  embed(options: StepOptions): void {
    this.sampler.draw(this.chosen)
    for (const [row, pair] of this.chosen.entries()) {
      this.anchorHashes[row] = this.pairs.hashes[2 * pair]!
      this.positiveHashes[row] = this.pairs.hashes[2 * pair + 1]!
    }
    const { anchors, positives, anchorsTransposed, positivesTransposed } = this.layout
    for (let row = this.from; row < this.to; row++) {
      this.embedRow(2 * this.chosen[row]!, row, anchors, anchorsTransposed, 0, options.depth)
      this.embedRow(2 * this.chosen[row]! + 1, row, positives, positivesTransposed, this.layout.batch, options.depth)
    }
  }

  private embedRow(text: number, row: number, into: number, across: number, norms: number, depth: number): void {
    const { data, layout, pairs } = this
    const { dims, batch } = layout
    const out = into + row * dims
    data.fill(0, out, out + depth)
    for (let at = pairs.starts[text]!; at < pairs.starts[text + 1]!; at++) {
      const piece = layout.table + pairs.ids[at]! * dims
      for (let j = 0; j < depth; j++) data[out + j]! += data[piece + j]!
    }
    let square = 0
    for (let j = 0; j < depth; j++) square += data[out + j]! ** 2
    const norm = Math.max(Math.sqrt(square), 1e-6)
    data[layout.norms + norms + row] = norm
    for (let j = 0; j < depth; j++) {
      data[out + j]! /= norm
      data[across + j * batch + row] = data[out + j]!
    }
  }

  /** Phase 2: similarities of this worker's anchors to all positives, as exp(cosine / temperature), and their sums. */
  compare({ temperature, depth }: StepOptions): void {
    const { data, layout, from, to } = this
    if (from === to) return
    const { batch, dims, similarities } = layout
    const k = this.kernel
    k.product(
      ...([4 * (layout.anchors + from * dims), 4 * layout.positives, 4 * (similarities + from * batch)] as const),
      ...([to - from, batch, 4 * depth, 4 * dims, 4 * dims, 4 * batch] as const),
    )
    for (let start = from; start < to; start += BLOCK) {
      const columns = layout.columnSums + (start / BLOCK) * batch
      data.fill(0, columns, columns + batch)
      for (let i = start; i < start + BLOCK; i++) {
        const row = similarities + i * batch
        let sum = 0
        for (let j = 0; j < batch; j++) data[row + j] = Math.exp(data[row + j]! / temperature)
        this.forgive(i)
        for (let j = 0; j < batch; j++) {
          sum += data[row + j]!
          data[columns + j]! += data[row + j]!
        }
        data[layout.rowSums + i] = sum
      }
    }
  }

  /** Pairs that share a text with pair `i` are not its negatives. */
  private forgive(i: number): void {
    const { anchorHashes, positiveHashes } = this
    const [anchor, positive] = [anchorHashes[i], positiveHashes[i]]
    const row = this.layout.similarities + i * this.layout.batch
    for (let j = 0; j < anchorHashes.length; j++) {
      if ((anchorHashes[j] === anchor || positiveHashes[j] === positive) && j !== i) this.data[row + j] = 0
    }
  }

  /** Phase 3: the gradient of the symmetric cross entropy by each cosine, in place and transposed; the loss a row. */
  differentiate({ temperature }: StepOptions): void {
    const { data, layout, from, to } = this
    const { batch, similarities, transposed } = layout
    const columns = new Float64Array(batch)
    for (let block = 0; block < batch / BLOCK; block++) {
      for (let j = 0; j < batch; j++) columns[j]! += data[layout.columnSums + block * batch + j]!
    }
    const scale = 1 / (2 * batch * temperature)
    for (let i = from; i < to; i++) {
      const row = similarities + i * batch
      const rowSum = data[layout.rowSums + i]!
      const right = data[row + i]!
      data[layout.losses + i] = -(Math.log(right / rowSum + 1e-12) + Math.log(right / columns[i]! + 1e-12)) / 2
      for (let j = 0; j < batch; j++) data[row + j] = data[row + j]! * (1 / rowSum + 1 / columns[j]!) * scale
      data[row + i]! -= 2 * scale
    }
    transpose(data, similarities, transposed, from, to, batch)
  }

  /** Phase 4: gradients by this worker's vectors, before they were scaled to unit length. */
  propagate({ depth }: StepOptions): void {
    const { layout, from } = this
    const { batch, dims } = layout
    const rows = this.to - from
    if (rows === 0) return
    const gradient = (left: number, right: number, out: number) =>
      this.kernel.product(
        ...([4 * (left + from * batch), 4 * right, 4 * (out + from * dims)] as const),
        ...([rows, depth, 4 * batch, 4 * batch, 4 * batch, 4 * dims] as const),
      )
    gradient(layout.similarities, layout.positivesTransposed, layout.anchorGradients)
    gradient(layout.transposed, layout.anchorsTransposed, layout.positiveGradients)
    for (let row = from; row < this.to; row++) {
      this.unscale(layout.anchorGradients + row * dims, layout.anchors + row * dims, layout.norms + row, depth)
      this.unscale(
        layout.positiveGradients + row * dims,
        layout.positives + row * dims,
        layout.norms + batch + row,
        depth,
      )
    }
  }

  /** d/dx of x/|x|: the part along the vector goes, the rest shrinks by its length. */
  private unscale(gradient: number, vector: number, norm: number, depth: number): void {
    const { data } = this
    let along = 0
    for (let j = 0; j < depth; j++) along += data[gradient + j]! * data[vector + j]!
    const shrink = 1 / data[norm]!
    for (let j = 0; j < depth; j++) data[gradient + j] = (data[gradient + j]! - along * data[vector + j]!) * shrink
  }

  /** Phase 5: sums the gradients of this worker's pieces and moves their rows. */
  update(options: StepOptions): void {
    const { pieces, starts, rows } = this.occurrences()
    const { data, layout } = this
    const { dims, anchorGradients, table } = layout
    const sum = new Float32Array(options.depth)
    for (const [p, piece] of pieces.entries()) {
      sum.fill(0)
      for (let at = starts[p]!; at < starts[p + 1]!; at++) {
        const gradient = anchorGradients + rows[at]! * dims
        for (let j = 0; j < options.depth; j++) sum[j]! += data[gradient + j]!
      }
      this.move(table + piece * dims, layout.size * dims, sum, options)
    }
  }

  /** Adam on data[at..at + gradient.length); its moments lie one and two `distance` further. */
  private move(at: number, distance: number, gradient: Float32Array, { learningRate, step }: StepOptions): void {
    const { data } = this
    const [first, second] = [at + distance, at + 2 * distance]
    const rate = learningRate / (1 - BETA1 ** step)
    const correction = 1 / (1 - BETA2 ** step)
    for (let j = 0; j < gradient.length; j++) {
      const g = gradient[j]!
      const m = BETA1 * data[first + j]! + (1 - BETA1) * g
      const v = BETA2 * data[second + j]! + (1 - BETA2) * g * g
      data[first + j] = m
      data[second + j] = v
      data[at + j]! -= (rate * m) / (Math.sqrt(v * correction) + EPSILON)
    }
  }

  /**
   * Where this worker's pieces (piece mod workers) occur in the batch: piece p at rows[starts[p]..starts[p+1]), a row of
   * anchor gradients, or batch + row of positive gradients (the two areas follow each other).
   */
  private occurrences(): { pieces: number[]; starts: Int32Array; rows: Int32Array } {
    const { position, layout } = this
    const pieces: number[] = []
    const counts: number[] = []
    this.eachPiece((piece) => {
      if (position[piece] === -1) {
        position[piece] = pieces.length
        pieces.push(piece)
        counts.push(0)
      }
      counts[position[piece]!]!++
    })
    const starts = new Int32Array(pieces.length + 1)
    for (const [p, count] of counts.entries()) starts[p + 1] = starts[p]! + count
    const rows = new Int32Array(starts[pieces.length]!)
    const next = starts.slice()
    this.eachPiece((piece, row, side) => {
      rows[next[position[piece]!]!++] = side * layout.batch + row
    })
    for (const piece of pieces) position[piece] = -1
    return { pieces, starts, rows }
  }

  private eachPiece(visit: (piece: number, row: number, side: number) => void): void {
    const { chosen, pairs, worker, workers } = this
    for (let row = 0; row < chosen.length; row++) {
      for (let side = 0; side < 2; side++) {
        const text = 2 * chosen[row]! + side
        for (let at = pairs.starts[text]!; at < pairs.starts[text + 1]!; at++) {
          const piece = pairs.ids[at]!
          if (piece % workers === worker) visit(piece, row, side)
        }
      }
    }
  }
}

/** Rows from..to of a square matrix become columns from..to of another, in tiles that fit the cache. */
function transpose(data: Float32Array, source: number, target: number, from: number, to: number, size: number): void {
  const tile = 32
  for (let left = 0; left < size; left += tile) {
    for (let i = from; i < to; i++) {
      for (let j = left; j < Math.min(left + tile, size); j++)
        data[target + j * size + i] = data[source + i * size + j]!
    }
  }
}
