import path from 'node:path'
import { type Contender, type Searcher, TOP } from '../contender.js'
import { peer } from '../peer.js'

interface Graph {
  initIndex(options: object): void
  readIndex(file: string): Promise<unknown>
  writeIndex(file: string): Promise<unknown>
  resizeIndex(capacity: number): void
  setEf(ef: number): void
  addPoint(vector: readonly number[], label: number): void
  searchKnn(vector: readonly number[], k: number): { neighbors: number[] }
}
interface Module {
  default: { HierarchicalNSW: new (metric: string, dims: number) => Graph }
}

/** As matchgraph's own graph. */
const M = 16
const EF_CONSTRUCTION = 200
const EF_SEARCH = 128

export const hnswlibNode: Contender = {
  name: 'hnswlib-node',
  kind: 'vectors',
  packages: ['hnswlib-node'],
  how: `HNSW over float32, M ${M}, efConstruction ${EF_CONSTRUCTION}, ef ${EF_SEARCH}; labels only, no texts`,
  async build(workload, folder) {
    const graph = await graphOf(workload.about.dims)
    graph.initIndex({
      maxElements: workload.about.capabilities,
      m: M,
      efConstruction: EF_CONSTRUCTION,
      randomSeed: 100,
    })
    for await (const entries of workload.corpus()) {
      for (const { position, vector } of entries) graph.addPoint([...vector], position)
    }
    await graph.writeIndex(path.join(folder, 'graph.bin'))
  },
  async open(folder, { about }): Promise<Searcher> {
    const graph = await graphOf(about.dims)
    await graph.readIndex(path.join(folder, 'graph.bin'))
    graph.resizeIndex(about.capabilities + about.inserts)
    graph.setEf(EF_SEARCH)
    const nearest = ({ vector }: { vector: Float32Array }) => graph.searchKnn([...vector], TOP).neighbors
    return {
      search: nearest,
      nearest,
      insert(entries) {
        for (const { position, vector } of entries) graph.addPoint([...vector], position)
      },
    }
  },
}

const graphOf = async (dims: number): Promise<Graph> =>
  new (await peer<Module>('hnswlib-node')).default.HierarchicalNSW('ip', dims)
