import type { Hits, IndexDocument } from '../../src/core/document.js'
import type { Embedder, TokenTable } from '../../src/core/embedding.js'
import { capabilityText } from '../../src/core/indexed-text.js'
import { type QueryMetrics, queryMetrics } from '../../src/core/metrics.js'
import type { RelevanceWeights } from '../../src/core/relevance/weights.js'
import { type AnalyzedQuery, type Ranking, RelevanceIndex } from '../../src/index/relevance-index.js'
import type { JudgedDocument, QuerySet } from './query-set.js'

/** Candidates of each retriever, as in a search. */
const DEPTH = 100
const LONGEST_QUERY = 2000

export type Mode = 'hybrid' | 'semantic' | 'keyword'

/** What embeds and, for the static model, takes the catalogue's piece weights. */
export interface ExamEmbedder extends Embedder {
  setIdf?(idf: Float32Array | undefined): void
}

/**
 * One catalogue with its indexes in memory, to ask thousands of questions in process. The semantic half is an exact scan, so figures are those of
 * the ranking, not of the graph.
 */
export class Exam {
  readonly documents: readonly JudgedDocument[]
  readonly index: RelevanceIndex
  private readonly vectors: Float32Array
  private readonly embedder: ExamEmbedder
  private readonly idf: Float32Array

  private constructor(
    documents: readonly JudgedDocument[],
    index: RelevanceIndex,
    vectors: Float32Array,
    embedder: ExamEmbedder,
  ) {
    this.documents = documents
    this.index = index
    this.vectors = vectors
    this.embedder = embedder
    this.idf = index.pieceIdf()
  }

  static async over(
    documents: readonly JudgedDocument[],
    embedder: ExamEmbedder,
    table: TokenTable,
    weights: RelevanceWeights,
  ): Promise<Exam> {
    const index = new RelevanceIndex(table, weights)
    index.add(documents.map((document, label): IndexDocument => ({ ...document, label })))
    index.compact()
    const rows = await embedder.embed(documents.map(capabilityText), 'document')
    const vectors = new Float32Array(documents.length * embedder.dims)
    for (const [i, row] of rows.entries()) vectors.set(row, i * embedder.dims)
    return new Exam(documents, index, vectors, embedder)
  }

  /** Asks one question; `without` hides capabilities by label. */
  async ask(text: string, options: { mode?: Mode; explain?: boolean; without?: number } = {}): Promise<Ranking> {
    const query = this.index.analyze(text.slice(0, LONGEST_QUERY))
    this.embedder.setIdf?.(this.idf)
    const [whole, ...parts] = await this.embedder.embed([query.expanded, ...query.clauses], 'query')
    return this.rank(query, whole!, parts, options)
  }

  private rank(
    query: AnalyzedQuery,
    whole: Float32Array,
    parts: Float32Array[],
    { mode = 'hybrid', explain = false, without = -1 }: { mode?: Mode; explain?: boolean; without?: number },
  ): Ranking {
    const { count } = this.index
    const all = new Float32Array(this.documents.length)
    for (let label = 0; label < all.length; label++) all[label] = label === without ? -2 : this.cosine(whole, label)
    const semantic = bestOf(all, Math.min(DEPTH, count))
    const found = this.index.keyword(query, DEPTH)
    const keyword: Hits = {
      labels: found.labels.filter((label) => label !== without),
      scores: found.scores.filter((_, i) => found.labels[i] !== without),
    }
    return this.index.rank(query, {
      semantic,
      keyword,
      mode,
      explain,
      cosines: (vector, labels) =>
        Float32Array.from(labels, (label) => (vector === 'query' ? all[label]! : this.cosine(parts[vector]!, label))),
    })
  }

  /** What a catalogue's publication does: asks the pseudo-queries without their own capability. */
  async calibrate(): Promise<void> {
    const best: number[] = []
    for (const { label, text } of this.index.pseudoQueries()) best.push((await this.ask(text, { without: label })).r)
    this.index.calibrate(best)
  }

  /** Quality of the answers to a set's queries, in their order. */
  async metrics(set: QuerySet, options: { mode?: Mode; limit?: number } = {}): Promise<QueryMetrics[]> {
    const results: QueryMetrics[] = []
    for (const query of set.queries.slice(0, options.limit)) {
      const { ranked } = await this.ask(query.text, options)
      const ids = ranked.slice(0, 10).map(({ label }) => this.documents[label]!.id)
      results.push(queryMetrics(ids, set.judgements.get(query.id) ?? new Map()))
    }
    return results
  }

  private cosine(vector: Float32Array, label: number): number {
    const { dims } = this.embedder
    const { vectors } = this
    let dot = 0
    for (let i = 0, at = label * dims; i < dims; i++, at++) dot += vectors[at]! * vector[i]!
    return dot
  }
}

/** The `depth` highest of `scores` (index = label), best first, ties by label. */
function bestOf(scores: Float32Array, depth: number): Hits {
  const floor = scores.slice().sort()[scores.length - depth] ?? 2
  const labels: number[] = []
  for (const [label, score] of scores.entries()) if (score >= floor && score > -2) labels.push(label)
  labels.sort((a, b) => scores[b]! - scores[a]! || a - b)
  labels.length = Math.min(labels.length, depth)
  return { labels: Uint32Array.from(labels), scores: Float32Array.from(labels, (label) => scores[label]!) }
}
