import type { Command } from 'commander'
import { TRAIN_DEFAULTS, type TrainReport, train } from '../../indexer/train/train.js'
import { type CommonOptions, print, usageError } from './command.js'
import { trainingProgress } from './training-progress.js'

interface TrainCommandOptions extends Pick<CommonOptions, 'json'> {
  out: string
  base?: string
  matryoshka?: string
  [number: string]: unknown
}

/** Options that are numbers: name, what they say, and the fallback. */
const NUMBERS = {
  steps: 'steps; 0 only whitens the --base',
  dims: 'dimensions, a multiple of 4',
  batch: 'pairs a step, a multiple of 32',
  temperature: 'softmax temperature',
  learningRate: 'learning rate',
  seed: 'the same seed gives the same model',
  words: 'whole words in the vocabulary',
  pieces: 'pieces of other words in the vocabulary',
  workers: 'worker threads',
  hardNegatives: 'share of batches made of alike pairs, 0 to 1',
} as const

export function register(program: Command): void {
  const command = program
    .command('train <pairs>')
    .description('train an embedding table from "source:kind TAB anchor TAB positive" lines (plain or .gz)')
    .requiredOption('--out <dir>', 'folder of the model; a stopped run goes on from its checkpoint there')
    .option('--base <dir>', 'model to continue from, with its vocabulary')
    .option('--matryoshka <dims>', 'train the first so many dimensions to serve alone, too')
    .option('--json', 'print one JSON document on stdout')
  for (const [name, text] of Object.entries(NUMBERS)) {
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    command.option(`--${flag} <n>`, text, String(TRAIN_DEFAULTS[name as keyof typeof NUMBERS]))
  }
  command.action(async (pairs: string, options: TrainCommandOptions) => {
    const numbers = Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, numberOf(name, options[name])]))
    const progress = trainingProgress()
    try {
      const report = await train(pairs, options.out, {
        ...TRAIN_DEFAULTS,
        ...numbers,
        base: options.base,
        matryoshka: options.matryoshka === undefined ? undefined : numberOf('matryoshka', options.matryoshka),
        signal: progress.signal,
        onProgress: progress.report,
      })
      print(options, report, () => summary(report))
    } finally {
      progress.stop()
    }
  })
}

function numberOf(name: string, value: unknown): number {
  const number = Number(value)
  if (!Number.isFinite(number) || number < 0) throw usageError(`--${name} must be a number, not "${value}".`)
  return number
}

function summary({ stopped, folder, steps, heldOut, seconds, size, dims, pairs }: TrainReport): string {
  if (stopped) return `Stopped after step ${steps}; the same command goes on from there.`
  return [
    `${folder}: ${size.toLocaleString('en')} pieces × ${dims}, ${steps} steps on ${pairs.toLocaleString('en')} pairs in ${seconds.toFixed(0)} s.`,
    `Held-out pairs: right one first ${(100 * heldOut.hit1).toFixed(1)} %, among the first ten ${(100 * heldOut.hit10).toFixed(1)} %.`,
  ].join('\n')
}
