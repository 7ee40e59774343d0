import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runIndex } from '../../indexer/run.js'
import { engineParts, type Opened, openHome } from '../../src/commands/open.js'
import { catalogueWriter } from '../../src/commands/writer.js'
import { readSettings } from '../../src/config.js'
import { alternativesQuerySchema } from '../../src/core/api/alternatives.js'
import { type SearchAnswer, searchQuerySchema } from '../../src/core/api/search.js'
import { Engine } from '../../src/engine/engine.js'
import { neutralEvidence } from '../../src/engine/neutral-evidence.js'
import { type Embedded, startPglite } from '../helpers/pglite.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'

const { folder, remove } = tempFolder()
const file = path.join(folder, 'catalogue.jsonl')
const NEEDS = [
  'get the numbers out of a scanned report',
  'mail a receipt after checkout',
  'who said what in a meeting',
  'in which language is this written, and send it as a newsletter',
  'Post Horn',
  'a bicycle repair shop near me',
  '!!!',
]
let embedded: Embedded
let memory: Engine
let database: Engine
const opened: Opened[] = []

async function engineWith(home: string, env: Record<string, string>): Promise<Engine> {
  const one = await openHome(readSettings({ MATCHGRAPH_HOME: path.join(folder, home), ...env }))
  opened.push(one)
  await runIndex(one, { paths: [file], now: 0 })
  return Engine.open(await engineParts(one), neutralEvidence)
}
const ask = async (engine: Engine, q: string, more: object = {}) => {
  const request = searchQuerySchema.parse({ q, cut: 'off', explore: 'off', ...more })
  const { results } = (await engine.search(request, { address: '127.0.0.1' }, 0)) as SearchAnswer
  return results.map(({ capability, confidence, why }) => ({ id: capability.id, confidence, why }))
}

beforeAll(async () => {
  embedded = await startPglite()
  fs.writeFileSync(file, SMALL_CATALOGUE.map((record) => JSON.stringify(record)).join('\n'))
  memory = await engineWith('memory', {})
  database = await engineWith('database', {
    MATCHGRAPH_DATABASE_URL: await embedded.url('far'),
    MATCHGRAPH_SEARCH: 'database',
  })
})
afterAll(async () => {
  for (const one of opened) await one.close()
  await embedded.stop()
  remove()
})

describe('search in the database', () => {
  it.each(NEEDS)('answers as the index in memory does: %s', async (need) => {
    for (const mode of ['hybrid', 'keyword', 'semantic']) {
      const [here, there] = [await ask(memory, need, { mode }), await ask(database, need, { mode })]
      expect(there.map(({ id }) => id)).toEqual(here.map(({ id }) => id))
      for (const [i, one] of there.entries()) expect(one.confidence).toBeCloseTo(here[i]!.confidence, 4)
    }
  })

  it.each([
    { type: 'model' },
    { free: 'on' },
    { pricing: 'paid,freemium' },
    { category: 'email', tag: 'smtp' },
    { tool: 'none' },
  ])('keeps to filters: %o', async (filters) => {
    const here = await ask(memory, 'language of a meeting', filters)
    expect((await ask(database, 'language of a meeting', filters)).map(({ id }) => id)).toEqual(
      here.map(({ id }) => id),
    )
  })

  it('finds alternatives as the index in memory does', async () => {
    for (const slug of ['papermill', 'post-horn']) {
      const request = alternativesQuerySchema.parse({})
      const [here, there] = await Promise.all(
        [memory, database].map((engine) => engine.alternatives(slug, request, { address: '127.0.0.1' }, 0)),
      )
      expect({ ...there, tookMs: 0 }).toEqual({ ...here, tookMs: 0 })
    }
  })

  it('finds what was put when the call returns, and no longer what was removed', async () => {
    const writer = catalogueWriter(database, opened[1]!)
    const capabilities = [{ name: 'Brewing oolong tea', description: 'Steeps leaves at 90 degrees.' }]
    await writer.put({ slug: 'teapot', name: 'Teapot', type: 'api', description: '', capabilities }, 1)
    expect((await ask(database, 'brew some oolong'))[0]!.id).toMatch(/^teapot/)
    await writer.remove('teapot', 2)
    expect((await ask(database, 'brew some oolong')).filter(({ id }) => id.startsWith('teapot'))).toEqual([])
  })
})
