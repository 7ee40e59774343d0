import type { Hits, IndexDocument, LabelSet } from '../core/document.js'
import type { TokenTable } from '../core/embedding.js'
import { AppError } from '../core/errors.js'
import { bm25Idf } from '../core/relevance/bm25.js'
import type { RelevanceWeights } from '../core/relevance/weights.js'
import { wordsOf } from '../core/text/words.js'
import { type CorpusStatistics, evenSample } from './corpus-statistics.js'
import { CosineStatistics } from './cosine-statistics.js'
import { Forward } from './forward.js'
import { KeywordIndex } from './keyword.js'
import { pseudoQueries } from './pseudo-queries.js'
import { type AnalyzedQuery, analyzeQuery } from './query.js'
import { type Candidates, order, type Ranked, type RankInput, type Ranking } from './ranking.js'
import { pieceIdf as pieceIdfOf, Reranker } from './rerank.js'
import { bytesOf, damaged, type NamedArrays, SectionReader } from './sections.js'
import { Spelling } from './spelling.js'
import { Vocabulary } from './vocabulary.js'

export type { AnalyzedQuery, Ranked, RankInput, Ranking }

/** What is computed from the forward data in one go, and appended to for the few documents that come later. */
interface Built {
  keyword: KeywordIndex
  statistics: CosineStatistics
  reranker: Reranker
  spelling?: Spelling
}

/** Rows that may be appended to what was built, as a share of the rows it was built from, before it is built anew. */
const APPENDED_SHARE = 0.1

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
    this.sample = undefined
    this.append(this.forward.count - documents.length)
  }

  /** Takes the rows from `first` on into what was built, or drops it when they are too many. */
  private append(first: number): void {
    const { built, forward } = this
    if (built === undefined) return
    const { frozen } = built.keyword
    if (this.corpus !== undefined || forward.count - frozen > frozen * APPENDED_SHARE) {
      this.built = undefined
      return
    }
    for (let row = first; row < forward.count; row++) {
      built.keyword.append(row)
      built.statistics.append(row)
    }
    built.spelling?.add(forward.words.view().subarray(forward.wordStart.raw[first]!))
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
      hits: (row) => this.stemsIn(query, keyword, row).size,
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

  /** Drops removed rows and recomputes all statistics, now. */
  compact(): void {
    if (this.built && this.built.keyword.frozen < this.forward.count) this.built = undefined
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

  /** Named byte arrays from which `restore` makes an equal index; they share its memory. */
  snapshot(): Map<string, Uint8Array> {
    this.compact()
    const { keyword, statistics, reranker } = this.build()
    const arrays: NamedArrays = [
      ...this.forward.sections(),
      ...this.vocabulary.sections(),
      ...keyword.sections(),
      ...statistics.sections(),
      ['pieceIdf', reranker.pieceIdf],
      ['noise', Float64Array.from(this.noise)],
      ['weights', new TextEncoder().encode(this.fingerprint())],
    ]
    return new Map(arrays.map(([name, array]) => [name, bytesOf(array)]))
  }

  /** Takes the sections over: nothing is copied or computed. Throws `damaged-file` when one is missing or they disagree. */
  static restore(sections: Map<string, Uint8Array>, table: TokenTable, weights: RelevanceWeights): RelevanceIndex {
    const reader = new SectionReader(sections)
    const index = new RelevanceIndex(table, weights)
    index.forward = new Forward(reader)
    index.vocabulary = new Vocabulary(reader)
    index.noise = [...reader.f64('noise')]
    const labels = index.forward.labels.view()
    for (let row = 0; row < labels.length; row++) index.setRow(labels[row]!, row)
    index.live = labels.length
    index.built = index.builtFrom(reader)
    return index
  }

  /** What was built when the snapshot was written; undefined when other weights have come since, and it has to be built anew. */
  private builtFrom(reader: SectionReader): Built | undefined {
    const { forward, vocabulary, table, weights } = this
    const keyword = KeywordIndex.from(reader, forward, vocabulary, weights.bm25)
    const statistics = CosineStatistics.from(reader, forward, vocabulary, keyword.pairs)
    const pieceIdf = reader.f32('pieceIdf')
    if (pieceIdf.length !== table.size) throw damaged('it was made with another table of pieces')
    if (reader.text('weights') !== this.fingerprint()) return undefined
    const reranker = new Reranker(forward, vocabulary, table, keyword.pairs, { statistics, pieceIdf })
    return { keyword, statistics, reranker }
  }

  /** The weights that the postings depend on. */
  private fingerprint(): string {
    return JSON.stringify(this.weights.bm25)
  }

  private build(): Built {
    if (this.built === undefined) {
      const { forward, vocabulary, table, corpus } = this
      const keyword = KeywordIndex.build(forward, vocabulary, this.weights.bm25, corpus)
      const statistics = CosineStatistics.build(forward, vocabulary, keyword.pairs, corpus)
      const pieceIdf = corpus?.pieceIdf ?? pieceIdfOf(forward.pieces.view(), forward.pieceStart.view(), table.size)
      const reranker = new Reranker(forward, vocabulary, table, keyword.pairs, { statistics, pieceIdf })
      this.built = { keyword, statistics, reranker }
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

  /** The distinct stems of the query that stand in a row. */
  private stemsIn(query: AnalyzedQuery, keyword: KeywordIndex, row: number): Set<string> {
    const stems = [...new Set(query.stems)]
    const ids = stems.map((stem) => this.vocabulary.stemId(stem))
    const tf = keyword.termFrequencies(ids, Uint32Array.of(row))
    return new Set(stems.filter((_, i) => tf[i]! > 0))
  }

  /** Up to `SAMPLE` live labels, evenly drawn; kept until something is added or removed. */
  private sampleLabels(): Uint32Array {
    if (this.corpus) return this.corpus.sample
    this.sample ??= evenSample(this.liveLabels())
    return this.sample
  }

  private liveLabels(): Uint32Array {
    const { dead } = this
    const labels = this.forward.labels.view()
    if (dead === undefined) return labels
    const live = new Uint32Array(labels.length)
    let count = 0
    for (let row = 0; row < labels.length; row++) if (dead[row] !== 1) live[count++] = labels[row]!
    return live.subarray(0, count)
  }

  private matchedWords(query: AnalyzedQuery, keyword: KeywordIndex, row: number): string[] {
    const stems = this.stemsIn(query, keyword, row)
    return [...new Set(query.words.filter((_, i) => stems.has(query.stems[i]!)))]
  }
}
