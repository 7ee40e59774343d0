import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../../src/core/errors.js'
import { StaticModel } from '../../src/embed/static.js'
import { WordPiece } from '../../src/embed/wordpiece.js'
import { readCheckpoint, writeCheckpoint } from './checkpoint.js'
import { exportModel } from './export.js'
import { type HeldOut, holdOut, measureHeldOut } from './held-out.js'
import { type OptimiseOptions, optimise, type TableState } from './optimise.js'
import { encodePairs, type PairSet } from './pair-set.js'
import { type Pair, readPairs } from './pairs.js'
import { Random } from './random.js'
import { RequestWords } from './request-words.js'
import { buildVocabulary, tokenizerJson } from './vocabulary.js'
import { whiten } from './whiten.js'

/** The recipe of the bundled table; what was tried beside it stands in data/model/MODEL.md. */
export const TRAIN_DEFAULTS = {
  steps: 4000,
  dims: 256,
  batch: 1024,
  temperature: 0.06,
  learningRate: 2e-3,
  seed: 0,
  words: 26_000,
  pieces: 7000,
  workers: 2,
  hardNegatives: 0,
}

export interface TrainOptions {
  /** 0 takes the base's rows as they are, to be whitened. */
  steps: number
  /** A multiple of 4. */
  dims: number
  /** Pairs a step, each the others' negative; a multiple of 32. */
  batch: number
  temperature: number
  learningRate: number
  seed: number
  /** Size of the vocabulary: whole words, and pieces of other words. */
  words: number
  pieces: number
  /** Worker threads; the result does not depend on it. */
  workers: number
  /** Trains the first so many dimensions to serve alone, too (Kusupati et al. 2022). A multiple of 4. */
  matryoshka?: number
  /** Share of batches made of alike pairs. */
  hardNegatives: number
  /** Folder of a model to continue from: its vocabulary and rows. */
  base?: string
  signal?: AbortSignal
  onProgress?: (progress: { stage: string; step?: number; steps?: number; loss?: number }) => void
}

export interface TrainReport {
  folder: string
  pairs: number
  size: number
  dims: number
  steps: number
  loss: number
  heldOut: HeldOut
  seconds: number
  /** True when the signal stopped it; the same command goes on from the checkpoint. */
  stopped: boolean
}

const CHECKPOINT_EVERY = 500
const WARMUP = 50
const HELD_OUT = 1000
/** How much requests' words that serve for every target lose in queries: data/model/MODEL.md. */
const REQUEST_POWER = 0.75
/** Frequent pieces start short: a / (a + share of all pieces), as in SIF (Arora et al. 2017). */
const SIF = 1e-3

/**
 * Trains a static table from `source:kind TAB anchor TAB positive` lines and writes a model folder. Deterministic for a
 * seed. Stopped or killed, the same call continues from the last checkpoint in `outDir`.
 */
export async function train(pairsFile: string, outDir: string, options: TrainOptions): Promise<TrainReport> {
  const began = performance.now()
  const say = (stage: string) => options.onProgress?.({ stage })
  mkdirSync(outDir, { recursive: true })
  const run = runIdentity(pairsFile, options)
  const tokenizer = await tokenizerFor(pairsFile, outDir, run, options, say)
  const wordPiece = WordPiece.parse(Buffer.from(tokenizer), path.join(outDir, 'tokenizer.json'))
  say('encode')
  const requests = new RequestWords()
  const pairs = await encodePairs(noting(readPairs(pairsFile), requests, wordPiece), wordPiece)
  if (pairs.count < 2) throw new AppError('invalid-body', `${pairsFile} holds ${pairs.count} usable pairs.`)
  const { pool, held } = holdOut(pairs.count, HELD_OUT)
  const checkpointFile = path.join(outDir, 'checkpoint.bin')
  const checkpoint = readCheckpoint(checkpointFile, run)
  const state = checkpoint?.state ?? (await initialState(pairs, wordPiece.vocabulary.size, options))
  const result = await optimise(state, pairs, pool, {
    ...optimiseOptions(options),
    from: (checkpoint?.step ?? 0) + 1,
    randomState: checkpoint?.randomState,
    onProgress: (progress) => options.onProgress?.({ stage: 'train', ...progress }),
    onCheckpoint: (view, at) => writeCheckpoint(checkpointFile, run, view, at),
  })
  if (!result.stopped) whiten(state)
  const queryWeights = requests.weights(state.size, REQUEST_POWER)
  const heldOut = measureHeldOut(state, queryWeights, pairs, held)
  const seconds = (performance.now() - began) / 1000
  const report = {
    ...{ folder: outDir, pairs: pairs.count, size: state.size, dims: state.dims },
    ...{ steps: result.step, loss: result.loss, heldOut, seconds, stopped: result.stopped },
  }
  if (!result.stopped) {
    exportModel(outDir, state, queryWeights, { tokenizer, notes: notes(pairsFile, options, report) })
    for (const file of [checkpointFile, keptTokenizer(outDir, run)]) rmSync(file, { force: true })
  }
  return report
}

