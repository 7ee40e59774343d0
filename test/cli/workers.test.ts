import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, serve } from '../support/cli.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'

const { folder, remove } = tempFolder()
const home = path.join(folder, 'home')
const KEY = { authorization: 'Bearer admin' }
const record = (slug: string, what: string) => ({
  slug,
  name: slug,
  type: 'api',
  description: `Something that ${what}`,
  capabilities: [{ name: what, description: `${what}, over an API` }],
})

/** Children of a process, as Linux knows them. */
const childrenOf = (pid: number): number[] =>
  fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

describe('a server with two searching processes', () => {
  let node: Awaited<ReturnType<typeof serve>>
  /** On a connection of its own, which any of the processes may get. */
  const ask = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(`${node.base}${url}`, {
      ...init,
      headers: { ...KEY, connection: 'close', ...(init.body ? { 'content-type': 'application/json' } : {}) },
    })
    const text = await response.text()
    return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as any) : text }
  }
  const search = async (q: string) =>
    (await ask(`/api/v1/search?explore=off&cut=off&q=${encodeURIComponent(q)}`)).body.results as any[]
  /** Asks until eight answers in a row are so: each process has its turn. */
  const everywhere = async (so: () => Promise<boolean>): Promise<void> => {
    for (let row = 0; row < 8; row = (await so()) ? row + 1 : 0) if (row === 0) await sleep(20)
  }

  beforeAll(async () => {
    const file = path.join(folder, 'catalogue.jsonl')
    fs.writeFileSync(file, SMALL_CATALOGUE.map((one) => JSON.stringify(one)).join('\n'))
    expect((await run(['index', '--catalogue', file, '--home', home])).code).toBe(0)
    const env = { MATCHGRAPH_ADMIN_KEYS: 'admin', MATCHGRAPH_RATE_LIMIT: '1000/h', MATCHGRAPH_TRUST_PROXY: 'on' }
    node = await serve(home, { ...env, MATCHGRAPH_TEST_CLOCK: 'on' }, ['--workers', '2'])
    while (childrenOf(node.child.pid!).length < 2) await sleep(20)
  })
  afterAll(async () => {
    node.child.kill('SIGTERM')
    expect((await node.done).code).toBe(0)
    remove()
  })

  it('shows what was put to everybody, and at once to whoever put it', async () => {
    const put = await ask('/api/v1/tools/kite-builder', {
      method: 'PUT',
      body: JSON.stringify(record('kite-builder', 'builds paper kites')),
    })
    expect(put.status).toBe(200)
    await everywhere(async () => (await search('builds paper kites'))[0]?.tool.slug === 'kite-builder')
    expect((await ask('/api/v1/tools/kite-builder', { method: 'DELETE' })).status).toBe(200)
    await everywhere(async () => (await search('builds paper kites')).every((r) => r.tool.slug !== 'kite-builder'))
    expect((await ask('/api/v1/tools/kite-builder', { method: 'DELETE' })).body).toMatchObject({ code: 'not-found' })
  })

  it('takes a match on any process for a result that any showed, and counts it once, everywhere', async () => {
    const q = 'numbers out of a scanned report'
    const results = await Promise.all(Array.from({ length: 4 }, () => search(q)))
    const id = results[0]![0].capability.id
    for (const [i, [first]] of results.entries()) {
      const body = JSON.stringify({ token: first.token, outcome: 'selected', idempotencyKey: `m${i}` })
      const { status, body: answer } = await ask('/api/v1/matches', { method: 'POST', body })
      expect([status, answer.status]).toEqual([201, i === 0 ? 'recorded' : expect.stringMatching(/recorded|capped/)])
      expect(await ask('/api/v1/matches', { method: 'POST', body })).toMatchObject({ body: { status: 'duplicate' } })
    }
    const times = async () => (await search(q)).find((r) => r.capability.id === id)?.evidence.timesMatched
    const counted = await times()
    expect(counted).toBeGreaterThan(0)
    await everywhere(async () => (await times()) === counted)
    expect((await ask('/api/v1/replay', { method: 'POST' })).body).toMatchObject({ identical: true })
    const searches = /^matchgraph_searches_total\{answer="match"\} (\d+)$/m
    const told = async () => Number(searches.exec((await ask('/metrics')).body)![1])
    const [before, after] = [await told(), (await search(q), await told())]
    expect(after).toBe(before + 1)
  })

  it('hands a message over byte by byte, also one that is no UTF-8', async () => {
    const report = { name: 'report_outcome', arguments: { token: '~'.repeat(48), outcome: 'selected' } }
    const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: report })
    const body = Buffer.from(text).map((byte) => (byte === 0x7e ? 0xff : byte))
    const accept = 'application/json, text/event-stream'
    for (let i = 0; i < 4; i++) {
      const init = { method: 'POST', body, headers: { ...KEY, accept, 'content-type': 'application/json' } }
      const answer = (await (await fetch(`${node.base}/mcp`, init)).json()) as any
      expect(answer).toMatchObject({ id: 1, result: { isError: true } })
    }
  })

  it('counts for a client what it has asked of any process', async () => {
    let asked = 0
    // the middle of an hour of tomorrow, so that no end of an hour comes in between
    const now = new Date((Math.floor(Date.now() / 3_600_000) + 24.5) * 3_600_000).toISOString()
    const countsAll = async () => {
      const headers = { 'x-forwarded-for': '203.0.113.5', 'x-test-now': now, connection: 'close' }
      const left = (await fetch(`${node.base}/api/v1/search?q=pdf`, { headers })).headers.get('ratelimit-remaining')
      return Number(left) === 1000 - ++asked
    }
    for (let i = 0; i < 20; i++) await countsAll()
    // each in its turn; what one counts the other hears within a second or two
    const both = async () => {
      const one = await countsAll()
      await sleep(1500)
      return one && countsAll()
    }
    await expect.poll(both, { timeout: 50_000 }).toBe(true)
  })

  it('starts another for one that was killed, and goes on meanwhile', async () => {
    const before = childrenOf(node.child.pid!)
    process.kill(before[0]!, 'SIGKILL')
    await expect
      .poll(() => childrenOf(node.child.pid!).some((pid) => !before.includes(pid)), { timeout: 20_000 })
      .toBe(true)
    await everywhere(async () => (await search('spreadsheet')).length > 0)
  })

  it('gives each a successor when most of the catalogue has changed, and fails no request', async () => {
    const before = childrenOf(node.child.pid!)
    const file = path.join(folder, 'other.jsonl')
    const tools = Array.from({ length: 130 }, (_, i) => record(`tool-${i}`, `folds origami figure ${i}`))
    fs.writeFileSync(file, tools.map((one) => JSON.stringify(one)).join('\n'))
    let done = false
    const failures: unknown[] = []
    const asking = (async () => {
      while (!done) {
        const { status } = await ask('/api/v1/search?q=origami').catch((error) => ({ status: String(error.cause) }))
        if (status !== 200) failures.push(status)
      }
    })()
    expect((await run(['index', '--catalogue', file, '--home', home])).code).toBe(0)
    await everywhere(async () => (await ask('/readyz')).body.tools === tools.length)
    const left = () => childrenOf(node.child.pid!).filter((pid) => before.includes(pid)).length
    await expect.poll(left, { timeout: 60_000 }).toBeLessThan(2)
    await everywhere(async () => (await search('folds origami figure 7'))[0]?.tool.slug === 'tool-7')
    done = true
    await asking
    expect(failures).toEqual([])
  }, 240_000)
})
