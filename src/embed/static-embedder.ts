import { createHash } from 'node:crypto'
import type { Embedder } from '../core/embedding.js'
import type { StaticModel } from './static.js'

/**
 * Weight of a query piece = (√ln((N+1)/(df+.5)))^1.5. Weighting both sides by the root scores .609 on the public query
 * sets, the query side alone .603, with this power .606 (hybrid .664, .662, .662): data/model/MODEL.md.
 */
const QUERY_POWER = 1.5

/**
 * The embedder on a static table. Only queries are weighted by idf, so that vectors of documents depend on nothing but
 * their text and the model, and never need another embedding because the catalogue grew.
 */
export class StaticEmbedder implements Embedder {
  readonly model: string
  readonly dims: number
  readonly table: StaticModel
  private idf: Float32Array | undefined

  constructor(table: StaticModel) {
    this.table = table
    this.dims = table.dims
    this.model = identity(table)
  }

  /**
   * Weights the pieces of queries from now on.
   * @param idf one factor a row of the table, √ln((N+1)/(df+.5)) in the index; undefined = all alike
   */
  setIdf(idf: Float32Array | undefined): void {
    this.idf = idf?.map((factor) => factor ** QUERY_POWER)
  }

  async embed(texts: readonly string[], kind: 'query' | 'document'): Promise<Float32Array[]> {
    return texts.map((text) => this.table.embedOne(text, kind === 'query' ? this.idf : undefined))
  }

  async close(): Promise<void> {}
}

/** `static:` and a hash that changes with any row: scales follow each row's largest value, so they stand for the rows. */
function identity(table: StaticModel): string {
  const hash = createHash('sha256').update(`${table.size}×${table.dims}`)
  hash.update(new Uint8Array(table.scales.buffer, table.scales.byteOffset, table.scales.byteLength))
  return `static:${hash.digest('hex').slice(0, 12)}`
}
