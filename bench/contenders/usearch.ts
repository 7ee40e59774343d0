import path from 'node:path'
import { type Contender, type Searcher, TOP } from '../contender.js'
import { peer } from '../peer.js'

interface Index {
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void
  search(vector: Float32Array, k: number, threads: number): { keys: BigUint64Array }
  save(file: string): void
  load(file: string): void
}
interface Module {
  default: { Index: new (config: object) => Index }
}

const CONNECTIVITY = 16
const EXPANSION_ADD = 200
const EXPANSION_SEARCH = 128
const THREADS = 2

const configOf = (dimensions: number) => ({
  dimensions,
  metric: 'ip',
  quantization: 'f32',
  connectivity: CONNECTIVITY,
  expansion_add: EXPANSION_ADD,
  expansion_search: EXPANSION_SEARCH,
  multi: false,
})

export const usearch: Contender = {
  name: 'usearch',
  kind: 'vectors',
  packages: ['usearch'],
  how: `HNSW over float32, connectivity ${CONNECTIVITY}, expansion ${EXPANSION_ADD} and ${EXPANSION_SEARCH}, built with ${THREADS} threads; labels only, no texts`,
  async build(workload, folder) {
    const index = new (await peer<Module>('usearch')).default.Index(configOf(workload.about.dims))
    for await (const entries of workload.corpus()) add(index, entries)
    index.save(path.join(folder, 'graph.usearch'))
  },
  async open(folder, { about }): Promise<Searcher> {
    const index = new (await peer<Module>('usearch')).default.Index(configOf(about.dims))
    index.load(path.join(folder, 'graph.usearch'))
    const nearest = ({ vector }: { vector: Float32Array }) => Array.from(index.search(vector, TOP, 1).keys, Number)
    return { search: nearest, nearest, insert: (entries) => add(index, entries) }
  },
}

function add(index: Index, entries: readonly { position: number; vector: Float32Array }[]): void {
  const keys = BigUint64Array.from(entries, ({ position }) => BigInt(position))
  const dims = entries[0]!.vector.length
  const vectors = new Float32Array(entries.length * dims)
  for (const [i, { vector }] of entries.entries()) vectors.set(vector, i * dims)
  index.add(keys, vectors, THREADS)
}
