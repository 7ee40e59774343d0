import fs from 'node:fs'
import type { Command } from 'commander'
import { AppError } from '../core/errors.js'
import {
  bootstrapInterval,
  type Interval,
  METRICS,
  meanOf,
  pairedDifference,
  type QueryMetrics,
} from '../core/metrics.js'
import { type CommonOptions, common, print, settingsOf, usageError } from './command.js'
import { type Asked, type Exam, sitExam } from './eval-run.js'
import { loadSet, loadShipped } from './eval-sets.js'

interface EvalOptions extends CommonOptions {
  mode?: string
  gate?: string
  save?: string
}

const MODES = ['hybrid', 'semantic', 'keyword'] as const
type Mode = (typeof MODES)[number]

/** One row of figures: a set, or a kind of question within it. */
interface Row {
  set: string
  kind: string
  questions: number
  ndcg: Interval
  recall: Interval
  mrr: Interval
  hit1: Interval
  hit3: number
}

export function register(program: Command): void {
  common(
    program
      .command('eval [dirs...]')
      .description(
        'measure search on query sets (tools.jsonl, capabilities.jsonl, queries.jsonl, qrels.tsv), or on the exam of the shipped catalogue',
      )
      .option('--mode <mode>', 'hybrid (default), semantic or keyword')
      .option('--save <file>', 'keep every question’s nDCG@10, to compare a later run with')
      .option(
        '--gate <file>',
        'fail when nDCG@10 is worse than in that file, beyond the 95 % interval of the paired difference',
      ),
  ).action(async (dirs: string[], options: EvalOptions) => {
    const mode = (options.mode ?? 'hybrid') as Mode
    if (!MODES.includes(mode)) throw usageError(`--mode must be one of ${MODES.join(', ')}.`)
    const exams = dirs.length > 0 ? dirs.map(loadSet) : [loadShipped()]
    const settings = settingsOf(options)
    const results: { exam: Exam; asked: Asked[] }[] = []
    for (const exam of exams) results.push({ exam, asked: await sitExam(exam, mode, settings) })
    const rows = results.flatMap(({ exam, asked }) => rowsOf(exam.name, asked))
    const unserved = results.flatMap(({ exam, asked }) => unservedOf(exam.name, asked))
    const scores = Object.fromEntries(results.map(({ exam, asked }) => [exam.name, scoresOf(asked)]))
    if (options.save) fs.writeFileSync(options.save, `${JSON.stringify(scores)}\n`)
    const gate = options.gate ? compare(options.gate, scores) : undefined
    print(options, { mode, rows, unserved, ...(gate && { gate }) }, () => table(mode, rows, unserved, gate))
    const worse = gate?.filter(({ difference }) => difference.high < 0) ?? []
    if (worse.length > 0)
      throw new AppError('conflict', `Worse beyond the interval: ${worse.map((one) => one.set).join(', ')}.`)
  })
}

const served = (asked: readonly Asked[]) => asked.filter(({ question }) => question.judgements.size > 0)

function rowsOf(set: string, asked: readonly Asked[]): Row[] {
  const right = served(asked)
  const kinds = [...new Set(right.map(({ question }) => question.kind))]
  const row = (kind: string, some: readonly Asked[]): Row => {
    const interval = (metric: keyof QueryMetrics) => bootstrapInterval(some.map(({ metrics }) => metrics[metric]))
    const [ndcg, recall, mrr, hit1] = METRICS.map(interval) as [Interval, Interval, Interval, Interval]
    return { set, kind, questions: some.length, ndcg, recall, mrr, hit1, hit3: meanOf(some.map(({ hit3 }) => hit3)) }
  }
  return [
    row('all', right),
    ...(kinds.length > 1
      ? kinds.map((kind) =>
          row(
            kind,
            right.filter(({ question }) => question.kind === kind),
          ),
        )
      : []),
  ]
}

/** Questions that nothing serves, and what was answered. */
function unservedOf(
  set: string,
  asked: readonly Asked[],
): { set: string; questions: number; none: number; weak: number; match: number }[] {
  const none = asked.filter(({ question }) => question.judgements.size === 0)
  if (none.length === 0) return []
  const share = (answer: string) => none.filter((one) => one.answer === answer).length / none.length
  return [{ set, questions: none.length, none: share('none'), weak: share('weak'), match: share('match') }]
}

const scoresOf = (asked: readonly Asked[]): Record<string, number> =>
  Object.fromEntries(served(asked).map(({ question, metrics }) => [question.id, Math.round(metrics.ndcg * 1e4) / 1e4]))

function compare(
  file: string,
  scores: Record<string, Record<string, number>>,
): { set: string; difference: Interval }[] {
  if (!fs.existsSync(file)) throw new AppError('not-found', `${file} is missing. Make it with --save.`)
  const before = JSON.parse(fs.readFileSync(file, 'utf8')) as typeof scores
  return Object.entries(scores).flatMap(([set, after]) => {
    const ids = Object.keys(after).filter((id) => before[set]?.[id] !== undefined)
    if (ids.length === 0) return []
    const difference = pairedDifference(
      ids.map((id) => before[set]![id]!),
      ids.map((id) => after[id]!),
    )
    return [{ set, difference }]
  })
}

const figure = (x: number) => x.toFixed(3).replace(/^(-?)0/, '$1')
const cell = ({ mean, low, high }: Interval) => `${figure(mean)} [${figure(low)}, ${figure(high)}]`

function table(
  mode: Mode,
  rows: readonly Row[],
  unserved: ReturnType<typeof unservedOf>,
  gate: ReturnType<typeof compare> | undefined,
): string {
  const head = ['set', 'kind', 'questions', 'nDCG@10', 'Recall@10', 'MRR@10', 'hit@1', 'hit@3']
  const body = rows.map((r) => [
    r.set,
    r.kind,
    String(r.questions),
    cell(r.ndcg),
    cell(r.recall),
    cell(r.mrr),
    cell(r.hit1),
    figure(r.hit3),
  ])
  const widths = head.map((_, i) => Math.max(...[head, ...body].map((line) => line[i]!.length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((text, i) => text.padEnd(widths[i]!))
      .join('  ')
      .trimEnd()
  const percent = (x: number) => `${(x * 100).toFixed(0)} %`
  return [
    `mode ${mode}; means with 95 % bootstrap intervals`,
    line(head),
    ...body.map(line),
    ...unserved.map(
      (u) =>
        `${u.set}: ${u.questions} questions that nothing serves are answered none ${percent(u.none)}, weak ${percent(u.weak)}, match ${percent(u.match)}`,
    ),
    ...(gate ?? []).map(({ set, difference }) => `${set}: nDCG@10 against the saved run ${cell(difference)}`),
  ].join('\n')
}
