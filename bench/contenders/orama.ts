import fs from 'node:fs'
import path from 'node:path'
import v8 from 'node:v8'
import { type Contender, type Searcher, TOP } from '../contender.js'
import { peer } from '../peer.js'
import type { Entry, Query } from '../workload.js'

interface Document {
  id: string
  name: string
  text: string
  vector: number[]
}
type Orama = object
interface Found {
  hits: { id: string; document: Document }[]
}
interface Module {
  create(options: object): Orama
  insertMultiple(database: Orama, documents: readonly Document[], batch: number): Promise<unknown> | unknown
  search(database: Orama, parameters: object): Promise<Found> | Found
  save(database: Orama): unknown
  load(database: Orama, raw: unknown): void
}

/** Its own limit of .8 leaves nearly everything out; 0 takes what is nearest, as the others do. */
const SIMILARITY = 0

export const orama: Contender = {
  name: 'Orama hybrid',
  kind: 'hybrid',
  packages: ['@orama/orama'],
  how: 'mode hybrid with its default weights, English stemming, similarity from 0 on; kept by its save() and the serializer of V8',
  nodeOptions: ['--max-old-space-size=10240'],
  async build(workload, folder) {
    const module = await peer<Module>('@orama/orama')
    const database = created(module, workload.about.dims)
    for await (const entries of workload.corpus()) await module.insertMultiple(database, entries.map(documentOf), 2000)
    fs.writeFileSync(path.join(folder, 'index.v8'), v8.serialize(module.save(database)))
  },
  async open(folder, { about }): Promise<Searcher> {
    const module = await peer<Module>('@orama/orama')
    const database = created(module, about.dims)
    module.load(database, v8.deserialize(fs.readFileSync(path.join(folder, 'index.v8'))))
    const ask = (query: Query, mode: string) =>
      module.search(database, {
        mode,
        ...(mode === 'hybrid' && { term: query.text, properties: ['name', 'text'] }),
        vector: { value: [...query.vector], property: 'vector' },
        similarity: SIMILARITY,
        limit: TOP,
      })
    return {
      search: (query) => ask(query, 'hybrid'),
      nearest: async (query) => (await ask(query, 'vector')).hits.map(({ id }) => Number(id)),
      insert: async (entries) => {
        await module.insertMultiple(database, entries.map(documentOf), 100)
      },
    }
  },
}

const created = (module: Module, dims: number): Orama =>
  module.create({
    schema: { name: 'string', text: 'string', vector: `vector[${dims}]` },
    components: { tokenizer: { stemming: true, language: 'english' } },
  })

const documentOf = ({ position, name, text, vector }: Entry): Document => ({
  id: String(position),
  name,
  text,
  vector: [...vector],
})
