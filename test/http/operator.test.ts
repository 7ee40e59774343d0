import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditSchema, demandSchema } from '../../src/core/api/operator.js'
import { startServer, type TestServer } from '../support/home.js'

const admin = { authorization: 'Bearer admin' }
const at = (day: number) => ({ 'x-test-now': new Date(Date.UTC(2026, 1, 1 + day)).toISOString() })
const from = (n: number) => ({ 'x-forwarded-for': `10.0.${n}.1` })

let server: TestServer
beforeAll(async () => {
  server = await startServer(undefined, {
    MATCHGRAPH_TEST_CLOCK: 'on',
    MATCHGRAPH_TRUST_PROXY: 'on',
    MATCHGRAPH_RATE_LIMIT: 'off',
    MATCHGRAPH_ADMIN_KEYS: 'admin',
    MATCHGRAPH_CLIENT_KEYS: Array.from({ length: 8 }, (_, n) => `user-${n}`).join(),
  })
})
afterAll(() => server.close())

const search = async (q: string, headers: Record<string, string>) =>
  (await server.get(`/api/v1/search?${new URLSearchParams({ q, explore: 'off', cut: 'off' })}`, headers)).body.results
const report = (token: string, outcome: string, headers: Record<string, string>) =>
  server.send('POST', '/api/v1/matches', { token, outcome }, headers)
const choose = async (id: string, q: string, outcome: string, headers: Record<string, string>) => {
  const { token } = (await search(q, headers)).find((r: any) => r.capability.id === id)
  await report(token, 'selected', headers)
  await report(token, outcome, headers)
}

describe('GET /api/v1/demand', () => {
  it('tells what more than five clients looked for in vain, to admins', async () => {
    expect((await server.get('/api/v1/demand', from(1))).status).toBe(401)
    const q = 'zebra crossing permit'
    const ask = (n: number) => server.get(`/api/v1/search?${new URLSearchParams({ q })}`, { ...at(0), ...from(n) })
    for (let n = 0; n < 5; n++) expect((await ask(n)).body.answer).toBe('none')
    const five = await server.get('/api/v1/demand', { ...admin, ...at(1) })
    expect(demandSchema.parse(five.body).clusters).toEqual([])
    await ask(5)
    const six = demandSchema.parse((await server.get('/api/v1/demand', { ...admin, ...at(1) })).body)
    expect(six.clusters).toMatchObject([{ clients: 6, searches: 6, need: q }])
    expect((await server.get('/api/v1/demand?dayz=3', admin)).body.code).toBe('unknown-parameter')
  })
})

describe('GET /api/v1/audit and POST /api/v1/verdicts', () => {
  it('names a ring, takes its votes back exactly, and lets it count again', async () => {
    const target = 'papermill.2'
    const q = 'documents'
    // a ring of twelve networks, seen ten days earlier; eight others who use several things and find this one bad
    for (let n = 100; n < 112; n++) await choose('ear-trumpet.1', 'meetings', 'succeeded', { ...at(10), ...from(n) })
    const before = await search(q, at(70))
    for (let n = 0; n < 8; n++) {
      const one = { ...at(20 + n), authorization: `Bearer user-${n}` }
      await choose(target, q, 'failed', one)
      await choose('papermill.1', 'tables', 'succeeded', one)
      await choose('post-horn.1', 'mail', 'succeeded', one)
      await choose('post-horn.2', 'newsletters', 'succeeded', one)
      await choose('ear-trumpet.1', 'meetings', 'succeeded', one)
    }
    const honest = await search(q, at(70))
    for (let n = 100; n < 112; n++) await choose(target, q, 'succeeded', { ...at(30 + 3 * (n - 100)), ...from(n) })
    const { alarms } = auditSchema.parse((await server.get('/api/v1/audit', admin)).body)
    expect(alarms.map((a) => a.capability)).toEqual([target])
    expect(alarms[0]!.clients).toHaveLength(12)
    const pushed = await search(q, at(70))
    const rolled = await server.send('POST', '/api/v1/verdicts', { clients: alarms[0]!.clients, barred: true }, admin)
    expect(rolled).toMatchObject({ status: 200, body: { clients: 12, barred: true } })
    // the ring's harmless first votes go too, so what was expected of the target changes a little
    const evidenceOf = (results: any[]) => {
      const { timesMatched, selections, succeeded, failed } = results.find((r) => r.capability.id === target).evidence
      return { timesMatched, selections, succeeded, failed }
    }
    expect(evidenceOf(await search(q, at(70)))).toEqual(evidenceOf(honest))
    expect((await server.get('/api/v1/audit', admin)).body.alarms).toEqual([])
    expect((await server.send('POST', '/api/v1/replay', undefined, admin)).body.identical).toBe(true)
    await server.send('POST', '/api/v1/verdicts', { clients: alarms[0]!.clients, barred: false }, admin)
    expect(evidenceOf(await search(q, at(70)))).toEqual(evidenceOf(pushed))
    expect(evidenceOf(before).timesMatched).toBe(0)
    expect((await server.send('POST', '/api/v1/verdicts', { clients: [], barred: true }, admin)).status).toBe(400)
  })
})
