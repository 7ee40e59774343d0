import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ROOT, run, serve, start } from '../support/cli.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'

/** A few in every run; KILLS=100 with KILLS_SEED=1 and 2 for the table in docs/operating.md. */
const KILLS = Number(process.env.KILLS ?? 5)
const SEED = Number(process.env.KILLS_SEED ?? 20261130)
const CLIENTS = 8
const NEED = 'send mail about documents'
const FAULTS = ['serve', 'index', 'import', 'replay', 'backup'] as const
type Fault = (typeof FAULTS)[number]

let folder: string
let remove: () => void
let home: string
let catalogue: string
beforeEach(() => {
  ;({ folder, remove } = tempFolder())
  home = path.join(folder, 'home')
  catalogue = path.join(folder, 'catalogue.jsonl')
  const tools = Array.from({ length: 40 }, (_, i) =>
    SMALL_CATALOGUE.map(({ capabilities, ...tool }) => ({
      ...tool,
      slug: `${tool.slug}-${i}`,
      capabilities: capabilities.map(({ id: _id, ...one }) => ({
        ...one,
        description: `${one.description} No. ${i}.`,
      })),
    })),
  ).flat()
  fs.writeFileSync(catalogue, tools.map((tool) => JSON.stringify(tool)).join('\n'))
})
afterEach(() => remove())

const env = { MATCHGRAPH_RATE_LIMIT: 'off', MATCHGRAPH_CLIENT_KEYS: 'one' }
const headers = { 'content-type': 'application/json', authorization: 'Bearer one' }

/** Clients that search and report, and what they were told: which matches are recorded, and which they do not know of. */
class Load {
  /** Match ids by token, as acknowledged. */
  readonly acknowledged = new Map<string, string>()
  /** Tokens whose report was not answered, and tokens that were only shown. */
  private open: string[] = []
  private running: Promise<void>[] = []
  private stopped = false

  /** Asks for what is not known to be recorded once more, as a client does that had no answer. */
  async settle(base: string): Promise<void> {
    const open = this.open
    this.open = []
    for (const token of open) await this.report(base, token)
    expect(this.open, 'reports that were still refused').toEqual([])
  }

  begin(base: string): void {
    this.stopped = false
    this.running = Array.from({ length: CLIENTS }, async () => {
      while (!this.stopped) {
        const query = new URLSearchParams({ q: NEED, cut: 'off' })
        const answer = await fetch(`${base}/api/v1/search?${query}`, { headers }).catch(() => undefined)
        const found = answer?.ok ? await answer.json().catch(() => undefined) : undefined
        if (!found) await sleep(20)
        else {
          const [first, second] = (found as { results: { token: string }[] }).results
          await this.report(base, first!.token)
          // some are reported on only later, maybe to another process than the one that showed them
          if (this.acknowledged.size % 4 === 0) this.open.push(second!.token)
        }
      }
    })
  }

  async end(): Promise<void> {
    this.stopped = true
    await Promise.all(this.running)
  }

  private async report(base: string, token: string): Promise<void> {
    this.open.push(token)
    const body = JSON.stringify({ token, outcome: 'selected' })
    const answer = await fetch(`${base}/api/v1/matches`, { method: 'POST', headers, body }).catch(() => undefined)
    if (answer?.status !== 200 && answer?.status !== 201) return
    const { matchId } = (await answer.json().catch(() => ({}))) as { matchId?: string }
    if (!matchId) return
    this.open.splice(this.open.indexOf(token), 1)
    this.acknowledged.set(token, matchId)
  }
}

/** The match log as it lies on disk, read beside whoever has it open. */
function recorded(): { integrity: unknown; ids: string[] } {
  const db = new Database(path.join(home, 'matchgraph.db'), { readonly: true })
  try {
    const integrity = db.pragma('integrity_check', { simple: true })
    return { integrity, ids: db.prepare<[], string>("SELECT id FROM event WHERE kind = 'match'").pluck().all() }
  } finally {
    db.close()
  }
}

/**
 * How long each command takes when it is left alone, milliseconds: learnt at first, then kept so that few end before they are killed.
 * Kills are spread over that time.
 */
const usual: Record<Fault, number> = { serve: 700, index: 0, import: 0, replay: 0, backup: 0 }

/** Starts a command and kills it after `share` of the time it usually takes; whether it had not ended by then. */
async function killed(fault: Fault, share: number, args: string[]): Promise<boolean> {
  if (usual[fault] === 0) {
    const begun = performance.now()
    expect((await run([...args, '--home', home])).code).toBe(0)
    usual[fault] = performance.now() - begun
    fs.rmSync(path.join(folder, 'copy.db'), { force: true })
  }
  const begun = performance.now()
  const { child, done } = start([...args, '--home', home])
  const wait = sleep(share * usual[fault])
  const ended = await Promise.race([done.then(() => true), wait.then(() => false)])
  if (ended) usual[fault] = Math.min(usual[fault], performance.now() - begun)
  else usual[fault] *= 1.1
  child.kill('SIGKILL')
  const { code, stderr } = await done
  if (ended) expect(code, stderr).toBe(0)
  return !ended
}

