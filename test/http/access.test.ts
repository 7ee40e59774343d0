import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSettings } from '../../src/config.js'
import { Admission, LoopDelay } from '../../src/http/admission.js'
import { Keyring } from '../../src/http/keyring.js'
import { RateLimiter } from '../../src/http/rate-limit.js'
import { KeptSpent } from '../../src/http/spent.js'
import { Journal } from '../../src/store/journal.js'
import { SMALL_CATALOGUE, startServer, tempFolder } from '../support/home.js'

const auth = (key: string) => ({ authorization: `Bearer ${key}` })
const from = (address: string) => ({ 'x-forwarded-for': address })

describe('keys', () => {
  it('may do what their scopes say, and no more', async () => {
    const hash = createHash('sha256').update('hidden').digest('hex')
    const server = await startServer(SMALL_CATALOGUE, {
      MATCHGRAPH_ADMIN_KEYS: 'root',
      MATCHGRAPH_CLIENT_KEYS: `reader=read,writer=read+write,sha256:${hash}`,
      MATCHGRAPH_ANONYMOUS: 'off',
    })
    const record = { ...SMALL_CATALOGUE[0], slug: 'papermill' }
    const search = '/api/v1/search?q=pdf'
    const status = async (method: string, url: string, body: unknown, key?: string) =>
      (await server.send(method, url, body, key ? auth(key) : {})).status
    for (const url of [search, '/search?q=pdf', '/tools/papermill', '/sitemap.xml', '/llms.txt', '/metrics'])
      expect(await status('GET', url, undefined), url).toBe(401)
    for (const key of ['root', 'reader', 'writer', 'hidden'])
      expect(await status('GET', search, undefined, key), key).toBe(200)
    expect(await status('GET', search, undefined, 'guess')).toBe(403)
    expect(await status('PUT', '/api/v1/tools/papermill', record, 'reader')).toBe(403)
    expect(await status('PUT', '/api/v1/tools/papermill', record, 'writer')).toBe(200)
    expect(await status('POST', '/api/v1/replay', undefined, 'writer')).toBe(403)
    expect(await status('POST', '/api/v1/replay', undefined, 'root')).toBe(200)
    const token = (await server.get(search, auth('hidden'))).body.results[0].token
    expect(await status('POST', '/api/v1/matches', { token, outcome: 'selected' }, 'reader')).toBe(403)
    expect(await status('POST', '/api/v1/matches', { token, outcome: 'selected' }, 'hidden')).toBe(201)
    await server.close()
  })

  it('are rotated without a restart, and a faulty file leaves the old ones in force', () => {
    const { folder, remove } = tempFolder()
    const file = path.join(folder, 'keys')
    fs.writeFileSync(file, '# ours\nold=read\n')
    const keyring = new Keyring(readSettings({ MATCHGRAPH_KEYS_FILE: file }))
    expect([...keyring.scopesOf('old')!]).toEqual(['read'])
    fs.writeFileSync(file, 'new=admin\n')
    keyring.reload()
    expect(keyring.scopesOf('old')).toBeUndefined()
    expect(keyring.hasAdmin).toBe(true)
    fs.writeFileSync(file, 'new=everything\n')
    expect(() => keyring.reload()).toThrow(/"everything" is not a scope/)
    expect(keyring.scopesOf('new')).toBeDefined()
    remove()
  })

  it('without any admin key, admin calls are taken from this machine only', async () => {
    const server = await startServer(SMALL_CATALOGUE, { MATCHGRAPH_TRUST_PROXY: 'on' })
    expect((await server.send('POST', '/api/v1/replay', undefined)).status).toBe(200)
    expect((await server.send('POST', '/api/v1/replay', undefined, from('203.0.113.5'))).status).toBe(403)
    await server.close()
  })
})

describe('read-only', () => {
  it('answers questions and changes nothing', async () => {
    const server = await startServer(SMALL_CATALOGUE, { MATCHGRAPH_READ_ONLY: 'on' })
    const { body } = await server.get('/api/v1/search?q=pdf')
    expect(body.results.length).toBeGreaterThan(0)
    expect(
      (await server.send('POST', '/api/v1/matches', { token: body.results[0].token, outcome: 'selected' })).status,
    ).toBe(403)
    expect((await server.send('DELETE', '/api/v1/tools/papermill')).status).toBe(403)
    await server.close()
  })
})

describe('bodies', () => {
  it('that come in chunks are read no further than the limit, whatever the route', async () => {
    const server = await startServer()
    for (const [method, url] of [
      ['POST', '/api/v1/matches'],
      ['POST', '/api/v1/replay'],
      ['PUT', '/api/v1/tools/papermill'],
      ['POST', '/mcp'],
      ['POST', '/matches'],
    ] as const) {
      let sent = 0
      const body = new ReadableStream({
        pull(controller) {
          sent += 16_384
          controller.enqueue(new Uint8Array(16_384).fill(32))
          if (sent > 10_000_000) controller.close()
        },
      })
      const headers = { 'content-type': url === '/matches' ? 'application/x-www-form-urlencoded' : 'application/json' }
      const init = { method, body, headers, duplex: 'half' } as RequestInit
      expect((await server.app.request(url, init)).status, url).toBe(413)
      expect(sent, url).toBeLessThan(500_000)
    }
    await server.close()
  })
})

