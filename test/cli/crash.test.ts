import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run, serve } from '../support/cli.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'

let folder: string
let remove: () => void
let home: string
beforeEach(async () => {
  ;({ folder, remove } = tempFolder())
  home = path.join(folder, 'home')
  const file = path.join(folder, 'catalogue.jsonl')
  fs.writeFileSync(file, SMALL_CATALOGUE.map((record) => JSON.stringify(record)).join('\n'))
  expect((await run(['index', '--catalogue', file, '--home', home])).code).toBe(0)
})
afterEach(() => remove())

const env = { MATCHGRAPH_RATE_LIMIT: 'off', MATCHGRAPH_CLIENT_KEYS: 'one' }
const headers = { 'content-type': 'application/json', authorization: 'Bearer one' }
const search = async (base: string, q: string): Promise<{ token: string }[]> =>
  (await (await fetch(`${base}/api/v1/search?${new URLSearchParams({ q, cut: 'off' })}`)).json()).results
const report = async (base: string, token: string) => {
  const body = JSON.stringify({ token, outcome: 'selected' })
  const response = await fetch(`${base}/api/v1/matches`, { method: 'POST', headers, body })
  return { status: response.status, body: await response.json() }
}

/** KILLS=10 kills ten times; every run three times. */
const KILLS = Number(process.env.KILLS ?? 3)

describe('a killed server', () => {
  it('has every acknowledged match exactly once, and its tokens are still good', async () => {
    const acknowledged = new Map<string, string>()
    let unused: string[] = []
    for (let round = 0; round < KILLS; round++) {
      const { base, child, done } = await serve(home, env)
      // what was acknowledged before the kill is there, once; what was only shown can still be reported on
      for (const [token, id] of acknowledged) {
        expect(await report(base, token)).toMatchObject({ status: 200, body: { status: 'duplicate', matchId: id } })
      }
      for (const token of unused) expect((await report(base, token)).status).toBe(201)
      unused = []
      let running = true
      const client = async (): Promise<void> => {
        while (running) {
          try {
            const [first, second] = await search(base, 'send mail about documents')
            unused.push(second!.token)
            const { status, body } = await report(base, first!.token)
            if (status === 201) acknowledged.set(first!.token, body.matchId)
          } catch {
            // the server is gone
          }
        }
      }
      const clients = Array.from({ length: 8 }, client)
      while (acknowledged.size < 15 * (round + 1)) await sleep(5)
      child.kill('SIGKILL')
      await done
      running = false
      await Promise.all(clients)
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(15 * KILLS)
    const replay = await run(['replay', '--home', home, '--json'])
    expect(JSON.parse(replay.stdout).identical).toBe(true)
  }, 600_000)
})

describe('matchgraph rank and replay', () => {
  it('print for people and as JSON', async () => {
    const board = await run(['rank', '--home', home])
    expect(board.code).toBe(0)
    expect(board.stdout).toMatch(/1 +\d+\.\d +\(\d.* to .*\) +\w+/)
    const one = await run(['rank', 'papermill', '--home', home])
    expect(one.stdout).toMatch(/matchGraph .*no data/)
    expect(JSON.parse((await run(['rank', 'papermill', '--home', home, '--json'])).stdout).slug).toBe('papermill')
    const missing = await run(['rank', 'papermil', '--home', home])
    expect(missing.code).toBe(1)
    expect(missing.stderr).toContain('papermill')
    const replay = await run(['replay', '--home', home])
    expect(replay.stdout).toMatch(/Rebuilt from \d+ events: identical/)
  })
})
