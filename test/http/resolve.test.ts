import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveAnswerSchema } from '../../src/core/api/resolve.js'
import { startServer, type TestServer } from '../support/home.js'
import { shipped } from '../unit/ledger/exam.js'

const SLUGS = [
  'postgres-mcp',
  'github-mcp',
  'resend',
  'sendgrid',
  'qdrant',
  'pinecone',
  'milvus',
  'whisper',
  'deepgram',
  'keycloak',
  'auth0',
]
let server: TestServer
beforeAll(async () => {
  server = await startServer(SLUGS.map(shipped))
})
afterAll(() => server.close())
const resolve = async (body: object) => {
  const { status, body: answer } = await server.send('POST', '/api/v1/resolve', body)
  expect(status, JSON.stringify(answer)).toBe(200)
  return resolveAnswerSchema.parse(answer)
}

describe('POST /api/v1/resolve', () => {
  it('answers with a tool, the proof of each requirement, how to call it, and a token', async () => {
    const answer = await resolve({ intent: 'send transactional mail from Rust, free tier', limit: 2 })
    const [first] = answer.resolved
    expect(first).toMatchObject({ position: 1, tool: { slug: 'resend', type: 'api', pricing: 'freemium' } })
    const rust = first!.ledger.find((entry) => entry.requirement === 'from Rust')
    expect(rust).toMatchObject({ role: 'condition', state: 'met', at: 'attributes.sdkLanguages' })
    expect(rust!.proof).toMatch(/Rust/)
    expect(first!.invocation).toMatchObject({ language: 'shell', snippet: 'npm install resend' })
    expect(first!.token.length).toBeGreaterThan(20)
    expect(answer.uncovered).toEqual([])
  })

  it('puts what the record proves before what it contradicts', async () => {
    const answer = await resolve({ intent: 'vector database, open source, self-hosted, with a Rust SDK', limit: 3 })
    expect(answer.resolved[0]!.tool.slug).toBe('qdrant')
    const pinecone = answer.resolved.find((one) => one.tool.slug === 'pinecone')
    const states = pinecone?.ledger.filter((entry) => entry.role === 'condition').map((entry) => entry.state)
    expect(states ?? ['not-met', 'not-met', 'not-met']).toEqual(['not-met', 'not-met', 'not-met'])
  })

  it('takes only what fulfils every constraint, and says what each of the others fails', async () => {
    const answer = await resolve({
      intent: 'sign users in with single sign-on',
      constraints: { requires: ['self-hosted', 'SAML'], license: ['permissive'] },
    })
    expect(answer.resolved.map((one) => one.tool.slug)).toEqual(['keycloak'])
    const entries = answer.resolved[0]!.ledger.filter((entry) => entry.role === 'constraint')
    expect(entries.map((entry) => [entry.requirement, entry.state])).toEqual([
      ['license: permissive', 'met'],
      ['self-hosted', 'met'],
      ['SAML', 'met'],
    ])
  })

  it('does not count unknown as met', async () => {
    const answer = await resolve({ intent: 'vector search', constraints: { requires: ['HIPAA'] } })
    expect(answer.resolved.map((one) => one.tool.slug)).not.toContain('qdrant')
  })

  it('leaves out tools and phrases that are excluded', async () => {
    const all = await resolve({ intent: 'send transactional mail' })
    expect(all.resolved.map((one) => one.tool.slug)).toContain('resend')
    const without = await resolve({ intent: 'send transactional mail', constraints: { excludes: ['Resend'] } })
    expect(without.resolved.map((one) => one.tool.slug)).not.toContain('resend')
    const phrase = await resolve({ intent: 'vector database', constraints: { excludes: ['open source'] } })
    expect(phrase.resolved.map((one) => one.tool.slug)).not.toContain('qdrant')
  })

  it('answers none with what came nearest and which constraint to drop', async () => {
    const answer = await resolve({
      intent: 'send transactional mail by one API call',
      constraints: { type: ['mcp'] },
    })
    expect(answer.resolved.map((one) => one.tool.slug)).not.toContain('resend')
    expect(answer.nearMisses!.map((miss) => miss.fails).join()).toMatch(/type: mcp: type: api/)
    expect(answer.relaxations).toEqual([{ drop: 'type=mcp', wouldMatch: expect.any(Number) }])
    const nothing = await resolve({ intent: 'book a haircut for my dog next tuesday' })
    expect(nothing).toMatchObject({
      answer: 'none',
      resolved: [],
      uncovered: ['book a haircut for my dog next tuesday'],
    })
  })

  it('names alternatives with what sets them apart', async () => {
    const answer = await resolve({ intent: 'vector database with metadata filters', limit: 1 })
    const others = answer.resolved[0]!.alternatives
    expect(others.length).toBeGreaterThan(0)
    for (const other of others) {
      expect(other.slug).not.toBe(answer.resolved[0]!.tool.slug)
      expect(other.why).toMatch(/% sure/)
    }
  })

  it.each([550, 700, 1200, 2500, 6000])('fits into %i tokens', async (maxTokens) => {
    const whole = await resolve({ intent: 'vector database, self-hosted, open source', limit: 5 })
    const answer = await resolve({ intent: 'vector database, self-hosted, open source', limit: 5, maxTokens })
    expect(answer.tokensUsed).toBeLessThanOrEqual(maxTokens)
    expect(answer.resolved.length).toBeGreaterThan(0)
    expect(answer.resolved[0]!.tool.slug).toBe(whole.resolved[0]!.tool.slug)
    expect(answer.resolved.length + (answer.omitted ?? 0)).toBe(whole.resolved.length)
  })

  it.each([
    [{}, 'invalid-body', /intent/],
    [{ intent: 'x', limt: 2 }, 'unknown-parameter', /limt.*did you mean "limit"/],
    [{ intent: 'x', limit: 21 }, 'invalid-body', /limit/],
    [{ intent: 'x', constraints: { fre: true } }, 'unknown-parameter', /fre/],
    [{ intent: 'x', maxTokens: 10 }, 'invalid-body', /maxTokens/],
  ])('%j is refused as %s', async (body, code, detail) => {
    const { status, body: problem } = await server.send('POST', '/api/v1/resolve', body)
    expect(status).toBe(400)
    expect(problem.code).toBe(code)
    expect(problem.detail).toMatch(detail)
  })
})
