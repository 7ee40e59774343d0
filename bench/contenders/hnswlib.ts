import path from 'node:path'
import hnswlib from 'hnswlib-node'
import { type Contender, type Searcher, TOP } from '../contender.js'

/** As matchgraph's own graph (src/index/semantic.ts). */
const M = 16
const EF_CONSTRUCTION = 200
const EF_SEARCH = 128

export const hnswlibNode: Contender = {
  name: 'hnswlib-node',
  kind: 'vectors',
  packages: ['hnswlib-node'],
  how: `HNSW over float32, M ${M}, efConstruction ${EF_CONSTRUCTION}, ef ${EF_SEARCH}; labels only, no texts`,
  async build(workload, folder) {
    const graph = new hnswlib.HierarchicalNSW('ip', workload.about.dims)
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
    const graph = new hnswlib.HierarchicalNSW('ip', about.dims)
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
