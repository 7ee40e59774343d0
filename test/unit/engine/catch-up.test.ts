import fs from 'node:fs'
import path from 'node:path'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runIndex } from '../../../indexer/run.js'
import { openHome } from '../../../src/commands/open.js'
import { catalogueWriter } from '../../../src/commands/writer.js'
import { type Filters, searchQuerySchema } from '../../../src/core/api/search.js'
import type { ToolRecord } from '../../../src/core/catalogue.js'
import { Engine } from '../../../src/engine/engine.js'
import type { EngineParts } from '../../../src/engine/live.js'
import { neutralEvidence } from '../../../src/engine/neutral-evidence.js'
import { startServer, type TestServer } from '../../support/home.js'

const TOOLS = 150
const ANIMALS = ['cats', 'dogs', 'horses', 'sheep', 'goats', 'ducks']

/** Tools that differ in a number and an animal; those below `changed` say something else. */
const catalogue = (changed: number): ToolRecord[] =>
  Array.from({ length: TOOLS }, (_, n) => ({
    slug: `tool-${n}`,
    name: `Tool ${n}`,
    type: 'api' as const,
    description: `Helps farm ${n}.`,
    capabilities: [
      {
        id: `tool-${n}.feed`,
        name: `Feeding ${ANIMALS[n % ANIMALS.length]} on farm${n}`,
        description: n < changed ? 'Puts hay where they stand.' : 'Gives them what they eat.',
      },
      { id: `tool-${n}.count`, name: `Counting on farm${n}`, description: 'Says how many there are.' },
    ],
  }))

let server: TestServer
beforeEach(async () => {
  server = await startServer(catalogue(0))
})
afterEach(() => server.close())

/** As another process does it. */
async function indexAside(records: readonly ToolRecord[]): Promise<void> {
  const opened = await openHome(server.settings)
  const file = path.join(server.settings.MATCHGRAPH_HOME, 'next.jsonl')
  fs.writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n'))
  await runIndex(opened, { paths: [file], now: Date.UTC(2026, 0, 2) })
  await opened.close()
}

const search = async (engine: Engine, q: string, filters: Partial<Filters> = {}) => {
  const request = { ...searchQuerySchema.parse({ q, limit: '3', explore: 'off' }), ...filters }
  return (await engine.search(request, { address: '127.0.0.1' }, 0)).results.map((result) =>
    'capability' in result ? `${result.capability.id}: ${result.capability.description}` : '',
  )
}

it('finds every tool as it was or as it is while a change is taken in, and all of it as it is afterwards', async () => {
  const { engine } = server
  const changed = 90
  await indexAside(catalogue(changed))
  let taken = false
  const refreshing = engine.refresh().then(() => {
    taken = true
  })
  let rounds = 0
  for (let n = 0; !taken; n = (n + 7) % TOOLS, rounds++) {
    const [first] = await search(engine, `feeding on farm${n}`)
    expect(first).toMatch(new RegExp(`^tool-${n}\\.feed: ${n < changed ? '(Puts hay|Gives them)' : 'Gives them'}`))
    await nextTurn()
  }
  await refreshing
  expect(rounds).toBeGreaterThan(3)
  expect(engine.generation.id).toBe(2)
  for (let n = 0; n < TOOLS; n += 13) {
    expect((await search(engine, `feeding on farm${n}`))[0]).toContain(n < changed ? 'Puts hay' : 'Gives them')
  }
})

it('takes in what another process removed and renamed', async () => {
  const { engine } = server
  const next = catalogue(0).slice(0, TOOLS - 5)
  next[3]!.name = 'Another name'
  next[4]!.capabilities.pop()
  await indexAside(next)
  await engine.refresh()
  expect(engine.live.catalogue.tools.size).toBe(TOOLS - 5)
  expect(engine.live.index.count).toBe(2 * (TOOLS - 5) - 1)
  expect((await engine.tool('tool-3')).tool.name).toBe('Another name')
  expect(await search(engine, `counting on farm${TOOLS - 1}`)).not.toContainEqual(
    expect.stringContaining(`tool-${TOOLS - 1}.`),
  )
})

it('starts from the outlines that the last index run kept, with what has changed since', async () => {
  const { opened, engine } = server
  const { catalogue: store } = opened.store
  const reads = { outlines: 0, tools: [] as string[] }
  const watched = new Proxy(store, {
    get(target, key) {
      if (key === 'outlines') reads.outlines++
      if (key === 'tool') return (slug: string) => reads.tools.push(slug) && target.tool(slug)
      const value = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const next = catalogue(0)[7]!
  next.name = 'Another name'
  const publish = { at: 1, model: opened.embedder.model, dims: opened.embedder.dims }
  await catalogueWriter(engine, opened).put(next, 1)
  await engine.apply({ ...publish, put: [], remove: ['tool-3'] })
  const started = await Engine.open({ ...opened, store: { catalogue: watched } }, neutralEvidence)
  expect(reads).toEqual({ outlines: 0, tools: ['tool-7'] })
  const stored: unknown[] = []
  for await (const outline of store.outlines()) stored.push(outline)
  const inMemory = [...started.live.catalogue.tools.values()].map(({ tool, hash, capabilities }) => ({
    tool,
    hash,
    capabilities,
  }))
  expect(inMemory.sort((a, b) => (a.tool.slug < b.tool.slug ? -1 : 1))).toEqual(stored)
})

it('goes on answering with the texts that it searches until the files of a large change are there, and holds a change back until then', async () => {
  const { opened, engine: other } = server
  let coming = true
  const parts: EngineParts = { ...opened, filesAreComing: async () => coming }
  const engine = await Engine.open(parts, neutralEvidence)
  await indexAside(catalogue(TOOLS))
  await engine.refresh()
  expect(engine.generation.id).toBe(1)
  expect(await search(engine, 'feeding on farm7')).toContainEqual('tool-7.feed: Gives them what they eat.')
  const put = engine.apply({
    at: 1,
    model: opened.embedder.model,
    dims: opened.embedder.dims,
    put: [],
    remove: ['tool-0'],
  })
  await sleep(150)
  expect((await opened.store.catalogue.generation())!.id).toBe(2)
  coming = false
  expect((await put).generation.id).toBe(3)
  expect(await search(engine, 'feeding on farm7')).toContainEqual('tool-7.feed: Puts hay where they stand.')
  expect(engine.live.catalogue.tools.has('tool-0')).toBe(false)
  // nobody told this one that files are coming: it builds what it needs
  await other.refresh()
  expect(await search(other, 'feeding on farm7')).toContainEqual('tool-7.feed: Puts hay where they stand.')
})
