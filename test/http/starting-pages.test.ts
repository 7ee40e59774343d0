import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Comparison, comparisonSchema } from '../../src/core/api/compare.js'
import { readCatalogue } from '../support/catalogue.js'
import { startServer, type TestServer } from '../support/home.js'

const STARTING = ['fly-io', 'gpt-4o', 'modal', 'fastapi']

/** Fly.io's record with one capability told twice, as generated listings do. */
const withTwin = () => {
  const fly = readCatalogue().find(({ slug }) => slug === 'fly-io')!
  const [, , name, description] = fs
    .readFileSync(path.join(import.meta.dirname, '../fixtures/twins.tsv'), 'utf8')
    .split('\n')[1]!
    .split('\t')
  const { id: _id, ...own } = fly.capabilities[0]!
  const capabilities = fly.capabilities.map(({ id: _, ...capability }) => capability)
  return {
    ...fly,
    slug: 'fly-twice',
    name: 'Fly Twice',
    capabilities: [...capabilities, { ...own, name: name!, description: description!, intents: [] }],
  }
}

let server: TestServer
beforeAll(async () => {
  const tools = readCatalogue().filter(
    ({ slug, categories }) => STARTING.includes(slug) || categories?.includes('deployment'),
  )
  server = await startServer([...tools, withTwin()])
})
afterAll(() => server.close())

const compare = async (tools: string, situations: string[] = []): Promise<Comparison> => {
  const query = new URLSearchParams([['tools', tools], ...situations.map((text): [string, string] => ['for', text])])
  return comparisonSchema.parse((await server.get(`/api/v1/compare?${query}`)).body)
}
const pairs = STARTING.flatMap((a, i) => STARTING.slice(i + 1).map((b) => `${a},${b}`))

describe('what generated comparison pages get wrong, on the four starting tools', () => {
  it.each(pairs)('%s: every rank can be rebuilt from the numbers on the page', async (tools) => {
    for (const { rank, rankParts } of (await compare(tools)).tools) {
      expect(rankParts!.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(rank!, 9)
    }
  })

  it.each(pairs)('%s: no claim of evidence without its n, missing data is null and never 0', async (tools) => {
    const { headToHead, tools: compared, table } = await compare(tools)
    expect(headToHead.n).toBe(0)
    expect(headToHead.note).toContain('No evidence yet')
    for (const { slug, rankParts } of compared) {
      const row = table.find(({ id }) => id === 'rank.matchGraph')
      expect(rankParts!.find(({ name }) => name === 'matchGraph')!.value).toBeNull()
      expect(row!.cells[slug]).toBeNull()
    }
  })

  it('says first what kind of pair it is', async () => {
    const kinds = Object.fromEntries(
      await Promise.all(pairs.map(async (tools) => [tools, (await compare(tools)).relation.kind] as const)),
    )
    expect(kinds).toEqual({
      'fly-io,gpt-4o': 'complements',
      'fly-io,modal': 'substitutes',
      'fly-io,fastapi': 'complements',
      'gpt-4o,modal': 'complements',
      'gpt-4o,fastapi': 'complements',
      'modal,fastapi': 'complements',
    })
  })

  it('aligns capabilities: both have it, only one has it, with how surely', async () => {
    const { pairs: both, only } = await compare('fly-io,modal')
    expect(both.length).toBeGreaterThanOrEqual(2)
    for (const { probability, similarity, members } of both) {
      expect(probability).toBeGreaterThanOrEqual(0.5)
      expect(similarity).toBeLessThanOrEqual(1)
      expect(members.map(({ tool }) => tool)).toEqual(['fly-io', 'modal'])
    }
    expect(both.length + only['fly-io']!.length).toBe(15)
    expect(both.length + only.modal!.length).toBe(16)
  })

  it.each(pairs)('%s: every stated value has its source, and a price its date', async (tools) => {
    const { table } = await compare(tools)
    const facts = new Set(['layer', 'type', 'license'])
    for (const { id, cells } of table) {
      for (const claim of Object.values(cells)) {
        if (claim === null || facts.has(id)) continue
        expect(claim.source !== undefined || claim.claimedBy === 'measured', id).toBe(true)
        if (id === 'startingPrice') expect(claim.asOf).toMatch(/^\d{4}-\d{2}$/)
      }
    }
  })

  it('counts what is told twice once', async () => {
    const { tools } = await compare('fly-twice,modal')
    expect(tools[0]!.capabilities).toMatchObject({ total: 16, distinct: 15 })
    expect(tools[0]!.capabilities.twins[0]!.map(({ name }) => name)).toEqual([
      'Per-second usage billing',
      'Billing by the second',
    ])
  })

  it('says when neither does it', async () => {
    const { scenarios } = await compare('fly-io,gpt-4o', ['make coffee for the office'])
    expect(scenarios[0]).toMatchObject({ outcome: 'neither', tools: [], covering: [] })
    expect(scenarios[0]!.failed.map(({ tool }) => tool)).toEqual(['fly-io', 'gpt-4o'])
  })
})

describe('what the editorial page does, from data', () => {
  it('has a dimension table, those that tell apart first', async () => {
    const { table } = await compare('fly-io,fastapi')
    expect(table.length).toBeGreaterThanOrEqual(12)
    const states = table.map(({ state }) => state)
    expect(states).toEqual(
      [...states].sort(
        (a, b) => ['differs', 'partial', 'equal'].indexOf(a) - ['differs', 'partial', 'equal'].indexOf(b),
      ),
    )
  })

  it('has 5 to 9 situations won by one, by the other and by both together, each with its capabilities', async () => {
    const { scenarios } = await compare('fly-io,fastapi')
    expect(scenarios.length).toBeGreaterThanOrEqual(5)
    expect(scenarios.length).toBeLessThanOrEqual(9)
    const winners = new Set(scenarios.map(({ outcome, tools }) => (outcome === 'one' ? tools[0] : outcome)))
    for (const winner of ['fly-io', 'fastapi', 'together']) expect(winners).toContain(winner)
    for (const { origin, outcome, covering, tools } of scenarios) {
      if (origin !== 'intents' || outcome === 'neither') continue
      expect(new Set(covering.map(({ tool }) => tool))).toEqual(new Set(tools))
    }
    expect(scenarios.find(({ title }) => title === 'No budget')!.tools).toEqual(['fastapi'])
  })

  it('answers a situation of the reader that needs both', async () => {
    const situation = 'serve a Python API with validated requests, and run it on several continents near the users'
    const { scenarios } = await compare('fly-io,fastapi', [situation])
    expect(scenarios[0]!.outcome).toBe('together')
    expect(scenarios[0]!.covering.map(({ tool }) => tool).sort()).toEqual(['fastapi', 'fly-io'])
  })

  it('ends with a bottom line and three ways on that exist', async () => {
    const { bottomLine, verdict } = await compare('fly-io,fastapi')
    expect(bottomLine.sentences.length).toBe(3)
    expect(bottomLine.ways.length).toBe(3)
    expect(verdict.sentences.length).toBeGreaterThanOrEqual(2)
    expect(verdict.flips.length).toBeGreaterThanOrEqual(1)
  })
})
