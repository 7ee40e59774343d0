import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { matchAnswerSchema, matchBatchAnswerSchema } from '../../src/core/api/matches.js'
import { DAY } from '../../src/core/evidence/decay.js'
import { startServer, type TestServer } from '../support/home.js'

const NOW = Date.UTC(2026, 1, 1)
const at = (day: number): Record<string, string> => ({ 'x-test-now': new Date(NOW + day * DAY).toISOString() })
const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address })
const known = { authorization: 'Bearer client-one' }

let server: TestServer
beforeAll(async () => {
  server = await startServer(undefined, {
    MATCHGRAPH_TEST_CLOCK: 'on',
    MATCHGRAPH_TRUST_PROXY: 'on',
    MATCHGRAPH_CLIENT_KEYS: 'client-one,client-two,client-three,owner@post-horn',
    MATCHGRAPH_ADMIN_KEYS: 'admin',
  })
})
afterAll(() => server.close())

const search = async (q: string, headers: Record<string, string> = at(0), more = {}) =>
  (await server.get(`/api/v1/search?${new URLSearchParams({ q, cut: 'off', explore: 'off', ...more })}`, headers)).body
const report = (body: object, headers: Record<string, string> = { ...at(0), ...known }) =>
  server.send('POST', '/api/v1/matches', body, headers)

