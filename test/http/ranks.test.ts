import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rankingsSchema, toolRankSchema } from '../../src/core/api/rank.js'
import type { ToolRecord } from '../../src/core/catalogue.js'
import { SMALL_CATALOGUE, startServer, type TestServer } from '../support/home.js'

const signal = (value: number | string) => ({ value, asOf: '2026-01', source: 'https://example.org' })
const starred: ToolRecord = {
  ...SMALL_CATALOGUE[0]!,
  slug: 'starred',
  name: 'Starred',
  signals: { githubStars: signal(90_000), lastRelease: signal('2026-01-01') },
  capabilities: [{ id: 'starred.1', name: 'Counting stars', description: 'Counts the stars of a repository.' }],
}

let server: TestServer
beforeAll(async () => {
  server = await startServer([...SMALL_CATALOGUE, starred], { MATCHGRAPH_CLIENT_KEYS: 'one,two,three' })
})
afterAll(() => server.close())

describe('GET /api/v1/tools/{slug}/rank', () => {
  it('can be rebuilt from what it shows, to the last digit', async () => {
    const { status, body } = await server.get('/api/v1/tools/starred/rank')
    expect(status).toBe(200)
    const answer = toolRankSchema.parse(body)
    const points = answer.components.map((c) => {
      const estimate = c.reliability * (c.value ?? 0) + (1 - c.reliability) * c.typeMean
      return 100 * c.weight * estimate
    })
    expect(Math.abs(points.reduce((a, b) => a + b, 0) - answer.rank)).toBeLessThan(1e-9)
    expect(answer.components.find((c) => c.component === 'matchGraph')).toMatchObject({
      n: 0,
      reliability: 0,
      inputs: [],
    })
    expect(answer.components.find((c) => c.component === 'matchGraph')).not.toHaveProperty('value')
    expect(answer).toMatchObject({ timesMatched: 0, version: 1 })
    expect(answer).not.toHaveProperty('since')
  })

  it('is the rank that search and the list of tools show', async () => {
    const { rank } = (await server.get('/api/v1/tools/starred/rank')).body
    const { tools } = (await server.get('/api/v1/tools')).body
    expect(tools.find((t: any) => t.slug === 'starred').rank).toBeCloseTo(rank, 3)
    const { results } = (await server.get('/api/v1/search?q=counting+stars')).body
    expect(results[0].tool.rank).toBeCloseTo(rank, 3)
  })

  it('counts matches with their window', async () => {
    for (const key of ['one', 'two', 'three']) {
      const { results } = (await server.get('/api/v1/search?q=counting+stars&explore=off')).body
      const headers = { authorization: `Bearer ${key}` }
      await server.send('POST', '/api/v1/matches', { token: results[0].token, outcome: 'selected' }, headers)
    }
    const { body } = await server.get('/api/v1/tools/starred/rank')
    expect(body.timesMatched).toBe(3)
    expect(Math.abs(Date.parse(body.since) - Date.now())).toBeLessThan(60_000)
    const graph = body.components.find((c: any) => c.component === 'matchGraph')
    expect(graph.n).toBeGreaterThan(0.5)
    expect(graph.inputs.map((i: any) => i.name)).toEqual([
      'selections per expected selection',
      'share of outcomes that succeeded',
    ])
  })

  it('names the nearest slug when there is no such tool', async () => {
    const { status, body } = await server.get('/api/v1/tools/stared/rank')
    expect(status).toBe(404)
    expect(body.detail).toContain('starred')
  })
})

describe('GET /api/v1/rankings', () => {
  it('orders by the lower end of the interval, says what it does not know, and pages', async () => {
    const { body } = await server.get('/api/v1/rankings')
    const { rankings, total } = rankingsSchema.parse(body)
    expect(total).toBe(4)
    const lows = rankings.map((r) => r.interval[0])
    expect([...lows].sort((a, b) => b - a)).toEqual(lows)
    expect(rankings.find((r) => r.tool.slug === 'post-horn')!.noData).toContain('freshness')
    const first = (await server.get('/api/v1/rankings?limit=3')).body
    const second = (await server.get(`/api/v1/rankings?limit=3&cursor=${first.nextCursor}`)).body
    const positions = [...first.rankings, ...second.rankings].map((r: any) => [r.position, r.tool.slug])
    expect(positions).toEqual(rankings.map((r) => [r.position, r.tool.slug]))
    expect(second).not.toHaveProperty('nextCursor')
  })

  it('filters like search', async () => {
    const { body } = await server.get('/api/v1/rankings?type=model')
    expect(body.rankings.map((r: any) => r.tool.slug)).toEqual(['ear-trumpet'])
    expect((await server.get('/api/v1/rankings?tpye=model')).body.code).toBe('unknown-parameter')
  })
})

describe('a tool without capabilities', () => {
  it('can be announced: it is listed and ranked, and has its capabilities later', async () => {
    const bare = { slug: 'announced', name: 'Announced', type: 'api', description: 'Comes soon.', capabilities: [] }
    expect((await server.send('PUT', '/api/v1/tools/announced', bare)).status).toBeLessThan(300)
    expect((await server.get('/api/v1/tools/announced')).body.capabilities).toEqual([])
    expect((await server.get('/api/v1/tools/announced/rank')).body.timesMatched).toBe(0)
    const whole = { ...bare, capabilities: [{ name: 'Folding paper cranes', description: 'Folds cranes from paper.' }] }
    expect((await server.send('PUT', '/api/v1/tools/announced', whole)).status).toBeLessThan(300)
    const { results } = (await server.get('/api/v1/search?q=folding+paper+cranes')).body
    expect(results[0].tool.slug).toBe('announced')
  })
})
