import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, serve } from '../support/cli.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'
import { NO_SERVER, PostgresServer } from '../support/postgres-server.js'

if (NO_SERVER) process.stderr.write(`several servers on one database: ${NO_SERVER}\n`)

const { folder, remove } = tempFolder()
const file = path.join(folder, 'catalogue.jsonl')
const home = (name: string) => path.join(folder, name)
type Node = Awaited<ReturnType<typeof serve>>
const KEYS = { MATCHGRAPH_CLIENT_KEYS: 'c1,c2,c3,c4,c5', MATCHGRAPH_ADMIN_KEYS: 'admin' }

const get = async (node: Node, url: string) => {
  const response = await fetch(`${node.base}${url}`, { headers: { authorization: 'Bearer admin' } })
  return { status: response.status, headers: response.headers, body: (await response.json()) as any }
}
const send = async (node: Node, method: string, url: string, body: unknown, key: string) => {
  const response = await fetch(`${node.base}${url}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as any }
}
const search = async (node: Node, q: string, more = '') =>
  (await get(node, `/api/v1/search?cut=off&explore=off&q=${encodeURIComponent(q)}${more}`)).body
/** Asks until it is so; a test that waits for ever fails by its time limit. */
async function until<T>(ask: () => Promise<T>, so: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (so(answer)) return answer
    await sleep(25)
  }
}
const timesMatched = async (node: Node, q: string, id: string): Promise<number> =>
  (await search(node, q)).results.find((r: any) => r.capability.id === id)?.evidence.timesMatched ?? 0

const record = (slug: string, what: string) => ({
  slug,
  name: slug,
  type: 'api',
  description: `Something that ${what}`,
  capabilities: [{ name: what, description: `${what}, over an API` }],
})

describe.skipIf(NO_SERVER)('several servers on one database', () => {
  let database: PostgresServer
  let nodes: Node[] = []
  const start = (name: string) =>
    serve(home(name), { ...KEYS, MATCHGRAPH_DATABASE_URL: database.url, MATCHGRAPH_LOG: 'silent' })

  beforeAll(async () => {
    database = await PostgresServer.create()
    fs.writeFileSync(file, SMALL_CATALOGUE.map((record) => JSON.stringify(record)).join('\n'))
    const env = { MATCHGRAPH_DATABASE_URL: database.url }
    const { code, stderr } = await run(['index', '--catalogue', file, '--home', home('indexer')], env)
    expect(code, stderr).toBe(0)
    nodes = await Promise.all(['one', 'two', 'three'].map(start))
  })
  afterAll(async () => {
    for (const { child, done } of nodes) {
      child.kill('SIGKILL')
      await done
    }
    database?.remove()
    remove()
  })

  it('gives the same answer on each, and says that it follows', async () => {
    const answers = await Promise.all(nodes.map((node) => search(node, 'numbers out of a scanned report')))
    const plain = ({ results }: any) =>
      results.map(({ capability, score, confidence }: any) => ({ capability, score, confidence }))
    for (const answer of answers) expect(plain(answer)).toEqual(plain(answers[0]))
    for (const node of nodes) {
      const { lag } = await until(
        async () => (await get(node, '/readyz')).body,
        ({ lag: { events } }) => events === 0,
      )
      expect(lag).toEqual({ reachable: true, told: true, generations: 0, events: 0, seconds: 0 })
    }
  })

  it('moves the answer on the others when a match is recorded on one, shown by another', async () => {
    const q = 'mail a receipt to a customer'
    const { results } = await search(nodes[0]!, q)
    const { token, capability } = results[1]
    const recorded = await send(nodes[1]!, 'POST', '/api/v1/matches', { token, outcome: 'selected' }, 'c1')
    expect(recorded).toMatchObject({ status: 201, body: { status: 'recorded', weight: 1 } })
    // on the node that took it at once, on the others soon after
    expect(await timesMatched(nodes[1]!, q, capability.id)).toBe(1)
    for (const node of nodes)
      await until(
        () => timesMatched(node, q, capability.id),
        (n) => n === 1,
      )
    const scores = await Promise.all(
      nodes.map(async (node) => (await search(node, q)).results.map((r: any) => r.score)),
    )
    for (const score of scores) expect(score).toEqual(scores[0])
    const again = await send(nodes[2]!, 'POST', '/api/v1/matches', { token, outcome: 'selected' }, 'c1')
    expect(again).toMatchObject({ status: 200, body: { status: 'duplicate', matchId: recorded.body.matchId } })
  })

  it('counts each match once when all three take matches at the same time', async () => {
    const q = 'who said what in a call'
    const reports = nodes.flatMap((node, n) =>
      ['c2', 'c3', 'c4'].map((key) => ({ node, other: nodes[(n + 1) % 3]!, key })),
    )
    const answers = await Promise.all(
      reports.map(async ({ node, other, key }) => {
        const { results } = await search(node, q)
        return send(other, 'POST', '/api/v1/matches', { token: results[0].token, outcome: 'selected' }, key)
      }),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(9).fill(201))
    const replays = []
    for (const node of nodes) replays.push((await send(node, 'POST', '/api/v1/replay', {}, 'admin')).body)
    for (const replay of replays) expect(replay).toEqual({ identical: true, events: replays[0].events })
  })

  it('finds what was put on one at once there, and soon on the others, also when two are put at the same time', async () => {
    const [tea, bees] = await Promise.all([
      send(nodes[0]!, 'PUT', '/api/v1/tools/teapot', record('teapot', 'brewing oolong tea'), 'admin'),
      send(nodes[1]!, 'PUT', '/api/v1/tools/apiary', record('apiary', 'counting honey bees'), 'admin'),
    ])
    expect([tea.status, bees.status].map((status) => Math.floor(status / 100))).toEqual([2, 2])
    const first = async (node: Node, q: string): Promise<string> => (await search(node, q)).results[0].tool.slug
    expect(await first(nodes[0]!, 'brewing oolong tea')).toBe('teapot')
    expect(await first(nodes[1]!, 'counting honey bees')).toBe('apiary')
    for (const node of nodes) {
      await until(
        () => first(node, 'brewing oolong tea'),
        (slug) => slug === 'teapot',
      )
      await until(
        () => first(node, 'counting honey bees'),
        (slug) => slug === 'apiary',
      )
    }
  })

  it('loses nothing when the one that writes is killed; another takes over', async () => {
    const q = 'schedule a newsletter'
    const { results } = await search(nodes[0]!, q)
    const { token, capability } = results[0]
    await until(
      async () => (await send(nodes[0]!, 'POST', '/api/v1/matches', { token, outcome: 'selected' }, 'c5')).status,
      (status) => status < 300,
    )
    const [killed, ...others] = nodes
    killed!.child.kill('SIGKILL')
    await killed!.done
    nodes = others
    for (const node of nodes)
      await until(
        () => timesMatched(node, q, capability.id),
        (n) => n === 1,
      )
    const worked = await send(nodes[0]!, 'POST', '/api/v1/matches', { token, outcome: 'succeeded' }, 'c5')
    expect(worked.status).toBe(201)
    nodes.push(await start('one'))
    expect(await timesMatched(nodes[2]!, q, capability.id)).toBe(1)
    expect((await send(nodes[2]!, 'POST', '/api/v1/replay', {}, 'admin')).body.identical).toBe(true)
  })

  it('goes on searching while the database is away, refuses writes with 503, and recovers by itself', async () => {
    const q = 'csv from a pdf table'
    const before = await search(nodes[0]!, q)
    const { token, capability } = before.results[0]
    database.kill()
    for (const node of nodes) {
      const during = await search(node, q)
      expect(during.results[0].capability).toEqual(capability)
      const refused = await send(node, 'POST', '/api/v1/matches', { token, outcome: 'selected' }, 'c1')
      expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } })
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      const put = await send(node, 'PUT', '/api/v1/tools/late', record('late', 'coming too late'), 'admin')
      expect(put).toMatchObject({ status: 503, body: { code: 'unavailable' } })
      await until(
        async () => (await get(node, '/readyz')).body.lag,
        (lag) => lag.reachable === false,
      )
    }
    // shown while the database was away: its tokens are good afterwards
    const shown = (await search(nodes[1]!, q)).results[0]
    database.start()
    for (const node of nodes)
      await until(
        async () => (await get(node, '/readyz')).body.lag,
        (lag) => lag.reachable && lag.told,
      )
    const recorded = await send(nodes[1]!, 'POST', '/api/v1/matches', { token: shown.token, outcome: 'selected' }, 'c1')
    expect(recorded.status).toBe(201)
    for (const node of nodes)
      await until(
        () => timesMatched(node, q, capability.id),
        (n) => n === 1,
      )
    for (const node of nodes) {
      expect((await send(node, 'POST', '/api/v1/replay', {}, 'admin')).body.identical).toBe(true)
    }
  })
})
