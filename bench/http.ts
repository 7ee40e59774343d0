import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ToolRecord } from '../src/core/catalogue.js'
import { CATALOGUE } from './contenders/matchgraph.js'
import { timed, warmUp, whileInserting, whileReindexing } from './measure.js'
import { peer } from './peer.js'
import { recordOf } from './record.js'
import type { Row } from './report.js'
import { foreignSettings } from './spawn.js'
import type { Query, Workload } from './workload.js'

interface Autocannon {
  default(options: {
    url: string
    connections: number
    duration: number
    requests: { path: string }[]
  }): Promise<{ requests: { average: number }; non2xx: number; errors: number }>
}

const CLI = fileURLToPath(new URL('../src/cli.js', import.meta.url))
const CONNECTIONS = 32
/** At most so many seconds of load. */
const LOAD_SECONDS = 8
/** Capabilities a PUT. */
const INSERT_BATCH = 10
/** Ticks a second of /proc (sysconf(_SC_CLK_TCK), 100 on every Linux that Node runs on). */
const TICKS = 100

/** Everything that a client of the server sees, measured from outside. */
export async function measureHttp(home: string, workload: Workload, budgetMs: number): Promise<Row> {
  const row: Row = {
    name: 'matchgraph over HTTP',
    kind: 'hybrid',
    how: 'matchgraph serve, GET /api/v1/search and PUT /api/v1/tools, the client on the same machine',
    versions: {},
    notes: [],
  }
  const { measured, unmeasured } = workload.queries()
  const started = performance.now()
  const server = await start(home)
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 })
  const search = ({ text }: Query) => request(agent, 'GET', server.base + pathOf(text))
  try {
    await search(measured[0]!)
    row.loadMs = performance.now() - started
    await warmUp(unmeasured, budgetMs, search)
    row.rssMb = residentMb(server.child.pid!)
    row.search = await timed(measured, budgetMs, search, () => cpuSecondsOf(server.child.pid!))
    const seconds = Math.min(LOAD_SECONDS, Math.ceil(budgetMs / 1000))
    row.perSecond32 = await underLoad(server.base, measured, seconds, row.notes)
    row.insert = await whileInserting({
      queries: measured,
      batches: await workload.inserts(INSERT_BATCH),
      usualMs: row.search.meanMs,
      budgetMs,
      search,
      insert: (entries) => {
        const { slug, ...record } = recordOf(entries)
        return request(agent, 'PUT', `${server.base}/api/v1/tools/${slug}`, record)
      },
    })
    const changed = changedCatalogue(workload)
    row.reindex = await whileReindexing(measured, search, () => reindex(home, server.base, changed))
  } finally {
    agent.destroy()
    server.child.kill('SIGTERM')
    await once(server.child, 'close')
  }
  return row
}

const pathOf = (text: string) => `/api/v1/search?q=${encodeURIComponent(text)}`

async function underLoad(
  base: string,
  queries: readonly Query[],
  duration: number,
  notes: string[],
): Promise<number | undefined> {
  try {
    const { default: autocannon } = await peer<Autocannon>('autocannon')
    const requests = queries.map(({ text }) => ({ path: pathOf(text) }))
    const result = await autocannon({ url: base, connections: CONNECTIONS, duration, requests })
    if (result.non2xx + result.errors > 0) notes.push(`${result.non2xx + result.errors} requests failed under load`)
    return result.requests.average
  } catch (error) {
    notes.push((error as Error).message)
    return undefined
  }
}

/** Indexes a catalogue, as another process does, and waits until the server has taken it up. */
async function reindex(home: string, base: string, catalogue: string): Promise<void> {
  const before = await generationOf(base)
  const args = [CLI, 'index', '--full', '--catalogue', catalogue, '--home', home]
  const child = spawn(process.execPath, args, { env: foreignSettings(), stdio: 'ignore' })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`index exited ${code}`)
  while ((await generationOf(base)) === before) await sleep(50)
}

/** The catalogue with every text changed. */
function changedCatalogue({ folder }: Workload): string {
  const file = path.join(folder, 'changed.jsonl')
  const lines = fs.readFileSync(path.join(folder, CATALOGUE), 'utf8').split('\n').filter(Boolean)
  const changed = lines.map((line) => {
    const record = JSON.parse(line) as ToolRecord
    const capabilities = record.capabilities.map((one) => ({ ...one, description: `${one.description} Changed.` }))
    return JSON.stringify({ ...record, capabilities })
  })
  fs.writeFileSync(file, changed.join('\n'))
  return file
}

async function generationOf(base: string): Promise<number> {
  const response = await fetch(`${base}/api/v1/search?q=x&limit=1`)
  return ((await response.json()) as { generation: number }).generation
}

async function start(home: string): Promise<{ child: ChildProcess; base: string }> {
  const child = spawn(process.execPath, [CLI, 'serve', '--home', home, '--port', '0'], {
    env: { ...foreignSettings(), MATCHGRAPH_LOG: 'error' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let out = ''
    let err = ''
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.stdout.on('data', (chunk) => {
      out += chunk
      const base = /listens on (\S+)/.exec(out)?.[1]
      if (base) resolve({ child, base })
    })
    child.on('close', (code) => reject(new Error(`serve exited ${code}: ${err.slice(-500)}`)))
  })
}

function request(agent: http.Agent, method: string, url: string, body?: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = http.request(url, { agent, method, headers }, (response) => {
      response.resume()
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${method} ${url}: ${response.statusCode}`)),
      )
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function cpuSecondsOf(pid: number): number {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}