interface Row {
  kills: number
  beforeEnd: number
  milliseconds: number[]
}

it(`after each of ${KILLS} kills every acknowledged match is there once, the database is sound and the server answers`, async () => {
  const rows = Object.fromEntries(
    FAULTS.map((fault) => [fault, { kills: 0, beforeEnd: 0, milliseconds: [] }]),
  ) as unknown as Record<Fault, Row>
  const shares = fc.sample(fc.double({ min: 0.2, max: 1, noNaN: true }), { seed: SEED, numRuns: KILLS })
  expect((await run(['index', '--catalogue', catalogue, '--home', home])).code).toBe(0)
  const openapi = path.join(ROOT, 'test/fixtures/openapi/readme-3.1.json')
  const imported = path.join(folder, 'imported.jsonl')
  expect((await run(['import', 'openapi', openapi, '--out', imported])).code).toBe(0)
  const whole = fs.readFileSync(imported, 'utf8')
  const load = new Load()
  let server = await serve(home, env)
  const begun = performance.now()

  const faults: Record<Fault, (share: number) => Promise<boolean>> = {
    serve: async (share) => {
      await sleep(share * usual.serve)
      server.child.kill('SIGKILL')
      await server.done
      // what is derived may have been cut by the same fault
      const index = path.join(home, 'index')
      const [file] = fs.readdirSync(index).filter((name) => !name.startsWith('manifest'))
      if (share > 0.6 && file) fs.truncateSync(path.join(index, file), Math.floor(share * 1000))
      return true
    },
    index: (share) => killed('index', share, ['index', '--full', '--catalogue', catalogue]),
    import: async (share) => {
      const cut = await killed('import', share, ['import', 'openapi', openapi, '--out', imported])
      expect(fs.readFileSync(imported, 'utf8')).toBe(whole)
      return cut
    },
    replay: async (share) => {
      await load.end()
      server.child.kill('SIGTERM')
      expect((await server.done).code).toBe(0)
      return killed('replay', share, ['replay'])
    },
    backup: async (share) => {
      const copy = path.join(folder, 'copy.db')
      fs.rmSync(copy, { force: true })
      const cut = await killed('backup', share, ['backup', copy])
      // what has the name of a backup is one
      if (fs.existsSync(copy)) expect(new Database(copy).pragma('integrity_check', { simple: true })).toBe('ok')
      return cut
    },
  }

  for (const [round, share] of shares.entries()) {
    const fault = FAULTS[round % FAULTS.length]!
    load.begin(server.base)
    const beforeEnd = await faults[fault](share)
    await load.end()
    if (server.child.exitCode !== null || server.child.signalCode !== null) server = await serve(home, env)
    const asked = performance.now()
    const answer = (await (await fetch(`${server.base}/api/v1/search?q=scanned+pdf+tables`)).json()) as any
    expect(answer.results[0].capability.name, fault).toBe('Extracting tables from scanned PDF pages')
    rows[fault].milliseconds.push(performance.now() - asked)
    await load.settle(server.base)
    const { integrity, ids } = recorded()
    expect(integrity, fault).toBe('ok')
    // none is missing, none is there twice, and none that nobody sent
    expect([...ids].sort(), fault).toEqual([...load.acknowledged.values()].sort())
    rows[fault].kills++
    rows[fault].beforeEnd += Number(beforeEnd)
  }

  server.child.kill('SIGTERM')
  expect((await server.done).code).toBe(0)
  expect((await run(['index', '--full', '--catalogue', catalogue, '--home', home])).code).toBe(0)
  expect(JSON.parse((await run(['replay', '--home', home, '--json'])).stdout).identical).toBe(true)
  const { code, stdout } = await run(['doctor', '--home', home])
  expect(code, stdout).toBe(0)
  expect(load.acknowledged.size).toBeGreaterThan(KILLS)
  const line = (fault: Fault, { kills, beforeEnd, milliseconds }: Row): string =>
    `| ${fault} | ${kills} | ${beforeEnd} | ${Math.max(...milliseconds, 0).toFixed(0)} ms | 0 |`
  console.log(
    [
      '| killed | times | before it ended | slowest first answer after | matches lost or doubled |',
      '|---|---|---|---|---|',
      ...FAULTS.map((fault) => line(fault, rows[fault])),
      `${load.acknowledged.size} matches acknowledged, ${((performance.now() - begun) / 1000).toFixed(0)} s`,
    ].join('\n'),
  )
}, 3_600_000)
