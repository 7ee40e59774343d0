import { type Contender, type Searcher, TOP } from '../contender.js'
import { peer } from '../peer.js'
import type { Entry, Query } from '../workload.js'

interface Row {
  id: number
  name: string
  text: string
  vector: number[]
}
interface HybridQuery {
  nearestTo(vector: Float32Array): HybridQuery
  fullTextSearch(query: object): HybridQuery
  rerank(reranker: unknown): HybridQuery
  select(columns: readonly string[]): HybridQuery
  limit(n: number): HybridQuery
  toArray(): Promise<{ id: number; name: string; text: string }[]>
}
interface Table {
  add(rows: readonly Row[]): Promise<unknown>
  createIndex(column: string, options: { config: unknown }): Promise<void>
  query(): HybridQuery
}
interface Module {
  connect(folder: string): Promise<{
    createTable(name: string, rows: readonly Row[]): Promise<Table>
    openTable(name: string): Promise<Table>
  }>
  Index: { ivfFlat(options: object): unknown; fts(options?: object): unknown }
  MatchQuery: new (query: string, column: string) => object
  rerankers: { RRFReranker: { create(): Promise<unknown> } }
}

export const lancedb: Contender = {
  name: 'LanceDB hybrid',
  kind: 'hybrid',
  packages: ['@lancedb/lancedb'],
  how: 'IVF-Flat and its default of 20 partitions a query (IVF-PQ finds a third of the ten nearest, IVF-HNSW-SQ builds for many minutes), full-text index with stemming, its own RRF reranker',
  async build(workload, folder) {
    const { connect, Index } = await peer<Module>('@lancedb/lancedb')
    const database = await connect(folder)
    let table: Table | undefined
    for await (const entries of workload.corpus(10_000)) {
      if (table) await table.add(rowsOf(entries))
      else table = await database.createTable('capabilities', rowsOf(entries))
    }
    await table?.createIndex('vector', { config: Index.ivfFlat({ distanceType: 'l2' }) })
    await table?.createIndex('text', { config: Index.fts() })
  },
  async open(folder): Promise<Searcher> {
    const { connect, MatchQuery, rerankers } = await peer<Module>('@lancedb/lancedb')
    const table = await (await connect(folder)).openTable('capabilities')
    const reranker = await rerankers.RRFReranker.create()
    const near = ({ vector }: Query) => table.query().nearestTo(vector)
    return {
      search: (query) =>
        near(query)
          // a plain string would have its quotation marks read as phrases
          .fullTextSearch(new MatchQuery(query.text, 'text'))
          .rerank(reranker)
          .select(['id', 'name', 'text'])
          .limit(TOP)
          .toArray(),
      nearest: async (query) => (await near(query).select(['id']).limit(TOP).toArray()).map(({ id }) => id),
      insert: async (entries) => {
        await table.add(rowsOf(entries))
      },
    }
  },
}

const rowsOf = (entries: readonly Entry[]): Row[] =>
  entries.map(({ position, name, text, vector }) => ({
    id: position,
    name,
    text: `${name}\n${text}`,
    vector: [...vector],
  }))
