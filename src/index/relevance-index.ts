import type { Hits, IndexDocument, LabelSet } from '../core/document.js'
import type { TokenTable } from '../core/embedding.js'
import { AppError } from '../core/errors.js'
import { bm25Idf } from '../core/relevance/bm25.js'
import type { RelevanceWeights } from '../core/relevance/weights.js'
import { wordsOf } from '../core/text/words.js'
import { type CorpusStatistics, evenSample } from './corpus-statistics.js'
import { Forward } from './forward.js'
import { KeywordIndex } from './keyword.js'
import { pseudoQueries } from './pseudo-queries.js'
import { type AnalyzedQuery, analyzeQuery } from './query.js'
import { type Candidates, order, type Ranked, type RankInput, type Ranking } from './ranking.js'
import { Reranker } from './rerank.js'
import { forwardFrom, forwardSections } from './snapshot-sections.js'
import { Spelling } from './spelling.js'
import { Vocabulary } from './vocabulary.js'

export type { AnalyzedQuery, Ranked, RankInput, Ranking }

/** What is computed from the forward data and thrown away when documents come or go. */
interface Built {
  keyword: KeywordIndex
  reranker: Reranker
  spelling?: Spelling
}

/**
 * Everything the order of an answer needs except the vectors: keyword retrieval and the re-ranking of both retrievers' candidates.
 * Not safe for concurrent mutation; reads share scratch space and are synchronous.
 */
export class RelevanceIndex {
  private readonly table: TokenTable
  private readonly weights: RelevanceWeights
  private forward = new Forward()
  private vocabulary = new Vocabulary()
  /** Label → row, −1 when it is not (or no longer) here. */
  private rowOf = new Int32Array(0)
  private built: Built | undefined
  private live = 0
  /** Row → 1 when removed; undefined while nothing is. */
  private dead: Uint8Array | undefined
  private sample: Uint32Array | undefined
  /** Mean and deviation of the best r of pseudo-queries (see `calibrate`); [] before. */
  private noise: number[] = []
  private readonly corpus: CorpusStatistics | undefined

  /** @param corpus statistics of the catalogue that the documents are a part of; those of the documents alone when left out */
  constructor(table: TokenTable, weights: RelevanceWeights, corpus?: CorpusStatistics) {
    this.table = table
    this.weights = weights
    this.corpus = corpus
    if (corpus) this.noise = corpus.noise
  }

  /** Live capabilities of the catalogue. */
  get count(): number {
    return this.corpus?.count ?? this.live
  }

  /** Takes up the words of a text, so that its rare parts count as much as they do in the whole catalogue. */
  know(text: string): void {
    for (const word of wordsOf(text)) this.vocabulary.add(word)
    this.built = undefined
  }

  /** Adds documents whose labels are above all earlier ones, ascending; `invalid-parameter` otherwise. */
  add(documents: readonly IndexDocument[]): void {
    for (const document of documents) {
      const last = this.forward.count > 0 ? this.forward.labels.view()[this.forward.count - 1]! : -1
      if (document.label <= last) {
        throw new AppError(
          'invalid-parameter',
          `label ${document.label} does not come after ${last}: labels only ever increase`,
        )
      }
      this.setRow(document.label, this.forward.count)
      this.forward.add(document, this.vocabulary, this.table)
      this.live++
    }
    if (documents.length === 0) return
    this.built = undefined
    this.sample = undefined
  }

  /** Takes capabilities out of every answer at once; unknown labels are ignored. Statistics follow with the next `compact`. */
  remove(labels: Iterable<number>): void {
    for (const label of labels) {
      const row = this.row(label)
      if (row < 0) continue
      this.rowOf[label] = -1
      if (this.dead === undefined || this.dead.length < this.forward.count) this.growDead()
      this.dead![row] = 1
      this.sample = undefined
      this.live--
    }
  }

