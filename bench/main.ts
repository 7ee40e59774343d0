import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { dataFolder } from '../src/commands/open.js'
import { CONTENDERS } from './contenders.js'
import { grow } from './growth.js'
import { PEERS } from './peer.js'
import { type Findings, findingsOf, growthFindings, publish, write } from './publish.js'
import type { GrowthReport, Report } from './report.js'
import { type Measured, type RunOptions, run } from './run.js'

interface Options {
  catalogue: string[]
  size?: string
  queries?: string
  count: string
  seed: string
  only: string
  http: boolean
  insert: boolean
  growth?: string
  buildLimit: string
  limit: string
  budget: string
  total: string
  scratch?: string
  out: string
  publish?: boolean
  from?: string
  add?: string
  install: boolean
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

function program(): Command {
  const all = Object.keys(CONTENDERS).join(',')
  return new Command('bench')
    .description(
      'measures matchgraph beside other libraries: the same capabilities, vectors and queries, one process after the other',
    )
    .option('--catalogue <path...>', 'catalogue files', [path.join(dataFolder(), 'catalogue')])
    .option('--size <n>', 'capabilities: the first n, or more by perturbed copies (default: all there are)')
    .option('--queries <file>', 'questions, .jsonl or .tsv (default: the intents of the catalogue)')
    .option('--count <n>', 'questions measured', '500')
    .option('--seed <n>', 'decides which questions', '1')
    .option('--only <names>', 'which ones, comma separated', all)
    .option('--no-http', 'leave the server out')
    .option('--no-insert', 'leave inserting out')
    .option('--growth <sizes>', 'instead: matchgraph alone at these sizes, comma separated')
    .option('--build-limit <s>', 'seconds a build may take', '600')
    .option('--limit <s>', 'seconds everything after the build may take', '120')
    .option('--budget <s>', 'seconds of searches; slow ones get fewer queries', '10')
    .option('--total <s>', 'seconds after which no contender is begun', '1800')
    .option('--scratch <dir>', 'folder for indexes and vectors (default: a temporary one, removed at the end)')
    .option('--out <dir>', 'folder for results', path.join(PEERS, 'results'))
    .option('--publish', 'keep the result in bench/published and put its table into README.md')
    .option('--from <file>', 'print or publish a result measured before, without measuring')
    .option('--add <file>', 'keep the rows of an earlier result with the same --scratch')
    .option('--no-install', 'measure what is installed; by default missing peers are installed first')
}

async function main(options: Options): Promise<void> {
  const findings = options.from ? earlier(options.from) : await measure(options)
  write(findings, options.out)
  if (options.publish) publish(findings)
  process.stdout.write(`${findings.markdown}\n`)
}

function earlier(file: string): Findings {
  const report = JSON.parse(fs.readFileSync(file, 'utf8')) as Report | GrowthReport
  return 'points' in report ? growthFindings(report) : findingsOf(report)
}

async function measure(options: Options): Promise<Findings> {
  if (options.install && !options.growth && !fs.existsSync(path.join(PEERS, 'node_modules'))) install()
  const scratch = options.scratch ?? fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-bench-'))
  fs.mkdirSync(scratch, { recursive: true })
  const about = () => ({ command: commandLine(), date: new Date().toISOString().slice(0, 10), machine: machine() })
  try {
    if (options.growth) {
      const sizes = options.growth.split(',').map(Number)
      const { points, notes } = await grow(sizes, (size) => runOptions(options, path.join(scratch, String(size))))
      return growthFindings({ ...about(), points, notes })
    }
    const catalogue = options.catalogue.map((file) => path.basename(file)).join(', ')
    const asked = options.queries ? options.queries.split('/').slice(-2).join('/') : 'intents of the catalogue'
    const earlier = options.add ? (JSON.parse(fs.readFileSync(options.add, 'utf8')) as Report) : undefined
    const found = (measured: Measured) => {
      const report = { ...about(), workload: { ...measured.about, catalogue, asked }, rows: measured.rows }
      return findingsOf(earlier ? added(earlier, report) : report)
    }
    const keep = (measured: Measured) => write(found(measured), options.out)
    return found(await run({ ...runOptions(options, scratch), keep }))
  } finally {
    if (!options.scratch) fs.rmSync(scratch, { recursive: true, force: true })
  }
}

/** What was measured anew takes the place of what was there. */
function added(earlier: Report, { rows, command, ...rest }: Report): Report {
  const before = earlier.rows.filter(({ name }) => rows.every((row) => row.name !== name))
  return { ...rest, command: `${earlier.command} && ${command}`, rows: [...before, ...rows] }
}

function runOptions(options: Options, scratch: string): RunOptions {
  fs.mkdirSync(scratch, { recursive: true })
  const { catalogue, queries, http, insert } = options
  const only = options.only.split(',')
  const unknown = only.filter((one) => !(one in CONTENDERS))
  if (unknown.length > 0)
    throw new Error(`--only: ${unknown.join(', ')} is none of ${Object.keys(CONTENDERS).join(', ')}`)
  return {
    catalogue,
    size: options.size === undefined ? undefined : Number(options.size),
    queries,
    count: Number(options.count),
    seed: Number(options.seed),
    only,
    http: http && only.includes('matchgraph'),
    insert,
    buildLimitMs: Number(options.buildLimit) * 1000,
    serveLimitMs: Number(options.limit) * 1000,
    budgetMs: Number(options.budget) * 1000,
    totalMs: Number(options.total) * 1000,
    scratch,
    say,
  }
}

function install(): void {
  say('Installing the peers (npm ci --prefix bench) …')
  const { status } = spawnSync('npm', ['ci', '--prefix', PEERS, '--no-audit', '--no-fund'], { stdio: ['ignore', 2, 2] })
  if (status !== 0) say('Some peers could not be installed; their rows will say so.')
}

/** What to type to have it again. */
function commandLine(): string {
  const words = process.argv
    .slice(2)
    .filter((one, i, all) => !/^--(out|scratch|add)$/.test(all[i - 1] ?? one) && !/^--(out|scratch|add)$/.test(one))
  return `npm run bench${words.length > 0 ? ` -- ${words.join(' ')}` : ''}`
}

function machine(): Report['machine'] {
  const cpus = os.cpus()
  return {
    cpu: cpus[0]!.model
      .replace(/\(R\)|\(TM\)|CPU|Processor|@.*$/g, '')
      .replace(/\s+/g, ' ')
      .trim(),
    cores: cpus.length,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    node: process.versions.node,
    load: os.loadavg()[2]!,
  }
}

main(program().parse().opts<Options>()).catch((error: Error) => {
  say(error.message)
  process.exit(1)
})
