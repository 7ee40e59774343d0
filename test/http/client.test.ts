import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MatchgraphClient, MatchgraphError } from '../../src/client.js'
import { startServer, type TestServer } from '../support/home.js'
import { shipped } from '../unit/ledger/exam.js'

let server: TestServer
let client: MatchgraphClient
const fetch = async (url: string | URL | Request, init?: RequestInit) => server.app.request(String(url), init)
beforeAll(async () => {
  server = await startServer(['resend', 'sendgrid', 'qdrant', 'pinecone', 'e2b', 'daytona'].map(shipped))
  client = new MatchgraphClient('http://localhost:8787/', { fetch })
})
afterAll(() => server.close())

describe('matchgraph/client', () => {
  it('searches, resolves and reports', async () => {
    const found = await client.search('send transactional mail', { type: ['api'], limit: 2, explain: true })
    expect(found.results.length).toBeLessThanOrEqual(2)
    expect(found.results[0]!.explain).toBeDefined()
    expect((await client.searchTools('send transactional mail')).results[0]!.capabilities.length).toBeGreaterThan(0)
    const { resolved } = await client.resolve({
      intent: 'send transactional mail from Rust',
      constraints: { free: true },
    })
    expect(resolved[0]!.tool.slug).toBe('resend')
    expect((await client.report(resolved[0]!.token, 'selected')).status).toBe('recorded')
  })

  it('reads a tool and compares', async () => {
    expect((await client.tool('qdrant')).license).toBe('Apache-2.0')
    expect((await client.compare(['qdrant', 'pinecone'])).relation.kind).toBe('substitutes')
  })

  it('fails with the server’s own words', async () => {
    const error = await client.tool('qdrnt').catch((one) => one)
    expect(error).toBeInstanceOf(MatchgraphError)
    expect(error).toMatchObject({ status: 404, code: 'not-found', detail: expect.stringMatching(/qdrant/) })
    await expect(client.report('nonsense', 'selected')).rejects.toMatchObject({ status: 403, code: 'forged-token' })
    const broken = new MatchgraphClient('http://localhost', {
      fetch: async () => new Response('<html>', { status: 502 }),
    })
    await expect(broken.search('x')).rejects.toMatchObject({ status: 502, code: 'http' })
  })

  it('sends a key', async () => {
    let sent: string | null = null
    const spy = async (_url: unknown, init?: RequestInit) => {
      sent = new Headers(init?.headers).get('authorization')
      return Response.json({})
    }
    await new MatchgraphClient('http://localhost', { key: 'abc', fetch: spy }).search('x')
    expect(sent).toBe('Bearer abc')
  })

  it('needs nothing at run time', () => {
    const source = readFileSync(new URL('../../src/client.ts', import.meta.url), 'utf8')
    const imports = source.split('\n').filter((line) => /^import\b/.test(line))
    expect(imports.length).toBeGreaterThan(3)
    for (const line of imports) expect(line).toMatch(/^import type /)
  })

  it('does what the README shows', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const examples = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]!)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) {
      const body = example
        .replace(/^import .*matchgraph\/client.*\n/m, '')
        .replace(/new MatchgraphClient\(([^)]*)\)/, 'new MatchgraphClient($1, { fetch })')
      const said: string[] = []
      const console = { log: (...words: unknown[]) => said.push(words.join(' ')) }
      const AsyncFunction = (async () => undefined).constructor as FunctionConstructor
      await new AsyncFunction('MatchgraphClient', 'fetch', 'console', body)(MatchgraphClient, fetch, console)
      expect(said.join('\n')).not.toBe('')
    }
  })
})