  analyze(query: string): AnalyzedQuery {
    const { keyword, reranker } = this.build()
    return analyzeQuery(query, {
      vocabulary: this.vocabulary,
      keyword,
      table: this.table,
      contentIdf: (piece) => reranker.contentIdf(piece),
      pieceIdf: reranker.pieceIdf,
      spelling: () => this.spelling(),
    })
  }

  /** The best `depth` by BM25F, ties by label. */
  keyword(query: AnalyzedQuery, depth: number, allowed?: LabelSet): Hits {
    const labels = this.forward.labels.view()
    return this.build().keyword.search(query.terms, depth, { labels, dead: this.dead, allowed })
  }

  /** Orders the union of both retrievers' candidates. The order does not depend on how many of them are shown. */
  rank(query: AnalyzedQuery, input: RankInput): Ranking {
    const { keyword, reranker } = this.build()
    const labels = this.forward.labels.view()
    const candidates: Candidates = {
      rowOf: (label) => this.row(label),
      scores: (lists, rows) => keyword.scores(lists, rows),
      best: (terms, floor) => keyword.best(terms, floor, { labels, dead: this.dead, allowed: undefined }),
      features: (rows) => reranker.features(query, rows),
      self: this.selfScore(query, keyword),
      noise: this.noise,
      matched: (row) => this.matchedWords(query, keyword, row),
      hits: (row) => this.hits(query, keyword, row),
      sample: this.sampleLabels(),
    }
    return order(query, input, candidates, this.weights)
  }

  /**
   * How often each stem stands in each capability's own text: tf′ of BM25F before saturation,
   * `labels.length × stems.length`, row-major.
   */
  termFrequencies(stems: readonly string[], labels: Uint32Array): Float32Array {
    const { keyword } = this.build()
    const ids = stems.map((stem) => this.vocabulary.stemId(stem))
    const known = labels.filter((label) => this.row(label) >= 0)
    const found = keyword.termFrequencies(
      ids,
      known.map((label) => this.row(label)),
    )
    const tf = new Float32Array(labels.length * stems.length)
    let next = 0
    for (let i = 0; i < labels.length; i++) {
      if (this.row(labels[i]!) < 0) continue
      tf.set(found.subarray(next, next + stems.length), i * stems.length)
      next += stems.length
    }
    return tf
  }

  /** idf of each stem among the capabilities' texts; that of a stem which none has for unknown ones. */
  stemIdf(stems: readonly string[]): Float64Array {
    const { keyword } = this.build()
    return Float64Array.from(stems, (stem) => bm25Idf(keyword.count, this.df(stem, keyword)))
  }

  /** √ln((N + 1)/(df + ½)) of every piece of the table, half the largest for pieces of no capability: the static embedder's weights. */
  pieceIdf(): Float32Array {
    return this.build().reranker.pieceIdf
  }

  /**
   * Requests that nothing here should serve once their own capability is taken away: a random half of the content words of up to `count`
   * capabilities, the same ones for the same seed. Ask each without its `label`, and hand every answer's `r` to `calibrate`.
   */
  pseudoQueries(count = 200, seed = 1): { label: number; text: string }[] {
    return pseudoQueries(this.forward, this.vocabulary, (row) => this.dead?.[row] !== 1, count, seed)
  }

  /** Learns, from the best `r` of each pseudo-query, how well this catalogue answers what it does not have. Part of the snapshot. */
  calibrate(best: readonly number[]): void {
    const mean = best.reduce((sum, r) => sum + r, 0) / Math.max(1, best.length)
    const variance = best.reduce((sum, r) => sum + (r - mean) ** 2, 0) / Math.max(1, best.length)
    this.noise = best.length < 2 || variance === 0 ? [] : [mean, Math.sqrt(variance)]
  }

