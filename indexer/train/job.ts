import type { Layout } from './layout.js'
import type { PairSet } from './pair-set.js'

/** Everything a training worker is started with; large things are shared, not copied. */
export interface TrainingJob {
  worker: number
  workers: number
  layout: Layout
  memory: WebAssembly.Memory
  pages: number
  pairs: PairSet
  /** Pairs to draw from, and their cells when hard negatives are drawn. */
  pool: Int32Array
  cells: Int32Array
  control: Int32Array
  schedule: Schedule
}

export interface Schedule {
  /** First and last step of this run, from 1. */
  from: number
  to: number
  /** State of the sampler before step `from`; undefined = the seed. */
  randomState: number | undefined
  seed: number
  temperature: number
  learningRate: number
  /** Steps over which the learning rate rises to its height. */
  warmup: number
  /** Every other step trains only the first so many dimensions; undefined = all steps train all. */
  matryoshka: number | undefined
  /** No batch mixes sources; otherwise half of them do. */
  sourcesApart: boolean
  /** Share of batches whose pairs are alike; 0 = none. */
  hardNegatives: number
  /** Steps between two checkpoints. */
  checkpointEvery: number
}

/** Positions in `control`. */
export const WAITING = 0
export const ROUND = 1
/** Set to 1 from outside to stop. */
export const STOP = 2
/** The step after which all workers stop; written by worker 0 alone. */
export const LAST = 3

export type WorkerMessage =
  | { kind: 'progress'; step: number; loss: number }
  /** The workers wait until `control[ROUND]` moves on: the table is at rest and may be copied. */
  | { kind: 'checkpoint'; step: number; randomState: number }
  | { kind: 'done'; step: number; loss: number; stopped: boolean }
