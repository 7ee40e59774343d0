import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FUZZ_RUNS, NASTY, nastyText as text } from '../support/fuzz.js'
import { startServer, type TestServer } from '../support/home.js'

/** Pages for people, and what crawlers read; those that end in a slash take a name. */
const PAGES = [
  '/',
  '/index.md',
  '/search',
  '/search.md',
  '/tools/',
  '/alternatives/',
  '/rankings',
  '/compare',
  '/compare/',
  '/graph',
  '/docs',
  '/assets/',
  '/sitemap.xml',
  '/robots.txt',
  '/llms.txt',
]
const PAGE_RUNS = Math.ceil(0.4 * FUZZ_RUNS)

interface Operation {
  method: string
  path: string
  query: string[]
  hasBody: boolean
  statuses: number[]
}

let server: TestServer
let operations: Operation[]
beforeAll(async () => {
  server = await startServer()
  const { paths } = (await server.get('/openapi.json')).body as { paths: Record<string, Record<string, any>> }
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, responses }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((p: any) => p.in === 'query').map((p: any) => p.name),
      hasBody: requestBody !== undefined,
      statuses: Object.keys(responses).map(Number),
    })),
  )
})
afterAll(() => server.close())

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(
    fc.oneof(
      fc.constantFrom(
        'q',
        'token',
        'outcome',
        'intent',
        'needs',
        'constraints',
        'matches',
        'slug',
        'name',
        'capabilities',
        '__proto__',
        'type',
      ),
      text,
    ),
    fc.oneof(text, fc.integer(), fc.jsonValue()),
  ),
)
const request = fc.record({
  pick: fc.nat(),
  path: text,
  known: fc.array(fc.tuple(fc.nat(), text), { maxLength: 4 }),
  unknown: fc.array(fc.tuple(text, text), { maxLength: 1 }),
  withQ: fc.boolean(),
  body: json,
  raw: fc.option(text, { freq: 8 }),
  headers: fc.dictionary(
    fc.constantFrom('authorization', 'if-none-match', 'idempotency-key', 'x-forwarded-for', 'accept', 'origin'),
    fc.string({ maxLength: 60 }),
    { maxKeys: 2 },
  ),
})

/** A text that can stand in an address: without lone surrogates. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, 'x')

/** Header values and addresses that no client can send are left out. */
const sendable = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)))

/** Routes that stream or start processes are tested by themselves. */
const apart = ({ path }: Operation) => /\/reindex|\/events|\/mcp/.test(path)

describe('any request', () => {
  it(`is answered with a documented status and no fault of ours (${FUZZ_RUNS} cases)`, async () => {
    const candidates = operations.filter((operation) => !apart(operation))
    let slowest = { ms: 0, what: '' }
    await fc.assert(
      fc.asyncProperty(request, async ({ pick, path, known, unknown, withQ, body, raw, headers }) => {
        const operation = candidates[pick % candidates.length]!
        const params = new URLSearchParams()
        if (withQ && operation.query.includes('q')) params.append('q', path)
        for (const [at, value] of known)
          if (operation.query.length > 0) params.append(operation.query[at % operation.query.length]!, value)
        for (const [name, value] of unknown) params.append(name, value)
        // no segment, and those that an address is shortened by, name another route
        const segment = /^\.{0,2}$/.test(path) ? 'x' : encodeURIComponent(wellFormed(path))
        const url = `${operation.path.replace(/\{\w+\}/g, segment)}?${params}`
        const init: RequestInit = { method: operation.method, headers: { ...sendable(headers) } }
        if (operation.hasBody) {
          Object.assign(init.headers!, { 'content-type': 'application/json' })
          init.body = raw ?? JSON.stringify(body) ?? 'null'
        }
        const begun = performance.now()
        const response = await server.app.request(url, init)
        const answer = await response.text()
        const ms = performance.now() - begun
        if (ms > slowest.ms) slowest = { ms, what: `${operation.method} ${url.slice(0, 200)}` }
        const what = `${operation.method} ${url} ${String(init.body ?? '')} → ${response.status} ${answer.slice(0, 300)}`
        expect(response.status, what).toBeLessThan(500)
        expect(operation.statuses, what).toContain(response.status)
        if (response.status >= 400) expect(JSON.parse(answer), what).toMatchObject({ status: response.status })
        expect(({} as Record<string, unknown>).polluted, what).toBeUndefined()
      }),
      { seed: 20261130, numRuns: FUZZ_RUNS, endOnFailure: true },
    )
    console.log(`slowest: ${slowest.ms.toFixed(0)} ms, ${slowest.what}`)
  })

  it(`for a page is answered with one, or with what is wrong with the request (${PAGE_RUNS} cases)`, async () => {
    const names = fc.constantFrom('q', 'tools', 'for', 'tool', 'intent', 'type', 'free', 'limit', 'cursor', 'reported')
    const known = fc.constantFrom('papermill', 'post-horn', 'papermill-vs-post-horn', 'scanned pdf')
    const asked = fc.record({
      page: fc.constantFrom(...PAGES),
      segment: fc.oneof(text, known),
      params: fc.array(fc.tuple(names, fc.oneof(text, known)), { maxLength: 5 }),
      accept: fc.constantFrom('text/html', 'text/markdown', '*/*'),
    })
    await fc.assert(
      fc.asyncProperty(asked, async ({ page, segment, params, accept }) => {
        const url = `${page}${page.endsWith('/') ? encodeURIComponent(wellFormed(segment)) : ''}?${new URLSearchParams(params)}`
        const response = await server.app.request(url, { headers: { accept } })
        const answer = await response.text()
        expect([200, 301, 302, 303, 308, 400, 404], `${url} → ${answer.slice(0, 300)}`).toContain(response.status)
        if (!response.headers.get('content-type')?.includes('html')) return
        for (const hostile of [segment, ...params.map(([, value]) => value)])
          if (/[<>]\w/.test(hostile)) expect(answer, url).not.toContain(hostile)
      }),
      { seed: 20261130, numRuns: PAGE_RUNS, endOnFailure: true },
    )
  })

  it('renders no text of a caller as markup', async () => {
    for (const nasty of NASTY.filter((one) => /[<>"]/.test(one))) {
      for (const url of [
        `/?q=${encodeURIComponent(nasty)}`,
        `/search?q=${encodeURIComponent(nasty)}`,
        `/tools/${encodeURIComponent(nasty)}`,
      ]) {
        const html = await (await server.app.request(url, { headers: { accept: 'text/html' } })).text()
        expect(html, url).not.toContain(nasty)
      }
    }
  })

  it('never leaves the folder of static files', async () => {
    for (const path of [
      '/assets/../package.json',
      '/assets/..%2f..%2fpackage.json',
      '/assets/%2e%2e/%2e%2e/etc/passwd',
      '/../../etc/passwd',
      '/assets//etc/passwd',
    ]) {
      const response = await server.app.request(path)
      expect(response.status, path).toBeGreaterThanOrEqual(400)
      expect(await response.text()).not.toMatch(/root:|"matchgraph"/)
    }
  })
})
