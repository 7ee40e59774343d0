import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alternativesAnswerSchema } from '../../src/core/api/alternatives.js'
import { comparisonSchema } from '../../src/core/api/compare.js'
import { coverAnswerSchema } from '../../src/core/api/cover.js'
import { graphSchema } from '../../src/core/api/graph.js'
import { readCatalogue } from '../support/catalogue.js'
import { startServer, type TestServer } from '../support/home.js'

let server: TestServer
beforeAll(async () => {
  server = await startServer(readCatalogue())
})
afterAll(() => server.close())

const alternatives = async (slug: string, params: Record<string, string> = {}) => {
  const { status, body } = await server.get(`/api/v1/tools/${slug}/alternatives?${new URLSearchParams(params)}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return alternativesAnswerSchema.parse(body)
}

describe('GET /api/v1/tools/:slug/alternatives', () => {
  it('lists tools of the same role with what is shared, lost and gained', async () => {
    const { results, answer } = await alternatives('stripe')
    expect(answer).toBe('match')
    expect(results[0]!.tool.slug).toBe('paddle')
    const { shared, missing, coverage, extra } = results[0]!
    expect(shared.length + missing.length).toBe(9)
    expect(coverage).toBeCloseTo(shared.length / 9, 12)
    for (const { tool, by, probability } of shared) {
      expect([tool, by.tool]).toEqual(['stripe', 'paddle'])
      expect(probability).toBeGreaterThanOrEqual(0.5)
    }
    for (const { tool } of extra) expect(tool).toBe('paddle')
  })

  it('covers differently in the other direction', async () => {
    const there = (await alternatives('gpt-4o')).results.find(({ tool }) => tool.slug === 'gpt-4o-mini')!
    const back = (await alternatives('gpt-4o-mini')).results.find(({ tool }) => tool.slug === 'gpt-4o')!
    expect(back.coverage).toBeGreaterThan(there.coverage)
  })

  it('keeps every constraint, and names the one that a near miss fails', async () => {
    const free = await alternatives('gpt-4o', { free: 'on', without: 'Mistral Large' })
    for (const { tool } of free.results) {
      expect(tool.pricing?.freeTier === true || ['free', 'open-source'].includes(tool.pricing!.model)).toBe(true)
      expect(tool.slug).not.toBe('mistral-large')
    }
    expect(free.nearMisses.length).toBeGreaterThan(0)
    for (const { fails } of free.nearMisses) expect(fails).toMatch(/^pricing: |^does only /)
    const models = await alternatives('langfuse', { type: 'framework' })
    for (const { tool } of models.results) expect(tool.type).toBe('framework')
  })

  it('takes a need in words through the search', async () => {
    const { results } = await alternatives('fly-io', { for: 'deploy containers on my own servers' })
    expect(results.map(({ tool }) => tool.slug)).toContain('coolify')
    for (const { serves } of results) expect(serves!.confidence).toBeGreaterThanOrEqual(0.5)
  })

  it('says that nothing here replaces a tool when that is so', async () => {
    const { answer, results, summary, irreplaceable } = await alternatives('memory-mcp')
    expect(answer).toBe('none')
    expect(results).toEqual([])
    expect(summary).toBe('Nothing here replaces Memory MCP Server.')
    expect(irreplaceable.length).toBeGreaterThan(0)
  })

  it.each([
    ['flyio', 'fly-io'],
    ['fly', 'fly-io'],
    ['gpt4o', 'gpt-4o'],
    ['GPT-4o%20mini', 'gpt-4o-mini'],
    ['next.js', 'nextjs'],
  ])('resolves the name %s as typed', async (typed, slug) => {
    expect((await alternatives(typed)).tool.slug).toBe(slug)
  })

  it('suggests what a name that is no tool may have meant', async () => {
    for (const [typed, suggestion] of [
      ['qdrannt', 'qdrant'],
      ['gpt', 'gpt-4o'],
      ['lang', 'langchain'],
    ]) {
      const { status, body } = await server.get(`/api/v1/tools/${typed}/alternatives`)
      expect(status).toBe(404)
      expect(body.detail).toContain(`"${suggestion}"`)
      expect(body.errors.map((fault: { suggestion: string }) => fault.suggestion)).toContain(suggestion)
    }
    const { body } = await server.get('/api/v1/tools/zzzzzzzzzzzz/alternatives')
    expect(body.detail).toBe('There is no tool "zzzzzzzzzzzz". See /api/v1/tools for all.')
  })
})

describe('GET /api/v1/compare', () => {
  it('refuses one tool, six tools, the same tool twice, and unknown parameters', async () => {
    for (const query of ['tools=fly-io', 'tools=a,b,c,d,e,f', 'tools=fly-io,flyio', 'tool=fly-io,modal']) {
      expect((await server.get(`/api/v1/compare?${query}`)).status, query).toBe(400)
    }
    expect((await server.get('/api/v1/compare?tools=fly-io,nonsense-tool')).status).toBe(404)
  })

  it('compares up to five, every capability of each exactly once', async () => {
    const tools = ['qdrant', 'weaviate', 'milvus', 'pinecone', 'chroma']
    const { body } = await server.get(`/api/v1/compare?tools=${tools}`)
    const { pairs, only, relations, tools: shown } = comparisonSchema.parse(body)
    expect(relations.length).toBe(10)
    for (const [i, slug] of tools.entries()) {
      const ids = [...pairs.flatMap(({ members }) => members), ...only[slug]!]
        .filter(({ tool }) => tool === slug)
        .map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.length).toBe(shown[i]!.capabilities.distinct)
    }
  })

  it('says for a claim of evidence how many searches it stands on, and none when there are none', async () => {
    const { body } = await server.get('/api/v1/compare?tools=fly-io,gpt-4o')
    expect(body.headToHead.n).toBe(0)
    expect(body.headToHead.note).toMatch(/^No evidence yet/)
    expect(JSON.stringify(body)).not.toMatch(/backed by|proven/i)
  })
})

describe('head to head', () => {
  it('counts choices between two tools that one list showed, and says on how many it stands', async () => {
    const { body } = await server.get('/api/v1/search?q=serverless+GPU+functions&tool=modal,runpod&cut=off&explore=off')
    const [first] = body.results
    await server.send('POST', '/api/v1/matches', { token: first.token, outcome: 'selected' })
    await server.send('POST', '/api/v1/matches', { token: first.token, outcome: 'succeeded' })
    const { headToHead, tools } = comparisonSchema.parse((await server.get('/api/v1/compare?tools=modal,runpod')).body)
    const winner = first.tool.slug
    expect(headToHead.n).toBe(1)
    expect(headToHead.wins.find(({ tool }) => tool === winner)).toEqual({
      tool: winner,
      selected: 1,
      succeeded: 1,
      failed: 0,
    })
    expect(headToHead.note).toMatch(/^Of 1 recorded choices in searches that showed both/)
    expect(tools.find(({ slug }) => slug === winner)!.matches.timesMatched).toBe(1)
  })
})

describe('POST /api/v1/cover', () => {
  const cover = async (body: object) => {
    const { status, body: answer } = await server.send('POST', '/api/v1/cover', body)
    expect(status, JSON.stringify(answer)).toBe(200)
    return coverAnswerSchema.parse(answer)
  }

  it('finds one tool for two needs that it serves, the rest uncovered', async () => {
    const { best, uncovered, answer } = await cover({
      needs: ['trace my llm calls', 'run prompt regression tests', 'make coffee for the office'],
    })
    expect(answer).toBe('partial')
    expect(best!.tools.length).toBe(1)
    expect(best!.covered).toBe(2)
    expect(uncovered.map(({ need }) => need)).toEqual(['make coffee for the office'])
  })

  it('keeps what one has, leaves out what one does not want, and a next-best set is another one', async () => {
    const { best, nextBest } = await cover({
      needs: ['store vectors and search them with filters', 'trace my llm calls'],
      constraints: { have: ['langsmith'], excludes: ['qdrant'] },
    })
    const slugs = best!.tools.map(({ tool }) => tool.slug)
    expect(slugs).toContain('langsmith')
    expect(slugs).not.toContain('qdrant')
    const next = new Set(nextBest!.tools.map(({ tool }) => tool.slug))
    expect(slugs.every((slug) => next.has(slug))).toBe(false)
  })

  it('names a key that it does not know', async () => {
    const { status, body } = await server.send('POST', '/api/v1/cover', { need: ['x'] })
    expect(status).toBe(400)
    expect(body.detail).toContain('needs')
  })
})

describe('GET /api/v1/graph', () => {
  const graph = async (query: string) => {
    const { status, body } = await server.get(`/api/v1/graph?${query}`)
    expect(status, JSON.stringify(body)).toBe(200)
    return graphSchema.parse(body)
  }

  it.each([
    'tool=fly-io',
    'tool=modal',
    'intent=store+vectors+and+search+them',
    'intent=run+containers+near+users&limit=20',
  ])('draws %s with at most the nodes asked for, every edge between drawn nodes, no row twice', async (query) => {
    const { nodes, edges } = await graph(query)
    expect(nodes.length).toBeLessThanOrEqual(query.includes('limit') ? 20 : 60)
    expect(nodes.length).toBeGreaterThanOrEqual(3)
    const ids = new Set(nodes.map(({ id }) => id))
    expect(ids.size).toBe(nodes.length)
    for (const { from, to } of edges) expect(ids.has(from) && ids.has(to)).toBe(true)
    const places = new Set(nodes.map(({ kind, row }) => `${kind} ${row}`))
    expect(places.size).toBe(nodes.length)
    expect(nodes.filter(({ focus }) => focus).length).toBe(1)
  })

  it('says that nothing serves a need', async () => {
    const { title, nodes } = await graph('intent=make+coffee+for+the+office')
    expect(title).toBe('Nothing here serves “make coffee for the office”')
    expect(nodes.length).toBe(1)
  })

  it('wants either a need or a tool', async () => {
    expect((await server.get('/api/v1/graph')).status).toBe(400)
    expect((await server.get('/api/v1/graph?tool=fly-io&intent=x')).status).toBe(400)
  })
})
