import type { Contender } from './contender.js'

/** In the order they are measured, the slowest last. Each is loaded only in its own process, so that none carries another's memory. */
export const CONTENDERS: Readonly<Record<string, () => Promise<Contender>>> = {
  matchgraph: async () => (await import('./contenders/matchgraph.js')).matchgraph,
  lancedb: async () => (await import('./contenders/lancedb.js')).lancedb,
  sqlite: async () => (await import('./contenders/sqlite.js')).sqliteVec,
  hnswlib: async () => (await import('./contenders/hnswlib.js')).hnswlibNode,
  usearch: async () => (await import('./contenders/usearch.js')).usearch,
  minisearch: async () => (await import('./contenders/minisearch.js')).minisearch,
  orama: async () => (await import('./contenders/orama.js')).orama,
}
