import { type Nearest, type Searcher, TOP } from './contender.js'
import { CONTENDERS } from './contenders.js'
import { cpuSeconds, type Timing, timed, warmUp, whileInserting } from './measure.js'
import { type PrepareOptions, prepare } from './prepare.js'
import type { Row } from './report.js'
import { type Query, type Truth, Workload } from './workload.js'

/** What a child process is asked to do. */
export type Task =
  | { phase: 'prepare'; options: PrepareOptions }
  | { phase: 'build' | 'serve'; contender: string; folder: string; scratch: string; budgetMs: number; insert: boolean }

/** Sent as soon as it is known, so that a process that is stopped has shown something. */
export type Part = Partial<Pick<Row, 'build' | 'loadMs' | 'rssMb' | 'search' | 'stages' | 'recall' | 'insert'>>

/** Capabilities a write. */
const INSERT_BATCH = 10

const send = (part: Part): Promise<void> =>
  new Promise((resolve, reject) => process.send!(part, (error: Error | null) => (error ? reject(error) : resolve())))

type Asked = Exclude<Task, { phase: 'prepare' }>

async function build({ contender, folder, scratch }: Asked): Promise<void> {
  const { build } = await CONTENDERS[contender]!()
  const cpuBefore = cpuSeconds()
  const started = performance.now()
  await build(new Workload(scratch), folder)
  const seconds = (performance.now() - started) / 1000
  const peakMb = process.resourceUsage().maxRSS / 1024
  await send({ build: { seconds, cpuSeconds: cpuSeconds() - cpuBefore, peakMb } })
}

async function serve({ contender, folder, scratch, budgetMs, insert }: Asked): Promise<void> {
  const { open } = await CONTENDERS[contender]!()
  const workload = new Workload(scratch)
  const { measured, unmeasured } = workload.queries()
  const searcher = await open(folder, workload)
  await searcher.search(measured[0]!)
  // the clock of a process starts with it
  await send({ loadMs: performance.now() })
  await warmUp(unmeasured, budgetMs, searcher.search)
  searcher.stages?.()
  const search = await timed(measured, budgetMs, searcher.search)
  await send({ search, stages: searcher.stages?.() })
  // not before the searches: a full collection throws compiled code away
  globalThis.gc?.()
  await send({ rssMb: process.memoryUsage().rss / 2 ** 20 })
  const recall = await recallOf(searcher, measured, workload.truth(), budgetMs)
  if (recall !== undefined) await send({ recall })
  if (insert) await send(await inserting(searcher, workload, search, budgetMs))
  await searcher.close?.()
}

async function inserting(
  { search, insert }: Searcher,
  workload: Workload,
  usual: Timing,
  budgetMs: number,
): Promise<Part> {
  if (!insert) return {}
  const batches = await workload.inserts(INSERT_BATCH)
  const queries = workload.queries().measured
  return { insert: await whileInserting({ queries, batches, usualMs: usual.meanMs, budgetMs, search, insert }) }
}

/** Mean share of the ten best found; what is exactly as near as the tenth is as good. */
async function recallOf(
  { nearest }: Searcher,
  queries: readonly Query[],
  truth: Truth,
  budgetMs: number,
): Promise<number | undefined> {
  if (!nearest) return undefined
  const shares: number[] = []
  await timed(queries.slice(0, truth.shared.length), budgetMs, async (query) => {
    const found: Nearest = await nearest(query)
    const right = new Set<string | number>((typeof found[0] === 'string' ? truth.own : truth.shared)[shares.length])
    const hits = [...found].filter((one) => right.has(one)).length
    shares.push(hits / Math.min(TOP, right.size))
  })
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}

process.once('message', (task: Task) => {
  const work = task.phase === 'prepare' ? prepare(task.options) : task.phase === 'build' ? build(task) : serve(task)
  work.then(
    () => process.exit(0),
    (error: Error) => {
      process.stderr.write(`${error.stack ?? error.message}\n`)
      process.exit(1)
    },
  )
})
