import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { groupedAnswerSchema, searchAnswerSchema } from '../../src/core/api/search.js'
import { SMALL_CATALOGUE, startServer, type TestServer } from '../support/home.js'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())
const search = (params: Record<string, string>) => server.get(`/api/v1/search?${new URLSearchParams(params)}`)

describe('GET /api/v1/search', () => {
  it('answers a need in plain words in the documented shape', async () => {
    const { status, body, headers } = await search({ q: 'get tables out of scanned pdf files' })
    expect(status).toBe(200)
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{12}$/)
    const answer = searchAnswerSchema.parse(body)
    expect(answer.results[0]!.capability.id).toBe('papermill.1')
    expect(answer.results[0]!.capability.limitations).toEqual(['Handwriting is not read.'])
    expect(answer.results[0]!.why).toMatch(/tables/)
    expect(answer.results.map((r) => r.position)).toEqual(answer.results.map((_, i) => i + 1))
    expect(answer.generation).toBe(1)
  })

  it('finds by an intent what the description does not say', async () => {
    const { body } = await search({ q: 'send a receipt after checkout', cut: 'off' })
    expect(body.results[0].capability.id).toBe('post-horn.1')
  })

  it('orders by score, never more sure further down, everything in [0,1]', async () => {
    const { body } = await search({ q: 'documents and mail and meetings', cut: 'off', explore: 'off' })
    const numbers = body.results.map((r: { score: number; confidence: number }) => [r.score, r.confidence])
    expect(numbers.length).toBe(5)
    for (const [i, [score, confidence]] of numbers.entries()) {
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1)
      if (i > 0) {
        expect(score).toBeLessThanOrEqual(numbers[i - 1][0])
        expect(confidence).toBeLessThanOrEqual(numbers[i - 1][1])
      }
    }
  })

  it('puts an exact name first in every scope, however it is typed', async () => {
    for (const tool of SMALL_CATALOGUE) {
      for (const { id, name } of tool.capabilities) {
        for (const scope of [{}, { mode: 'keyword' }, { mode: 'semantic' }, { type: tool.type }, { cut: 'off' }]) {
          const typed = name.toUpperCase().replaceAll(' ', '-')
          const { body } = await search({ q: typed, ...(scope as Record<string, string>) })
          expect(body.results[0]?.capability.id, `${typed} ${JSON.stringify(scope)}`).toBe(id)
          expect(body.answer).toBe('match')
        }
      }
      const { body } = await search({ q: tool.name.toLowerCase() })
      expect(body.results[0].tool.slug).toBe(tool.slug)
    }
  })

  it('has the same scores and order for any limit and through any paging', async () => {
    const q = 'send documents to customers'
    const whole = (await search({ q, limit: '5', cut: 'off', explore: 'off' })).body
    const paged: { capability: { id: string }; score: number; position: number }[] = []
    let cursor: string | undefined
    do {
      const { body } = await search({ q, limit: '2', cut: 'off', explore: 'off', ...(cursor && { cursor }) })
      expect(body.total).toBe(whole.total)
      paged.push(...body.results)
      cursor = body.nextCursor
    } while (cursor)
    const shape = (list: typeof paged) => list.map((r) => [r.position, r.capability.id, r.score])
    expect(shape(paged)).toEqual(shape(whole.results))
  })

  it('filters: OR inside one, AND between them, and the same cut for results, total and facets', async () => {
    const { body } = await search({ q: 'documents mail meetings', type: 'api,model', cut: 'off', facets: 'on' })
    expect(new Set(body.results.map((r: any) => r.tool.type))).toEqual(new Set(['api', 'model']))
    expect(body.total).toBe(3)
    expect(body.facets.type).toEqual({ api: 2, model: 1 })
    const both = (await search({ q: 'documents', type: 'api', free: 'on', cut: 'off' })).body
    expect(both.total).toBe(0)
    const repeated = await server.get('/api/v1/search?q=mail&type=api&type=platform&cut=off')
    expect(repeated.body.total).toBe(4)
  })

  it('names the filter that a near miss fails, and what dropping it would bring', async () => {
    const { body } = await search({ q: 'extract tables from scanned pdf pages', free: 'on', type: 'api' })
    expect(body.answer).not.toBe('match')
    expect(body.nearMisses[0]).toMatchObject({ capability: { id: 'papermill.1' }, fails: 'pricing: paid' })
    expect(body.relaxations[0].drop).toBe('free=on')
    expect(body.relaxations[0].wouldMatch).toBeGreaterThanOrEqual(1)
  })

  it('says that nothing here does that', async () => {
    const { body } = await search({ q: 'book a haircut for my dog next tuesday' })
    expect(body.answer).toBe('none')
    expect(body.results).toEqual([])
    expect(body.total).toBe(0)
    expect(body.nearMisses.length).toBeGreaterThan(0)
    expect(body.nearMisses[0].fails).toMatch(/haircut/)
  })

  it('groups by tool', async () => {
    const { body } = await search({ q: 'documents', groupBy: 'tool', cut: 'off' })
    const answer = groupedAnswerSchema.parse(body)
    expect(answer.total).toBe(3)
    expect(answer.results[0]!.tool.slug).toBe('papermill')
    expect(answer.results[0]!.capabilities).toHaveLength(2)
  })

  it('explains a score in points by feature', async () => {
    const { body } = await search({ q: 'detect the language of a letter', explain: 'on', cut: 'off' })
    const { explain } = body.results[0]
    expect(explain.words).toContain('language')
    expect(explain.contributions.length).toBeGreaterThan(2)
    expect((await search({ q: 'detect the language of a letter' })).body.results[0].explain).toBeUndefined()
  })

  it.each([
    ['/api/v1/search', 'invalid-parameter', /q/],
    ['/api/v1/search?q=%20', 'invalid-parameter', /at least one character/],
    ['/api/v1/search?query=x&q=x', 'unknown-parameter', /query/],
    ['/api/v1/search?q=x&limt=3', 'unknown-parameter', /limt.*did you mean "limit"/],
    ['/api/v1/search?q=x&limit=0', 'invalid-parameter', /limit/],
    ['/api/v1/search?q=x&type=agnet', 'invalid-parameter', /type/],
    ['/api/v1/search?q=x&cursor=zzz', 'invalid-parameter', /cursor/],
    [`/api/v1/search?q=${'x'.repeat(2001)}`, 'invalid-parameter', /2000/],
  ])('%s is refused as %s', async (url, code, detail) => {
    const { status, body, headers } = await server.get(url)
    expect(status).toBe(400)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(body).toMatchObject({ status: 400, code, instance: '/api/v1/search' })
    expect(body.detail).toMatch(detail)
    expect(body.errors.length).toBeGreaterThan(0)
  })
})

