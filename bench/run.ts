import fs from 'node:fs'
import path from 'node:path'
import { writeCatalogue } from './catalogue.js'
import { CATALOGUE } from './contenders/matchgraph.js'
import { CONTENDERS } from './contenders.js'
import { measureHttp } from './http.js'
import { versionOf } from './peer.js'
import type { Row } from './report.js'
import { type Outcome, runChild } from './spawn.js'
import { type About, Workload } from './workload.js'

export interface RunOptions {
  /** Catalogue files. */
  catalogue: readonly string[]
  /** Capabilities: the first ones, or more by perturbed copies; all when unset. */
  size?: number
  queries?: string
  /** Queries measured. */
  count: number
  seed: number
  /** Which contenders, by key; matchgraph is always built, because its vectors are everybody's. */
  only: readonly string[]
  http: boolean
  insert: boolean
  /** Milliseconds for building, and for everything after it, a contender. */
  buildLimitMs: number
  serveLimitMs: number
  /** Milliseconds for the searches of one contender. */
  budgetMs: number
  /** No contender is begun after so many milliseconds. */
  totalMs: number
  scratch: string
  say(line: string): void
  /** Told what there is after every contender, so that a run that is stopped has left something. */
  keep?(measured: Measured): void
}

export interface Measured {
  about: About
  rows: Row[]
}

/** Measures one contender after the other, never two at once. */
export async function run(options: RunOptions): Promise<Measured> {
  const { scratch, say } = options
  const started = performance.now()
  const workload = new Workload(scratch)
  const own = isPrepared(options) ? undefined : await makeWorkload(options)
  const rows: Row[] = []
  const done = (row: Row) => {
    rows.push(row)
    say(`${row.name}: ${row.notes.join('; ') || 'done'}`)
    options.keep?.({ about: workload.about, rows })
  }
  for (const key of Object.keys(CONTENDERS).filter((one) => options.only.includes(one))) {
    const late = performance.now() - started > options.totalMs
    const one = key === 'matchgraph' && own ? own : await start(key, options, late)
    if (one.row.build) await serve(key, one, options)
    fs.rmSync(one.folder, { recursive: true, force: true })
    done(one.row)
    if (key === 'matchgraph' && options.http) done(await measureHttp(`${one.folder}-http`, workload, options.budgetMs))
  }
  return { about: workload.about, rows }
}

/** A scratch folder of an earlier run has what the others need; matchgraph is measured with what it makes of it itself. */
const isPrepared = ({ scratch, only }: RunOptions): boolean =>
  !only.includes('matchgraph') && fs.existsSync(path.join(scratch, 'about.json'))

/** matchgraph's index, and from it what everybody reads. */
async function makeWorkload(options: RunOptions): Promise<Started> {
  const { scratch, say } = options
  const written = await writeCatalogue(options.catalogue, path.join(scratch, CATALOGUE), options.size, options.seed)
  say(`${written.toLocaleString('en')} capabilities`)
  const own = await start('matchgraph', options)
  if (!own.row.build) throw new Error(`matchgraph: ${own.row.notes.join('; ')}`)
  await prepared(options, own.folder)
  // what serving writes must not reach the next one that opens the home
  if (options.http) fs.cpSync(own.folder, `${own.folder}-http`, { recursive: true })
  return own
}

async function prepared({ queries, count, seed, scratch, serveLimitMs }: RunOptions, home: string): Promise<void> {
  const options = { home, folder: scratch, queries, count, seed }
  const { fault } = await runChild({ phase: 'prepare', options }, serveLimitMs * 4)
  if (fault) throw new Error(fault)
}

interface Started {
  row: Row
  folder: string
}

async function start(key: string, options: RunOptions, late = false): Promise<Started> {
  const { name, kind, how, packages, nodeOptions } = await CONTENDERS[key]!()
  const folder = path.join(options.scratch, key)
  fs.mkdirSync(folder, { recursive: true })
  const versions = Object.fromEntries(packages.map((one) => [one, versionOf(one) ?? 'not installed']))
  const row: Row = { name, kind, how, versions, notes: late ? ['left out, because the time of the run was over'] : [] }
  if (late) return { row, folder }
  const { scratch, budgetMs, insert } = options
  const task = { phase: 'build' as const, contender: key, folder, scratch, budgetMs, insert }
  take(row, await runChild(task, options.buildLimitMs, nodeOptions))
  if (row.build) row.diskMb = sizeOf(folder) / 2 ** 20
  return { row, folder }
}

async function serve(key: string, { row, folder }: Started, options: RunOptions): Promise<void> {
  const { nodeOptions } = await CONTENDERS[key]!()
  const { scratch, budgetMs, insert } = options
  const task = { phase: 'serve' as const, contender: key, folder, scratch, budgetMs, insert }
  take(row, await runChild(task, options.serveLimitMs, nodeOptions))
}

function take(row: Row, { parts, fault }: Outcome): void {
  Object.assign(row, parts)
  if (fault) row.notes.push(fault)
}

function sizeOf(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .reduce((sum, one) => sum + fs.statSync(path.join(one.parentPath, one.name)).size, 0)
}
