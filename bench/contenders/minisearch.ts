import fs from 'node:fs'
import path from 'node:path'
import { type Contender, type Searcher, TOP } from '../contender.js'
import { peer } from '../peer.js'

interface Document {
  id: number
  name: string
  text: string
}
interface MiniSearch {
  addAll(documents: readonly Document[]): void
  search(query: string): { id: number; score: number; name: string; text: string }[]
}
interface Module {
  default: { new (options: object): MiniSearch; loadJSON(json: string, options: object): MiniSearch }
}

const OPTIONS = { fields: ['name', 'text'], storeFields: ['name', 'text'], searchOptions: { boost: { name: 2 } } }

export const minisearch: Contender = {
  name: 'MiniSearch',
  kind: 'text',
  packages: ['minisearch'],
  how: 'BM25+ over name (twice) and text, no stemming, its defaults otherwise; kept as its own JSON',
  nodeOptions: ['--max-old-space-size=6144'],
  async build(workload, folder) {
    const { default: Index } = await peer<Module>('minisearch')
    const index = new Index(OPTIONS)
    for await (const entries of workload.corpus()) {
      index.addAll(entries.map(({ position: id, name, text }) => ({ id, name, text })))
    }
    fs.writeFileSync(path.join(folder, 'index.json'), JSON.stringify(index))
  },
  async open(folder): Promise<Searcher> {
    const { default: Index } = await peer<Module>('minisearch')
    const index = Index.loadJSON(fs.readFileSync(path.join(folder, 'index.json'), 'utf8'), OPTIONS)
    return {
      search: ({ text }) => index.search(text).slice(0, TOP),
      insert: (entries) => index.addAll(entries.map(({ position: id, name, text }) => ({ id, name, text }))),
    }
  },
}
