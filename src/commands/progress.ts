import cliProgress from 'cli-progress'
import type { IndexProgress } from '../../indexer/context.js'
import { PROGRESS_LINES } from './jobs.js'

const LABEL: Record<IndexProgress['step'], string> = {
  read: 'reading',
  embed: 'embedding',
  write: 'writing',
  index: 'indexing',
  verify: 'verifying',
}
/** Without a terminal, one line in so many milliseconds. */
const LINE_EVERY = 3000

/** Shows progress on stderr: a bar with rate and time left on a terminal, a line every few seconds elsewhere. */
export function progressReporter(stream: NodeJS.WriteStream = process.stderr): {
  report(progress: IndexProgress): void
  stop(): void
} {
  if (process.env[PROGRESS_LINES] === 'on') return lines(stream, 200, (progress) => JSON.stringify(progress))
  return stream.isTTY ? bars(stream) : lines(stream, LINE_EVERY, inWords)
}

function bars(stream: NodeJS.WriteStream): ReturnType<typeof progressReporter> {
  let step: string | undefined
  let bar: cliProgress.SingleBar | undefined
  return {
    report(progress) {
      if (progress.step !== step) {
        bar?.stop()
        step = progress.step
        bar = new cliProgress.SingleBar({
          stream,
          format: `${LABEL[progress.step].padEnd(10)} {bar} {value}${progress.total > 0 ? '/{total}' : ''}  {speed}/s  {eta_formatted} left`,
          formatValue: (value, _options, type) =>
            type === 'value' || type === 'total' ? value.toLocaleString('en') : String(value),
        })
        bar.start(progress.total, progress.done, { speed: 0 })
        started = performance.now()
      }
      const seconds = Math.max(0.001, (performance.now() - started) / 1000)
      if (progress.total === 0) bar?.setTotal(progress.done)
      bar?.update(progress.done, { speed: Math.round(progress.done / seconds).toLocaleString('en') })
    },
    stop: () => bar?.stop(),
  }
}
let started = 0

const inWords = ({ step, done, total }: IndexProgress): string =>
  `${LABEL[step]} ${done.toLocaleString('en')}${total > 0 ? ` of ${total.toLocaleString('en')}` : ''}`

function lines(
  stream: NodeJS.WriteStream,
  every: number,
  format: (progress: IndexProgress) => string,
): ReturnType<typeof progressReporter> {
  let last = performance.now()
  return {
    report(progress) {
      if (performance.now() - last < every) return
      last = performance.now()
      stream.write(`${format(progress)}\n`)
    },
    stop: () => undefined,
  }
}
