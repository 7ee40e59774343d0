import path from 'node:path'
import { journalOf, openEvidence } from '../../src/commands/evidence.js'
import { indexHome } from '../../src/commands/index.js'
import { openHome } from '../../src/commands/open.js'
import { catalogueWriter } from '../../src/commands/writer.js'
import { readSettings } from '../../src/config.js'
import { searchQuerySchema } from '../../src/core/api/search.js'
import { Engine } from '../../src/engine/engine.js'
import { type Contender, type Searcher, TOP } from '../contender.js'
import { recordOf } from '../record.js'

/** The catalogue file that matchgraph indexes; the others get what came out of it. */
export const CATALOGUE = 'catalogue.jsonl'

/** Everything on: embedding of the query, both retrievers, re-ranking, confidence, evidence, learned needs, page, impression and tokens. */
export const matchgraph: Contender = {
  name: 'matchgraph',
  kind: 'hybrid',
  packages: [],
  how: 'Engine.search as the API calls it, everything on, the query embedded inside; build reads, checks, embeds and stores the catalogue too',
  async build(_workload, folder) {
    const opened = await openHome(readSettings({ MATCHGRAPH_HOME: folder }))
    await indexHome(opened, { catalogue: [path.join(folder, '..', CATALOGUE)] })
    await opened.close()
  },
  open,
}

async function open(folder: string): Promise<Searcher> {
  const settings = readSettings({ MATCHGRAPH_HOME: folder })
  const opened = await openHome(settings)
  const fail = (error: unknown) => {
    throw error
  }
  const evidence = await openEvidence(opened, settings, fail, journalOf(settings))
  const engine = await Engine.open(opened, evidence.hook)
  const writer = catalogueWriter(engine, opened)
  const caller = { address: '127.0.0.1' }
  const sums = new Map<string, number>()
  let searches = 0
  engine.observe = (_answer, stages) => {
    searches++
    for (const [stage, ms] of Object.entries(stages)) sums.set(stage, (sums.get(stage) ?? 0) + ms)
  }
  const { live } = engine
  return {
    search: ({ text }) => engine.search(searchQuerySchema.parse({ q: text, limit: TOP }), caller, Date.now()),
    nearest: ({ vector }) =>
      Array.from(live.index.semantic.search(vector, TOP).labels, (label) => live.catalogue.outlineOf(label)!.id),
    insert: async (entries) => {
      await writer.put(recordOf(entries), Date.now())
    },
    stages() {
      const means = Object.fromEntries([...sums].map(([stage, ms]) => [stage, ms / searches]))
      sums.clear()
      searches = 0
      return means
    },
    async close() {
      await evidence.close()
      await opened.close()
    },
  }
}