  /** Drops removed rows and recomputes all statistics now, instead of with the next question. */
  compact(): void {
    if (this.live < this.forward.count) {
      const kept = this.forward.filter((row) => this.dead?.[row] !== 1, this.vocabulary)
      this.dead = undefined
      this.sample = undefined
      this.forward = kept.forward
      this.vocabulary = kept.vocabulary
      for (const [row, label] of this.forward.labels.view().entries()) this.rowOf[label] = row
      this.built = undefined
    }
    this.build()
  }

  /** Named byte arrays from which `restore` makes an equal index. */
  snapshot(): Map<string, Uint8Array> {
    this.compact()
    return forwardSections(this.forward, this.vocabulary, this.noise)
  }

  /** Throws `damaged-file` when a section is missing or they disagree. */
  static restore(sections: Map<string, Uint8Array>, table: TokenTable, weights: RelevanceWeights): RelevanceIndex {
    const index = new RelevanceIndex(table, weights)
    const { forward, words, noise } = forwardFrom(sections)
    index.forward = forward
    index.vocabulary = new Vocabulary(words)
    index.noise = noise
    for (const [row, label] of forward.labels.view().entries()) index.setRow(label, row)
    index.live = forward.count
    index.build()
    return index
  }

  private build(): Built {
    if (this.built === undefined) {
      const { corpus } = this
      const keyword = new KeywordIndex(this.forward, this.vocabulary, this.weights.bm25, corpus)
      const reranker = new Reranker(this.forward, this.vocabulary, this.table, keyword.pairs, corpus)
      this.built = { keyword, reranker }
    }
    return this.built
  }

  /** Made when the first never-seen word asks for it. */
  private spelling(): Spelling {
    const built = this.build()
    built.spelling ??= new Spelling(this.vocabulary, this.forward.words.view())
    return built.spelling
  }

  /** Capabilities of the catalogue that have a stem. */
  private df(stem: string, keyword: KeywordIndex): number {
    return this.corpus ? (this.corpus.stems.get(stem) ?? 0) : keyword.df(this.vocabulary.stemId(stem))
  }

  private growDead(): void {
    const next = new Uint8Array(this.forward.count)
    if (this.dead !== undefined) next.set(this.dead)
    this.dead = next
  }

  private row(label: number): number {
    return label < this.rowOf.length ? this.rowOf[label]! : -1
  }

  private setRow(label: number, row: number): void {
    if (label >= this.rowOf.length) {
      const next = new Int32Array(Math.max(1024, label + 1, Math.floor(this.rowOf.length * 1.5))).fill(-1)
      next.set(this.rowOf)
      this.rowOf = next
    }
    this.rowOf[label] = row
  }

  /** Σ idf of the query's distinct known stems + ½·ln(N + 1) for each unknown one: about what a perfect text would score. */
  private selfScore(query: AnalyzedQuery, keyword: KeywordIndex): number {
    let sum = 0
    for (const stem of new Set(query.stems)) {
      const df = this.df(stem, keyword)
      sum += df > 0 ? bm25Idf(keyword.count, df) : 0.5 * Math.log(keyword.count + 1)
    }
    return sum
  }

  private hits(query: AnalyzedQuery, keyword: KeywordIndex, row: number): number {
    const ids = [...new Set(query.stems)].map((stem) => this.vocabulary.stemId(stem))
    return ids.filter((id) => id >= 0 && keyword.saturated(id, row) > 0).length
  }

  /** Up to `SAMPLE` live labels, evenly drawn; kept until something is added or removed. */
  private sampleLabels(): Uint32Array {
    if (this.corpus) return this.corpus.sample
    this.sample ??= evenSample(this.forward.labels.view().filter((_, row) => this.dead?.[row] !== 1))
    return this.sample
  }

  private matchedWords(query: AnalyzedQuery, keyword: KeywordIndex, row: number): string[] {
    const matched = query.words.filter((_, i) => {
      const id = this.vocabulary.stemId(query.stems[i]!)
      return id >= 0 && keyword.saturated(id, row) > 0
    })
    return [...new Set(matched)]
  }
}