describe('POST /api/v1/matches', () => {
  it('records a selection and its outcome', async () => {
    const { results } = await search('transcribe a meeting')
    const selected = await report({ token: results[0].token, outcome: 'selected', comment: 'looks right' })
    expect(selected.status).toBe(201)
    expect(matchAnswerSchema.parse(selected.body)).toMatchObject({ status: 'recorded', weight: 1 })
    const worked = await report({ token: results[0].token, outcome: 'succeeded' })
    expect(worked).toMatchObject({ status: 201, body: { status: 'recorded', weight: 1 } })
    const again = (await search('transcribe a meeting')).results[0]
    expect(again.evidence).toMatchObject({
      timesMatched: 1,
      selections: expect.closeTo(1, 1),
      succeeded: expect.closeTo(1, 1),
      failed: 0,
    })
    expect(again.why).toMatch(/chosen 1 times where 0\.\d were expected, 1 of 1 worked/)
  })

  it('is surer of other needs, too, once the first result has worked, and less sure once it has failed', async () => {
    const own = await startServer(undefined, { MATCHGRAPH_CLIENT_KEYS: 'one,two' })
    const ask = async (q: string, more = {}) =>
      (await own.get(`/api/v1/search?${new URLSearchParams({ q, cut: 'off', explore: 'off', ...more })}`)).body
    const tell = async (key: string, q: string, outcome: string) => {
      const { token } = (await ask(q)).results[0]
      for (const one of ['selected', outcome]) {
        const headers = { authorization: `Bearer ${key}` }
        expect((await own.send('POST', '/api/v1/matches', { token, outcome: one }, headers)).status).toBe(201)
      }
    }
    const other = 'send a newsletter'
    const before = (await ask(other)).results[0].confidence
    await tell('one', 'transcribe a meeting', 'succeeded')
    const after = await ask(other)
    expect(after.results[0].confidence).toBeGreaterThan(before)
    expect((await ask(other, { evidence: 'off' })).results[0].confidence).toBe(before)
    await tell('two', 'transcribe a long meeting', 'failed')
    await tell('one', 'read tables out of scanned pages', 'failed')
    const { confidence } = (await ask(other)).results[0]
    expect(confidence).toBeLessThan(after.results[0].confidence)
    await own.close()
  })

  it('records nothing twice: same key, or same token and outcome', async () => {
    const { results } = await search('send a newsletter')
    const body = { token: results[0].token, outcome: 'selected' }
    const first = await server.send('POST', '/api/v1/matches', body, { ...at(0), ...known, 'idempotency-key': 'k1' })
    const same = await report({ ...body, idempotencyKey: 'k1' })
    const other = await report({ ...body, idempotencyKey: 'k2' })
    const elsewhere = await report({ token: results[1].token, outcome: 'selected', idempotencyKey: 'k1' })
    expect(first.status).toBe(201)
    for (const one of [same, other, elsewhere]) {
      expect(one).toMatchObject({ status: 200, body: { status: 'duplicate', matchId: first.body.matchId } })
    }
    // another client may use the same key
    const client = { ...at(0), authorization: 'Bearer client-two' }
    expect((await report({ token: results[1].token, outcome: 'selected', idempotencyKey: 'k1' }, client)).status).toBe(
      201,
    )
  })

  it('refuses what is forged, expired, out of order or malformed, each with its code', async () => {
    const { results } = await search('detect the language')
    const [first, second] = results
    const swapped = second.token.slice(0, 30) + first.token.slice(30)
    const cases: [object, Record<string, string>, number, string][] = [
      [{ token: swapped, outcome: 'selected' }, at(0), 403, 'forged-token'],
      [{ token: first.token.slice(0, -1), outcome: 'selected' }, at(0), 403, 'forged-token'],
      [{ token: `${first.token}AAAA`, outcome: 'selected' }, at(0), 403, 'forged-token'],
      [{ token: 'nonsense', outcome: 'selected' }, at(0), 403, 'forged-token'],
      [{ token: first.token, outcome: 'selected' }, at(8), 410, 'expired-token'],
      [{ token: first.token, outcome: 'succeeded' }, at(0), 409, 'outcome-before-selection'],
      [{ token: first.token, outcome: 'retracted' }, at(0), 409, 'outcome-before-selection'],
      [{ token: first.token, outcome: 'loved' }, at(0), 400, 'invalid-body'],
      [{ outcome: 'selected' }, at(0), 400, 'invalid-body'],
      [{ token: first.token, outcome: 'selected', coment: 'x' }, at(0), 400, 'unknown-parameter'],
      [{ token: first.token, outcome: 'selected', comment: 'x'.repeat(501) }, at(0), 400, 'invalid-body'],
    ]
    for (const [body, headers, status, code] of cases) {
      const answer = await report(body, { ...headers, ...known })
      expect([answer.status, answer.body.code], JSON.stringify(body)).toEqual([status, code])
    }
    // a refused outcome has left nothing: the selection still counts from the start
    expect((await report({ token: first.token, outcome: 'selected' })).body.status).toBe('recorded')
    await report({ token: first.token, outcome: 'failed' })
    const second2 = await report({ token: first.token, outcome: 'succeeded' })
    expect(second2).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  it('takes a selection back', async () => {
    const q = 'render a template and deliver mail'
    const before = (await search(q)).results[0]
    const third = { ...at(0), authorization: 'Bearer client-three' }
    expect((await report({ token: before.token, outcome: 'selected' }, third)).status).toBe(201)
    expect((await search(q)).results[0].evidence.timesMatched).toBe(before.evidence.timesMatched + 1)
    expect((await report({ token: before.token, outcome: 'retracted' })).body.status).toBe('recorded')
    expect((await search(q)).results[0].evidence).toEqual(before.evidence)
    expect((await report({ token: before.token, outcome: 'retracted' })).body.status).toBe('duplicate')
  })

  it('weighs a new network a quarter, its neighbours nothing more, and the owner of a tool nothing', async () => {
    const q = 'queue a campaign for a list'
    const token = async (headers: Record<string, string>) => (await search(q, headers)).results[0].token
    const one = async (headers: Record<string, string>) =>
      (await report({ token: await token(headers), outcome: 'selected' }, headers)).body
    expect(await one({ ...at(20), ...from('198.51.100.7') })).toMatchObject({
      status: 'recorded',
      weight: expect.closeTo(0.25, 4),
    })
    expect(await one({ ...at(20), ...from('198.51.100.200') })).toMatchObject({ status: 'capped', weight: 0 })
    const house = await one({ ...at(20), ...from('2001:db8:1:2::1') })
    const sameHouse = await one({ ...at(20), ...from('2001:db8:1:ffff::9') })
    expect(house.weight).toBeGreaterThan(0.05)
    expect(house.weight + sameHouse.weight).toBeLessThan(0.25)
    expect(await one({ ...at(20), authorization: 'Bearer owner@post-horn' })).toMatchObject({ weight: 0 })
  })

  it('lets the log move the order, and evidence=off leave it', async () => {
    const q = 'documents for customers'
    const day = 30
    const first = (await search(q, at(day), { evidence: 'off' })).results.map((r: any) => r.capability.id)
    const last = first.at(-1)!
    for (let n = 0; n < 8; n++) {
      const headers = { ...at(day + n), ...(n % 2 ? known : { authorization: 'Bearer client-two' }) }
      const shown = (await search(q, headers)).results.find((r: any) => r.capability.id === last)
      await report({ token: shown.token, outcome: 'selected' }, headers)
      await report({ token: shown.token, outcome: 'succeeded' }, headers)
    }
    const after = (await search(q, at(day + 8))).results
    expect(after.findIndex((r: any) => r.capability.id === last)).toBeLessThan(first.length - 1)
    expect(after.find((r: any) => r.capability.id === last).why).toMatch(/found through needs it served: \*/)
    const off = (await search(q, at(day + 8), { evidence: 'off' })).results.map((r: any) => r.capability.id)
    expect(off).toEqual(first)
  })
})

describe('POST /api/v1/matches/batch', () => {
  it('answers each by its index, in order, good or bad', async () => {
    const { results } = await search('a probability for each of sixty languages', at(60))
    const { status, body } = await server.send(
      'POST',
      '/api/v1/matches/batch',
      {
        matches: [
          { token: results[0].token, outcome: 'selected' },
          { token: results[0].token, outcome: 'succeeded' },
          { token: 'nonsense', outcome: 'selected' },
          { token: results[0].token, outcome: 'selected' },
          { token: results[1].token, outcome: 'failed' },
        ],
      },
      { ...at(60), ...known },
    )
    expect(status).toBe(200)
    const answers = matchBatchAnswerSchema.parse(body).results
    expect(answers.map((a) => a.index)).toEqual([0, 1, 2, 3, 4])
    expect(answers.map((a) => a.status)).toEqual(['recorded', 'recorded', 'refused', 'duplicate', 'refused'])
    expect(answers[2]).toMatchObject({ code: 'forged-token' })
    expect(answers[4]).toMatchObject({ code: 'outcome-before-selection' })
  })

  it('takes at most a thousand', async () => {
    const matches = Array.from({ length: 1001 }, () => ({ token: 't', outcome: 'selected' }))
    expect((await server.send('POST', '/api/v1/matches/batch', { matches }, known)).status).toBe(400)
    expect((await server.send('POST', '/api/v1/matches/batch', { matches: [] }, known)).status).toBe(400)
  })
})

describe('POST /api/v1/replay', () => {
  it('rebuilds the same evidence from the log, for admins only', async () => {
    expect((await server.send('POST', '/api/v1/replay', undefined, known)).status).toBe(403)
    const before = (await search('documents for customers', at(61))).results
    const { status, body } = await server.send('POST', '/api/v1/replay', undefined, { authorization: 'Bearer admin' })
    expect(status).toBe(200)
    expect(body.identical).toBe(true)
    expect(body.events).toBeGreaterThan(30)
    const after = (await search('documents for customers', at(61))).results
    expect(after.map((r: any) => [r.capability.id, r.score])).toEqual(
      before.map((r: any) => [r.capability.id, r.score]),
    )
  })
})
