import { Cells, JOIN } from './cells.js'
import type { Impression } from './events.js'
import { decodeVector, unit } from './vector.js'

/** A cluster is shown only when more clients than this asked for it, and a word or a text only when more than this used it. */
export const PRIVATE_UP_TO = 5
const WORDS = 8

export interface DemandCluster {
  /** Searches that found nothing, and from how many clients. */
  searches: number
  clients: number
  /** Stems that more than five of the clients used, commonest first. */
  words: string[]
  /** A need as written, when more than five clients wrote exactly this. */
  need?: string
  /** Milliseconds since 1970. */
  firstAt: number
  lastAt: number
}

interface Cluster {
  searches: number
  clients: Set<string>
  words: Map<string, Set<string>>
  needs: Map<string, { text: string; clients: Set<string> }>
  firstAt: number
  lastAt: number
}

/** Gathers needs that found nothing into clusters of like needs. */
export class Demand {
  private readonly cells = new Cells()
  private readonly clusters: Cluster[] = []

  add(impression: Impression): void {
    const vector = decodeVector(impression.vector)
    const direction = unit(vector)
    if (direction === undefined) return
    const near = this.cells.nearest(direction, 1)[0]
    const slot = near !== undefined && near.cosine >= JOIN ? near.slot : this.cells.found(vector.length)
    this.cells.move(slot, vector, 1, 1)
    const { client, at, stems, hash, query } = impression
    this.clusters[slot] ??= {
      searches: 0,
      clients: new Set(),
      words: new Map(),
      needs: new Map(),
      firstAt: at,
      lastAt: at,
    }
    const cluster = this.clusters[slot]
    cluster.searches++
    cluster.clients.add(client)
    cluster.firstAt = Math.min(cluster.firstAt, at)
    cluster.lastAt = Math.max(cluster.lastAt, at)
    for (const stem of stems) entry(cluster.words, stem, () => new Set<string>()).add(client)
    if (query !== undefined) entry(cluster.needs, hash, () => ({ text: query, clients: new Set() })).clients.add(client)
  }

  /** The clusters that may be shown, most clients first. */
  shown(limit: number): DemandCluster[] {
    return this.clusters
      .filter((cluster) => cluster.clients.size > PRIVATE_UP_TO)
      .sort((a, b) => b.clients.size - a.clients.size || b.searches - a.searches || a.firstAt - b.firstAt)
      .slice(0, limit)
      .map(({ searches, clients, words, needs, firstAt, lastAt }) => {
        const open = [...words].filter(([, by]) => by.size > PRIVATE_UP_TO).sort((a, b) => b[1].size - a[1].size)
        const commonest = [...needs.values()].sort((a, b) => b.clients.size - a.clients.size)[0]
        const told = commonest !== undefined && commonest.clients.size > PRIVATE_UP_TO
        return {
          searches,
          clients: clients.size,
          words: open.slice(0, WORDS).map(([word]) => word),
          ...(told && { need: commonest.text }),
          firstAt,
          lastAt,
        }
      })
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}
