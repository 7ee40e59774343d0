import type { Filters } from '../core/api/search.js'
import type { Hits } from '../core/document.js'
import type { TokenTable } from '../core/embedding.js'
import { AppError } from '../core/errors.js'
import { facetFilter } from '../core/facets.js'
import { documentOf } from '../core/indexed-text.js'
import { bm25Idf } from '../core/relevance/bm25.js'
import type { RelevanceWeights } from '../core/relevance/weights.js'
import { stemOf, wordsOf } from '../core/text/words.js'
import { type CorpusStatistics, pairFrequency, unpackCorpus } from '../index/corpus-statistics.js'
import type { AnalyzedQuery } from '../index/query.js'
import { SearchIndex } from '../index/search-index.js'
import type { EmbeddedCapability, Generation, SearchTables, SearchTerm } from '../store/store.js'

/** Candidates that each way brings; fixed, so that a page's order never changes with its length. Vectors are rows, several a capability. */
const VECTOR_ROWS = 400
const TEXT_DEPTH = 200

/**
 * Search in the store, for catalogues that no memory holds: the store brings candidates by vectors and by words, and a small index of
 * these alone is made for each question, scored by the statistics of the whole catalogue. From there on everything is as in memory.
 */
export class FarSearch {
  private readonly tables: SearchTables
  private readonly parts: { table: TokenTable; weights: RelevanceWeights }
  private of!: Pick<Generation, 'model' | 'dims'>
  private corpus!: CorpusStatistics
  /** The capabilities of the statistics' sample, with their vectors. */
  private sample: EmbeddedCapability[] = []

  private constructor(tables: SearchTables, parts: FarSearch['parts']) {
    this.tables = tables
    this.parts = parts
  }

  /** @throws AppError `unavailable` before the first index run with MATCHGRAPH_SEARCH=database */
  static async open(
    tables: SearchTables,
    parts: FarSearch['parts'],
    of: Pick<Generation, 'model' | 'dims'>,
  ): Promise<FarSearch> {
    const far = new FarSearch(tables, parts)
    await far.refresh(of)
    return far
  }

  /** Takes up the statistics of a newer generation, and its model. */
  async refresh(of: Pick<Generation, 'model' | 'dims'>): Promise<void> {
    const corpus = await statisticsOf(this.tables)
    this.sample = await this.tables.embedded(of.model, [...corpus.sample])
    this.corpus = corpus
    this.of = of
  }

  /** An index of nothing, which understands questions as one of the whole catalogue would. */
  empty(): SearchIndex {
    const { table, weights } = this.parts
    return SearchIndex.ofCandidates(this.of.dims, table, weights, this.corpus)
  }

  /** An index of what may answer this question. */
  async gather(
    query: AnalyzedQuery,
    vector: Float32Array,
    filters: Filters,
    extra: readonly number[],
  ): Promise<SearchIndex> {
    const filter = facetFilter(filters)
    const [near, matching] = await Promise.all([
      vector.some((x) => x !== 0) ? this.tables.nearest(vector, VECTOR_ROWS, filter) : [],
      this.tables.matching(this.termsOf(query), TEXT_DEPTH, filter),
    ])
    const labels = [...new Set([...near, ...matching, ...extra])]
    const found = await this.tables.embedded(this.of.model, labels)
    const index = this.empty()
    index.relevance.know(query.expanded)
    index.add(
      found.map(({ capability, tool, vectors }) => ({
        document: documentOf(capability.label, capability, tool),
        vectors,
      })),
    )
    for (const { capability, vectors } of this.sample) {
      if (!index.semantic.has(capability.label)) index.semantic.add(capability.label, vectors)
    }
    return index
  }

  /** The `k` most similar capabilities, as `SemanticIndex.search` has them. */
  async neighbours(vector: Float32Array, k: number): Promise<Hits> {
    const labels = await this.tables.nearest(vector, Math.max(VECTOR_ROWS, 3 * k), [])
    const found = await this.tables.embedded(this.of.model, labels)
    const index = this.empty().semantic
    for (const { capability, vectors } of found) index.add(capability.label, vectors)
    return index.search(vector, k)
  }

  private termsOf({ stems: own, synonyms }: AnalyzedQuery): SearchTerm[] {
    const stems = [...own, ...synonyms.flatMap((text) => wordsOf(text).map(stemOf))]
    const { corpus } = this
    const { pair } = this.parts.weights.bm25
    const single = [...new Set(stems)].map((stem): SearchTerm => {
      const df = corpus.stems.get(stem) ?? 0
      return { stems: [stem], df, weight: bm25Idf(corpus.count, df) }
    })
    const pairs = stems.slice(1).map((stem, i): SearchTerm => {
      const df = pairFrequency(corpus, stems[i]!, stem)
      return { stems: [stems[i]!, stem], df, weight: pair * bm25Idf(corpus.count, df) }
    })
    return [...single.filter(({ df }) => df > 0), ...pairs]
  }
}

async function statisticsOf(tables: SearchTables): Promise<CorpusStatistics> {
  const bytes = await tables.statistics()
  if (!bytes) {
    throw new AppError(
      'unavailable',
      'The search tables are not there yet. Run "matchgraph index" with MATCHGRAPH_SEARCH=database first.',
      { retryAfter: 30 },
    )
  }
  return unpackCorpus(bytes)
}
