import { Worker } from 'node:worker_threads'
import { AppError } from '../../src/core/errors.js'
import { workerFile } from '../../src/embed/lane.js'
import { ROUND, type Schedule, STOP, type TrainingJob, WAITING, type WorkerMessage } from './job.js'
import { sharedMemory } from './kernel.js'
import { BLOCK, layoutOf } from './layout.js'
import type { PairSet } from './pair-set.js'

/** A table in training: float rows. */
export interface TableState {
  size: number
  dims: number
  /** size × dims. */
  rows: Float32Array
  /** Adam's moments of the rows, size × dims each; undefined before the first step. */
  moments: Float32Array | undefined
}

export interface OptimiseOptions extends Schedule {
  batch: number
  workers: number
  signal?: AbortSignal
  onProgress?: (progress: { step: number; steps: number; loss: number }) => void
  /** Called while the workers rest; `state` is a view, valid during the call. */
  onCheckpoint?: (state: TableState, at: { step: number; randomState: number }) => void
}

/**
 * Trains a table contrastively in worker threads. `state` is changed in place.
 * @param pool numbers of the pairs to draw from
 * @returns the last step done, the running mean of the loss, and whether the signal stopped it
 * @throws AppError `invalid-parameter` for sizes the kernel cannot do, `unavailable` when no compiled worker is at hand
 */
export async function optimise(
  state: TableState,
  pairs: PairSet,
  pool: Int32Array,
  options: OptimiseOptions,
): Promise<{ step: number; loss: number; stopped: boolean }> {
  checkSizes(state, options)
  const layout = layoutOf(state.size, state.dims, options.batch)
  const { memory, pages } = sharedMemory(layout.bytes)
  const data = new Float32Array(memory.buffer)
  const cells = state.size * state.dims
  const view: TableState = {
    ...state,
    rows: data.subarray(layout.table, layout.table + cells),
    moments: data.subarray(layout.table + cells, layout.table + 3 * cells),
  }
  copyState(state, view)
  const job = {
    ...{ workers: options.workers, layout, memory, pages, pairs },
    pool: shared(pool),
    cells: shared(new Int32Array(options.hardNegatives > 0 ? pool.length : 0)),
    control: new Int32Array(new SharedArrayBuffer(16)),
    schedule: scheduleOf(options),
  }
  const result = await runWorkers(job, options, (at) => options.onCheckpoint?.(view, at))
  copyState(view, state)
  return result
}

function checkSizes(state: TableState, { batch, matryoshka }: OptimiseOptions): void {
  if (batch % BLOCK !== 0 || batch <= 0) {
    throw new AppError('invalid-parameter', `The batch must be a multiple of ${BLOCK}, not ${batch}.`)
  }
  for (const dims of [state.dims, matryoshka ?? state.dims]) {
    if (dims % 4 !== 0 || dims <= 0 || dims > state.dims) {
      throw new AppError('invalid-parameter', `Dimensions must be a multiple of 4 up to ${state.dims}, not ${dims}.`)
    }
  }
}

function copyState(from: TableState, to: TableState): void {
  to.rows.set(from.rows)
  if (from.moments && to.moments) to.moments.set(from.moments)
  else if (from.moments) to.moments = from.moments.slice()
}

function scheduleOf(options: OptimiseOptions): Schedule {
  const { from, to, randomState, seed, temperature, learningRate, warmup } = options
  const { matryoshka, hardNegatives, sourcesApart, checkpointEvery } = options
  return {
    from,
    to,
    randomState,
    seed,
    temperature,
    learningRate,
    warmup,
    matryoshka,
    hardNegatives,
    sourcesApart,
    checkpointEvery,
  }
}

function shared(array: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(array.byteLength))
  copy.set(array)
  return copy
}

async function runWorkers(
  job: Omit<TrainingJob, 'worker'>,
  options: OptimiseOptions,
  checkpoint: (at: { step: number; randomState: number }) => void,
): Promise<{ step: number; loss: number; stopped: boolean }> {
  const file = workerFile(import.meta.url, 'train-worker')
  if (!file) throw new AppError('unavailable', 'Training runs in compiled workers: npm run build, then try again.')
  const stop = () => Atomics.store(job.control, STOP, 1)
  if (options.signal?.aborted) stop()
  options.signal?.addEventListener('abort', stop)
  const workers = Array.from(
    { length: job.workers },
    (_, worker) => new Worker(file, { workerData: { ...job, worker } satisfies TrainingJob }),
  )
  try {
    return await new Promise((resolve, reject) => {
      for (const worker of workers) {
        worker.on('error', reject)
        worker.on('message', (message: WorkerMessage) => {
          if (message.kind === 'done') resolve(message)
          else if (message.kind === 'progress') options.onProgress?.({ steps: options.to, ...message })
          else {
            try {
              checkpoint(message)
              rejoin(job)
            } catch (error) {
              reject(error)
            }
          }
        })
      }
    })
  } finally {
    options.signal?.removeEventListener('abort', stop)
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** The guest's part in the workers' meeting: waits (a moment) until all of them rest, then sends them on. */
function rejoin({ control, workers }: Omit<TrainingJob, 'worker'>): void {
  while (Atomics.load(control, WAITING) < workers) Atomics.wait(control, 3, Atomics.load(control, 3), 1)
  Atomics.store(control, WAITING, 0)
  Atomics.add(control, ROUND, 1)
  Atomics.notify(control, ROUND)
}