describe('the other routes', () => {
  it('lists tools with filters and pages, and gives one whole with an ETag', async () => {
    const { body } = await server.get('/api/v1/tools?limit=2')
    expect(body.tools.map((t: any) => t.slug)).toEqual(['ear-trumpet', 'papermill'])
    expect(body.total).toBe(3)
    const next = await server.get(`/api/v1/tools?limit=2&cursor=${body.nextCursor}`)
    expect(next.body.tools.map((t: any) => t.slug)).toEqual(['post-horn'])
    expect((await server.get('/api/v1/tools?free=on')).body.total).toBe(2)
    const one = await server.get('/api/v1/tools/papermill')
    expect(one.body).toMatchObject(SMALL_CATALOGUE[0]!)
    const again = await server.get('/api/v1/tools/papermill', { 'if-none-match': one.headers.get('etag')! })
    expect(again.status).toBe(304)
  })

  it('suggests the nearest tool on 404', async () => {
    const { status, body } = await server.get('/api/v1/tools/paper-mill')
    expect(status).toBe(404)
    expect(body.detail).toMatch(/"papermill"/)
    expect((await server.get('/api/v1/nothing')).body.code).toBe('not-found')
  })

  it('is alive, ready and described', async () => {
    expect((await server.get('/healthz')).body).toEqual({ status: 'ok' })
    expect((await server.get('/readyz')).body).toMatchObject({
      status: 'ready',
      generation: 1,
      capabilities: 5,
      tools: 3,
    })
    const { body } = await server.get('/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    expect(Object.keys(body.paths)).toContain('/api/v1/search')
  })
})

describe('PUT and DELETE /api/v1/tools/:slug', () => {
  const record = {
    name: 'Barber Bot',
    type: 'agent',
    description: 'Books appointments.',
    capabilities: [
      {
        name: 'Booking haircuts for dogs',
        description: 'Calls grooming salons and books a haircut for a dog on the day asked for.',
      },
    ],
  }

  it('makes a tool searchable when the call returns, replaces it, and lets it go', async () => {
    const own = await startServer()
    const put = await own.send('PUT', '/api/v1/tools/barber-bot', record)
    expect(put).toMatchObject({ status: 200, body: { slug: 'barber-bot', generation: 2 } })
    const q = encodeURIComponent('book a haircut for my dog next tuesday')
    const found = await own.get(`/api/v1/search?q=${q}&cut=off`)
    expect(found.body.results[0].capability).toMatchObject({ id: 'barber-bot.1', name: 'Booking haircuts for dogs' })
    const changed = {
      ...record,
      capabilities: [{ name: 'Booking haircuts for cats', description: record.capabilities[0]!.description }],
    }
    await own.send('PUT', '/api/v1/tools/barber-bot', changed)
    const after = await own.get(`/api/v1/search?q=${q}&cut=off&limit=50`)
    expect(after.body.results.map((r: any) => r.capability.name)).not.toContain('Booking haircuts for dogs')
    expect(after.body.results[0].capability.name).toBe('Booking haircuts for cats')
    expect((await own.send('DELETE', '/api/v1/tools/barber-bot')).status).toBe(200)
    const gone = await own.get(`/api/v1/search?q=${q}&cut=off&limit=50`)
    expect(gone.body.results.map((r: any) => r.tool.slug)).not.toContain('barber-bot')
    expect((await own.send('DELETE', '/api/v1/tools/barber-bot')).status).toBe(404)
    await own.close()
  })

  it('never gives the id of what left to something else, and gives it back to what returns', async () => {
    const own = await startServer()
    const named = (...names: string[]) => ({
      ...record,
      capabilities: names.map((name) => ({ name, description: `${name}, done well and on the day asked for.` })),
    })
    const ids = async () =>
      (await own.get('/api/v1/tools/barber-bot')).body.capabilities.map((c: any) => [c.id, c.name])
    await own.send('PUT', '/api/v1/tools/barber-bot', named('Booking haircuts', 'Trimming beards'))
    await own.send('PUT', '/api/v1/tools/barber-bot', named('Booking haircuts'))
    await own.send('PUT', '/api/v1/tools/barber-bot', named('Booking haircuts', 'Dyeing hair'))
    expect(await ids()).toEqual([
      ['barber-bot.1', 'Booking haircuts'],
      ['barber-bot.3', 'Dyeing hair'],
    ])
    await own.send('DELETE', '/api/v1/tools/barber-bot')
    await own.send('PUT', '/api/v1/tools/barber-bot', named('Trimming beards', 'Selling combs'))
    expect(await ids()).toEqual([
      ['barber-bot.2', 'Trimming beards'],
      ['barber-bot.4', 'Selling combs'],
    ])
    await own.close()
  })

  it('refuses what is not a record, naming the field', async () => {
    const { status, body } = await server.send('PUT', '/api/v1/tools/x', { ...record, typ: 'agent' })
    expect(status).toBe(400)
    expect(body.code).toBe('invalid-record')
    expect(JSON.stringify(body.errors)).toMatch(/typ/)
    expect((await server.send('PUT', '/api/v1/tools/x', { ...record, slug: 'y' })).body.detail).toMatch(/"x"/)
  })

  it('wants JSON, of a bounded size, and a key where keys are set', async () => {
    const plain = await server.app.request('/api/v1/tools/x', {
      method: 'PUT',
      body: '{}',
      headers: { 'content-type': 'text/plain' },
    })
    expect(plain.status).toBe(415)
    const broken = await server.app.request('/api/v1/tools/x', {
      method: 'PUT',
      body: '{',
      headers: { 'content-type': 'application/json' },
    })
    expect(broken.status).toBe(400)
    expect((await server.send('PUT', '/api/v1/tools/x', { ...record, description: 'x'.repeat(300_000) })).status).toBe(
      413,
    )
    const locked = await startServer(SMALL_CATALOGUE, { MATCHGRAPH_ADMIN_KEYS: 'one-key,another-key' })
    expect((await locked.send('PUT', '/api/v1/tools/x', record)).status).toBe(401)
    expect((await locked.send('PUT', '/api/v1/tools/x', record, { authorization: 'Bearer wrong' })).status).toBe(403)
    expect((await locked.send('PUT', '/api/v1/tools/x', record, { authorization: 'Bearer another-key' })).status).toBe(
      200,
    )
    await locked.close()
  })
})
