import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyPassport } from '../../src/engine/passport.js'
import { SMALL_CATALOGUE, startServer, type TestServer } from '../support/home.js'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

test('POST /api/v1/validate answers errors and warnings with their paths', async () => {
  const { capabilities, ...rest } = SMALL_CATALOGUE[0]!
  const { status, body } = await server.send('POST', '/api/v1/validate', { ...rest, typ: 'x', capabilities })
  expect(status).toBe(200)
  expect(body).toEqual({
    kind: 'catalogue',
    valid: false,
    errors: [{ path: 'typ', message: 'is not a known field', suggestion: 'type' }],
    warnings: [],
  })
  expect((await server.send('POST', '/api/v1/validate', { artifact: {} })).body).toMatchObject({
    kind: 'manifest',
    valid: false,
  })
  expect((await server.send('POST', '/api/v1/validate', SMALL_CATALOGUE[0])).body).toEqual({
    kind: 'catalogue',
    valid: true,
    errors: [],
    warnings: [],
  })
  for (const odd of [null, 1, 'x', []]) expect((await server.send('POST', '/api/v1/validate', odd)).status).toBe(200)
})

test('GET /schema/catalogue.json is a JSON Schema for editors', async () => {
  const { status, body, headers } = await server.get('/schema/catalogue.json')
  expect([status, headers.get('content-type'), headers.get('access-control-allow-origin')]).toEqual([
    200,
    'application/schema+json',
    '*',
  ])
  expect(body).toMatchObject({ type: 'object', additionalProperties: false })
})

test('a passport is signed with the key that the server publishes', async () => {
  const { body: keys } = await server.get('/.well-known/matchgraph.json')
  const { status, body } = await server.get('/api/v1/tools/papermill/passport')
  expect(status).toBe(200)
  expect(verifyPassport(body, keys.keys[0].publicKey)).toMatchObject({ valid: true })
  expect(body.record).toEqual(SMALL_CATALOGUE[0])
  expect((await server.get('/api/v1/tools/papermil/passport')).body.detail).toContain('papermill')
})

test('a passport tells what recorded matches say, with its interval', async () => {
  const { body: answer } = await server.get('/api/v1/search?q=tables+from+scanned+pdf')
  const { token, capability } = answer.results[0]
  expect((await server.send('POST', '/api/v1/matches', { token, outcome: 'selected' })).status).toBe(201)
  const { body } = await server.get('/api/v1/tools/papermill/passport')
  expect(verifyPassport(body).valid).toBe(true)
  expect(body.evidence[capability.id]).toMatchObject({ timesMatched: 1 })
  expect(body.evidence[capability.id].interval[0]).toBeLessThan(body.evidence[capability.id].lift)
  expect(body.rank.interval[0]).toBeLessThanOrEqual(body.rank.rank)
  expect(Object.keys(body.evidence)).not.toContain('post-horn.1')
})

test('a server.json-like card', async () => {
  const { status, body } = await server.get('/api/v1/tools/papermill/server.json')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    name: 'matchgraph/papermill',
    title: 'Papermill',
    description: 'Reads documents and gives structured data back.',
  })
})