/** Passes the pairs on and notes the words of those that are requests. */
async function* noting(pairs: AsyncIterable<Pair>, requests: RequestWords, tokenizer: WordPiece): AsyncGenerator<Pair> {
  for await (const pair of pairs) {
    if (pair.isRequest) requests.add(pair.positive, tokenizer.encode(pair.anchor))
    yield pair
  }
}

function optimiseOptions(options: TrainOptions): OptimiseOptions {
  const { batch, workers, seed, temperature, learningRate, matryoshka, hardNegatives, signal } = options
  return {
    ...{ batch, workers, seed, temperature, learningRate, matryoshka, hardNegatives, signal },
    ...{
      from: 1,
      to: options.steps,
      randomState: undefined,
      warmup: WARMUP,
      checkpointEvery: CHECKPOINT_EVERY,
      sourcesApart: false,
    },
  }
}

/** What makes two calls the same run: the pairs and everything that moves the result. */
function runIdentity(pairsFile: string, options: TrainOptions): string {
  const { signal: _signal, onProgress: _onProgress, workers: _workers, ...rest } = options
  const size = existsSync(pairsFile) ? statSync(pairsFile).size : 0
  return createHash('sha256')
    .update(JSON.stringify([path.basename(pairsFile), size, rest]))
    .digest('hex')
    .slice(0, 16)
}

/** The base model's tokenizer, the one of the run to be continued, or a new one (kept with the run's name for the next time). */
async function tokenizerFor(
  pairsFile: string,
  outDir: string,
  run: string,
  options: TrainOptions,
  say: (stage: string) => void,
): Promise<string> {
  if (options.base) return readFileSync(path.join(options.base, 'tokenizer.json'), 'utf8')
  const kept = keptTokenizer(outDir, run)
  if (existsSync(kept) && existsSync(path.join(outDir, 'checkpoint.bin'))) return readFileSync(kept, 'utf8')
  say('vocabulary')
  const json = tokenizerJson(await buildVocabulary(readPairs(pairsFile), options))
  writeFileSync(kept, json)
  return json
}

/** Kept beside the checkpoint, so that going on need not read all pairs once more. */
function keptTokenizer(outDir: string, run: string): string {
  return path.join(outDir, `tokenizer.${run}.json`)
}

async function initialState(pairs: PairSet, size: number, options: TrainOptions): Promise<TableState> {
  if (options.base) return { ...floatTable(await StaticModel.load(options.base)), moments: undefined }
  const { dims } = options
  const random = new Random(options.seed)
  const counts = new Float64Array(size)
  for (const piece of pairs.ids) counts[piece]!++
  const rows = new Float32Array(size * dims)
  for (let piece = 0; piece < size; piece++) {
    const length = SIF / (SIF + counts[piece]! / pairs.ids.length) / Math.sqrt(dims)
    for (let j = 0; j < dims; j++) rows[piece * dims + j] = random.normal() * length
  }
  return { size, dims, rows, moments: undefined }
}

/** The rows of a model as floats, scales folded in. */
export function floatTable({ size, dims, rows, scales }: StaticModel): {
  size: number
  dims: number
  rows: Float32Array
} {
  return { size, dims, rows: Float32Array.from(rows, (x, i) => x * scales[Math.floor(i / dims)]!) }
}

function notes(pairsFile: string, options: TrainOptions, report: TrainReport): string {
  const { base, steps, batch, temperature, learningRate, seed, matryoshka, hardNegatives } = options
  const { hit1, hit10, pairs } = report.heldOut
  return `# An embedding model trained with \`matchgraph train\`

A static table: ${report.size} word pieces × ${report.dims} dimensions, int8, one scale a row.

| | |
|---|---|
| pairs | ${path.basename(pairsFile)}, ${report.pairs} usable; the licence of the weights follows from theirs |
| started from | ${base ? path.basename(base) : 'random rows'} |
| options | steps ${steps}, batch ${batch}, temperature ${temperature}, learning rate ${learningRate}, seed ${seed}, Matryoshka ${matryoshka ?? 'off'}, hard negatives ${hardNegatives} |
| loss at the end | ${options.steps === 0 ? 'no step was made' : report.loss.toFixed(4)} |
| held-out pairs | ${pairs}: right one first ${(100 * hit1).toFixed(1)} %, among the first ten ${(100 * hit10).toFixed(1)} % |
| took | ${report.seconds.toFixed(0)} s with ${options.workers} workers |
`
}