describe('rate limits', () => {
  it('are a client’s own, ten times wider with a key, and say what is left', async () => {
    const server = await startServer(SMALL_CATALOGUE, {
      MATCHGRAPH_RATE_LIMIT: '3/h',
      MATCHGRAPH_TRUST_PROXY: 'on',
      MATCHGRAPH_CLIENT_KEYS: 'known',
      MATCHGRAPH_TEST_CLOCK: 'on',
    })
    const ask = (headers: Record<string, string>) =>
      server.get('/api/v1/search?q=pdf', { 'x-test-now': '2026-05-01T10:59:00Z', ...headers })
    const first = await ask(from('203.0.113.5'))
    expect(first.headers.get('ratelimit-limit')).toBe('3')
    expect(first.headers.get('ratelimit-remaining')).toBe('2')
    await ask(from('203.0.113.5'))
    await ask(from('203.0.113.99'))
    const fourth = await ask(from('203.0.113.5'))
    expect(fourth.status, 'the same network is the same client').toBe(429)
    expect(fourth.headers.get('retry-after')).toBe('60')
    expect(fourth.body.code).toBe('rate-limited')
    expect((await ask(from('198.51.100.1'))).status).toBe(200)
    expect((await ask({ ...from('203.0.113.5'), ...auth('known') })).headers.get('ratelimit-limit')).toBe('30')
    expect((await ask({ ...from('203.0.113.5'), 'x-test-now': '2026-05-01T11:00:01Z' })).status).toBe(200)
    await server.close()
  })

  it('cannot be dodged by a forged X-Forwarded-For: only the last address, the proxy’s own, counts', async () => {
    const server = await startServer(SMALL_CATALOGUE, { MATCHGRAPH_RATE_LIMIT: '1/h', MATCHGRAPH_TRUST_PROXY: 'on' })
    expect((await server.get('/api/v1/search?q=pdf', from('1.2.3.4, 203.0.113.5'))).status).toBe(200)
    expect((await server.get('/api/v1/search?q=pdf', from('9.9.9.9, 203.0.113.5'))).status).toBe(429)
    await server.close()
  })

  it('survive an end of whatever kind, also with a damaged line, and are over when their time is', () => {
    const { folder, remove } = tempFolder()
    const started = (now: number) => {
      const limiter = new RateLimiter('2/h')
      const kept = new KeptSpent(limiter, new Journal(folder), now)
      const take = (client: string, at: number) => {
        const { allowed } = limiter.take(client, 1, at)
        kept.keep(limiter.drain(), at)
        return allowed
      }
      return { take, limiter }
    }
    const hour = 3_600_000
    const first = started(1000)
    expect([first.take('a', 1000), first.take('a', 1000), first.take('b', 1000)]).toEqual([true, true, true])
    for (const name of fs.readdirSync(folder)) fs.appendFileSync(path.join(folder, name), '[[{},"x"],7]\n[["a",0,')
    // nothing is doubled, however often it is read
    for (let again = 0; again < 3; again++)
      expect(started(1500).limiter.totals().sort()).toEqual([
        ['a', 0, 2],
        ['b', 0, 1],
      ])
    const second = started(2000)
    expect([second.take('a', 2000), second.take('b', 2000), second.take('b', 2000)]).toEqual([false, true, false])
    expect(started(hour).limiter.totals()).toEqual([])
    expect(started(hour).take('a', hour)).toBe(true)
    remove()
  })

  it('keep a file that does not grow with the requests', () => {
    const { folder, remove } = tempFolder()
    const limiter = new RateLimiter('9/h')
    const kept = new KeptSpent(limiter, new Journal(folder), 1)
    const clients = Array.from({ length: 500 }, (_, n) => `client-${n}`)
    for (let round = 0; round < 150; round++) {
      for (const client of clients) limiter.take(client, 1, 1)
      kept.keep(limiter.drain(), 1)
    }
    const bytes = fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0)
    expect(bytes).toBeLessThan(1_000_000)
    const again = new RateLimiter('9/h')
    new KeptSpent(again, new Journal(folder), 1)
    expect(again.totals().sort()).toEqual(clients.map((client) => [client, 0, 150]).sort())
    remove()
  })

  it('are shared by processes that tell each other what was spent', () => {
    const [one, two] = [new RateLimiter('3/h'), new RateLimiter('3/h')]
    one.take('a', 1, 1)
    one.take('a', 1, 1)
    two.add(one.drain())
    expect(two.take('a', 1, 2).allowed).toBe(true)
    expect(two.take('a', 1, 2).allowed).toBe(false)
    expect(two.drain(), 'only what was spent here').toEqual([['a', 0, 2]])
    two.add([['a', -3_600_000, 9]])
    expect(two.totals()).toEqual([['a', 0, 4]])
  })
})

