import { parentPort, workerData } from 'node:worker_threads'
import { findCells, orderByCell } from './hard.js'
import { LAST, ROUND, STOP, type TrainingJob, WAITING, type WorkerMessage } from './job.js'
import { Sampler } from './sampler.js'
import { Step, type StepOptions } from './step.js'

const PROGRESS_EVERY = 20
/** The reported loss is a running mean over about so many steps. */
const SMOOTHING = 50
/** How often the order of alike pairs is made anew during a run. */
const ORDERS = 5

const job = workerData as TrainingJob
const { control, schedule, layout, workers, worker } = job
const data = new Float32Array(job.memory.buffer)
const sampler = new Sampler(job.pairs, job.pool, {
  batch: layout.batch,
  seed: schedule.seed,
  apart: schedule.sourcesApart,
})
if (schedule.randomState !== undefined) sampler.random.state = schedule.randomState
const step = new Step({ ...job, sampler }, worker, workers)
const phases = ['embed', 'compare', 'differentiate', 'propagate', 'update'] as const

/** All workers (and `guests` from outside) meet here. */
function meet(guests = 0): void {
  const round = Atomics.load(control, ROUND)
  if (Atomics.add(control, WAITING, 1) === workers + guests - 1) {
    Atomics.store(control, WAITING, 0)
    Atomics.add(control, ROUND, 1)
    Atomics.notify(control, ROUND)
  } else {
    while (Atomics.load(control, ROUND) === round) Atomics.wait(control, ROUND, round)
  }
}

function report(message: WorkerMessage): void {
  if (worker === 0) parentPort!.postMessage(message)
}

function optionsAt(t: number): StepOptions {
  const { learningRate, warmup, to, temperature, matryoshka } = schedule
  const rate = learningRate * Math.min(1, t / warmup) * Math.max(0.02, 1 - t / to)
  const depth = matryoshka !== undefined && t % 2 === 0 ? matryoshka : layout.dims
  return { temperature, depth, learningRate: rate, step: t }
}

/** Puts alike pairs beside each other under the table as it is now. */
function reorder(t: number): void {
  const share = Math.ceil(job.pool.length / workers)
  const range = { from: worker * share, to: Math.min(job.pool.length, (worker + 1) * share) }
  findCells(data, layout, job.pairs, { pool: job.pool, cells: job.cells, seed: schedule.seed + t, ...range })
  meet()
  sampler.useOrder(orderByCell(job.pool, job.cells), schedule.hardNegatives)
  meet()
}

function meanLoss(): number {
  let sum = 0
  for (let i = 0; i < layout.batch; i++) sum += data[layout.losses + i]!
  return sum / layout.batch
}

function run(): void {
  const reorderEvery = Math.ceil(schedule.to / ORDERS)
  let loss = Number.NaN
  for (let t = schedule.from; t <= schedule.to; t++) {
    if (schedule.hardNegatives > 0 && (t % reorderEvery === 0 || t === schedule.from)) reorder(t)
    if (worker === 0 && Atomics.load(control, STOP) === 1) Atomics.store(control, LAST, t)
    const options = optionsAt(t)
    for (const phase of phases) {
      step[phase](options)
      meet()
    }
    const now = meanLoss()
    loss = Number.isNaN(loss) ? now : loss + (now - loss) / SMOOTHING
    if (t % PROGRESS_EVERY === 0 || t === schedule.to) report({ kind: 'progress', step: t, loss })
    const stopped = Atomics.load(control, LAST) === t
    if (stopped || (t % schedule.checkpointEvery === 0 && t < schedule.to)) {
      report({ kind: 'checkpoint', step: t, randomState: sampler.random.state })
      meet(1)
    }
    if (stopped) {
      report({ kind: 'done', step: t, loss, stopped: true })
      return
    }
  }
  report({ kind: 'done', step: schedule.to, loss, stopped: false })
}

run()
