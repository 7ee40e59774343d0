import { createHash } from 'node:crypto'
import type { Embedder } from '../core/embedding.js'
import { EmbedPool } from './pool.js'
import { type PieceFactor, StaticModel } from './static.js'

/**
 * Weight of a query piece = (√ln((N+1)/(df+.5)))^1.5. Weighting both sides by the root scores .609 on the public query
 * sets, the query side alone .603, with this power .606 (hybrid .664, .662, .662): data/model/MODEL.md.
 */
const QUERY_POWER = 1.5

/** From this many documents on, embedding goes to worker threads: below, starting them costs more than the work (some 20 ms). */
const POOL_FROM = 1024
const WORKERS = 2

/**
 * The embedder on a static table. Only queries are weighted by idf, so that vectors of documents depend on nothing but
 * their text and the model, and never need another embedding because the catalogue grew.
 */
export class StaticEmbedder implements Embedder {
  readonly model: string
  readonly dims: number
  readonly table: StaticModel
  /** Of each piece in queries. */
  private factor: PieceFactor | undefined
  private readonly folder: string
  private pool: EmbedPool | undefined

  /** @param folder where `table` was read from: worker threads read it there again */
  constructor(table: StaticModel, folder: string) {
    this.table = table
    this.folder = folder
    this.dims = table.dims
    this.model = identity(table)
    this.factor = queryFactor(table, undefined)
  }

  static async load(folder: string): Promise<StaticEmbedder> {
    return new StaticEmbedder(await StaticModel.load(folder), folder)
  }

  /**
   * Weights the pieces of queries from now on.
   * @param idf one factor a row of the table, √ln((N+1)/(df+.5)) in the index, not changed afterwards; undefined = all alike
   */
  setIdf(idf: Float32Array | undefined): void {
    this.factor = queryFactor(this.table, idf)
  }

  async embed(texts: readonly string[], kind: 'query' | 'document'): Promise<Float32Array[]> {
    if (kind === 'document' && texts.length >= POOL_FROM) {
      if (this.pool?.alive === false) await this.close()
      this.pool ??= EmbedPool.start(this.folder, this.dims, WORKERS)
      if (this.pool) return this.pool.embed(texts)
    }
    return texts.map((text) => this.table.embedOne(text, kind === 'query' ? this.factor : undefined))
  }

  async close(): Promise<void> {
    await this.pool?.close()
    this.pool = undefined
  }
}

/** `static:` and a hash that changes with any row: scales follow each row's largest value, so they stand for the rows. */
function identity(table: StaticModel): string {
  const hash = createHash('sha256').update(`${table.size}×${table.dims}`)
  hash.update(new Uint8Array(table.scales.buffer, table.scales.byteOffset, table.scales.byteLength))
  return `static:${hash.digest('hex').slice(0, 12)}`
}

/**
 * Factor of each piece in queries. An idf over another vocabulary than the table's says nothing about its pieces and is left out.
 * @param idf √ln((N+1)/(df+.5)), one a piece
 */
export function queryFactor(table: StaticModel, idf: Float32Array | undefined): PieceFactor | undefined {
  const { queryWeights } = table
  if (idf?.length === table.size) return (piece) => idf[piece]! ** QUERY_POWER * (queryWeights?.[piece] ?? 1)
  return queryWeights && ((piece) => queryWeights[piece]!)
}