describe('overload', () => {
  it('turns searches away long before matches, with the time to wait', () => {
    const loop = new LoopDelay()
    const admission = new Admission(loop)
    const leave = Array.from({ length: 64 }, () => admission.enter('searches'))
    expect(() => admission.enter('searches')).toThrowError(
      expect.objectContaining({ code: 'unavailable', retryAfter: 1 }),
    )
    const match = admission.enter('matches')
    expect(admission.refused).toBe(1)
    leave[0]!()
    admission.enter('searches')
    match()
    expect(admission.matches).toBe(0)
    loop.stop()
  })

  it('of searches that sockets bring together takes as many as one turn may have, and all again in the next', async () => {
    const server = await startServer()
    const { results } = (await server.get('/api/v1/search?q=pdf&cut=off')).body
    const socket = {
      incoming: { socket: { remoteAddress: '127.0.0.1', remotePort: 1, remoteFamily: 'IPv4' }, headers: {} },
    }
    const ask = async () => server.app.request('/api/v1/search?q=pdf', {}, socket)
    const together = Array.from({ length: 100 }, ask)
    const match = server.send('POST', '/api/v1/matches', { token: results[0].token, outcome: 'selected' })
    const refused = (await Promise.all(together)).filter(({ status }) => status === 503)
    expect(refused).toHaveLength(100 - 64)
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await match).status).toBe(201)
    await new Promise(setImmediate)
    expect((await ask()).status).toBe(200)
    await server.close()
  })

  it('never turns one caller inside the process away, however many requests it brings in one turn', async () => {
    const server = await startServer()
    for (let i = 0; i < 100; i++) expect((await server.get('/api/v1/search?q=pdf')).status).toBe(200)
    await server.close()
  })
})

describe('CORS', () => {
  it('is closed unless an origin is allowed', async () => {
    const closed = await startServer()
    expect(
      (await closed.get('/api/v1/search?q=pdf', { origin: 'https://a.example' })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull()
    await closed.close()
    const open = await startServer(SMALL_CATALOGUE, { MATCHGRAPH_CORS: 'https://a.example' })
    expect(
      (await open.get('/api/v1/search?q=pdf', { origin: 'https://a.example' })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBe('https://a.example')
    expect(
      (await open.get('/api/v1/search?q=pdf', { origin: 'https://b.example' })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull()
    await open.close()
  })
})

describe('/metrics', () => {
  it('counts searches by answer and times routes and stages, by pattern and never by address', async () => {
    const server = await startServer()
    await server.get('/api/v1/search?q=scanned+pdf+tables')
    await server.get('/api/v1/tools/papermill')
    const { status, body } = await server.get('/metrics')
    expect(status).toBe(200)
    expect(body).toMatch(/matchgraph_searches_total\{answer="\w+"\} 1/)
    expect(body).toMatch(/matchgraph_search_stage_seconds_count\{stage="semantic"\} 1/)
    expect(body).toMatch(
      /matchgraph_http_request_seconds_count\{route="\/api\/v1\/tools\/:slug",method="GET",status="200"\} 1/,
    )
    expect(body).toMatch(/matchgraph_generation 1/)
    expect(body).toMatch(/matchgraph_log_pending \d/)
    expect(body).not.toMatch(/papermill/)
    await server.close()
  })

  it('says how much of what is compared was in memory', async () => {
    const server = await startServer()
    const counts = async () => {
      const { body } = await server.get('/metrics')
      return ['kept', 'read'].map((from) =>
        Number(new RegExp(`^matchgraph_portraits_${from}_total (\\d+)$`, 'm').exec(body)![1]),
      )
    }
    const before = await counts()
    const alternatives = '/api/v1/tools/papermill/alternatives'
    await server.get(alternatives)
    const [, read] = await counts()
    expect(read).toBeGreaterThan(before[1]!)
    await server.get(alternatives)
    const again = await counts()
    expect(again[0]).toBeGreaterThan(before[0]!)
    expect(again[1]).toBe(read)
    await server.close()
  })

  it('has every metric that the dashboard shows', async () => {
    const server = await startServer()
    await server.get('/api/v1/search?q=scanned+pdf+tables')
    const { body } = await server.get('/metrics')
    const dashboard = fs.readFileSync(path.join(import.meta.dirname, '../../deploy/grafana.json'), 'utf8')
    const shown = new Set(dashboard.match(/matchgraph_\w+/g))
    expect(shown.size).toBeGreaterThan(10)
    for (const name of shown) expect(body, name).toMatch(new RegExp(`^${name}(?:\\{| )`, 'm'))
    await server.close()
  })
})
