import type { Hits, IndexDocument, LabelSet } from '../core/document.js'
import type { TokenTable } from '../core/embedding.js'
import { AppError } from '../core/errors.js'
import { bm25Idf } from '../core/relevance/bm25.js'
import type { RelevanceWeights } from '../core/relevance/weights.js'
import { wordsOf } from '../core/text/words.js'
import { growTo } from '../core/typed.js'
import { type Builder, Built } from './built.js'
import { type CorpusStatistics, evenSample } from './corpus-statistics.js'
import { Forward, Renumbering, type Texts } from './forward.js'
import type { KeywordIndex } from './keyword.js'
import { pseudoQueries } from './pseudo-queries.js'
import { type AnalyzedQuery, analyzeQuery } from './query.js'
import { type Candidates, order, type Ranked, type RankInput, type Ranking } from './ranking.js'
import { bytesOf, type NamedArrays, SectionReader } from './sections.js'
import { runBetween, runNow, type Steps } from './slices.js'
import { Vocabulary } from './vocabulary.js'

export type { AnalyzedQuery, Ranked, RankInput, Ranking }

/** What was built anew of the rows up to `seen`. */
interface Fresh {
  texts: Texts
  built: Built
  seen: number
}

/** Rows appended and rows removed, as a share of the rows that the statistics are of, before everything is built anew. */
const UNTIDY_SHARE = 0.05
/** Up to so many rows that is done with the next question: it takes less than a tenth of a second. Above, between other work. */
const SMALL = 4096

/**
 * Everything the order of an answer needs except the vectors: keyword retrieval and the re-ranking of both retrievers' candidates.
 * Not safe for concurrent mutation; reads share scratch space and are synchronous.
 */
export class RelevanceIndex {
  private readonly builder: Builder
  private texts: Texts = { forward: new Forward(), vocabulary: new Vocabulary() }
  /** Label → row, −1 when it is not (or no longer) here. */
  private rowOf = new Int32Array(0)
  private built: Built | undefined
  private live = 0
  /** Row → 1 when removed; undefined while nothing is. */
  private dead: Uint8Array | undefined
  private sample: Uint32Array | undefined
  /** Mean and deviation of the best r of pseudo-queries (see `calibrate`); [] before. */
  private noise: number[] = []
  /** Everything being built anew in the background. */
  private tidying: Promise<void> | undefined

  /** @param corpus statistics of the catalogue that the documents are a part of; those of the documents alone when left out */
  constructor(table: TokenTable, weights: RelevanceWeights, corpus?: CorpusStatistics) {
    this.builder = { table, weights, corpus }
    if (corpus) this.noise = corpus.noise
  }

  /** Live capabilities of the catalogue. */
  get count(): number {
    return this.builder.corpus?.count ?? this.live
  }

  /** Takes up the words of a text, so that its rare parts count as much as they do in the whole catalogue. */
  know(text: string): void {
    for (const word of wordsOf(text)) this.texts.vocabulary.add(word)
    this.built = undefined
  }

  /** Adds documents whose labels are above all earlier ones, ascending; `invalid-parameter` otherwise. */
  add(documents: readonly IndexDocument[]): void {
    for (const document of documents) {
      const { forward, vocabulary } = this.texts
      const last = forward.count > 0 ? forward.labels.raw[forward.count - 1]! : -1
      if (document.label <= last) {
        throw new AppError(
          'invalid-parameter',
          `label ${document.label} does not come after ${last}: labels only ever increase`,
        )
      }
      this.setRow(document.label, forward.count)
      forward.add(document, vocabulary, this.builder.table)
      this.live++
    }
    if (documents.length === 0) return
    this.sample = undefined
    this.built?.append(this.texts.forward.count - documents.length)
    this.tidy()
  }

  /** Takes capabilities out of every answer at once; unknown labels are ignored. Statistics follow when everything is built anew. */
  remove(labels: Iterable<number>): void {
    for (const label of labels) {
      const row = this.row(label)
      if (row < 0) continue
      this.rowOf[label] = -1
      this.markDead(row)
      this.sample = undefined
      this.live--
    }
    this.tidy()
  }

  analyze(query: string): AnalyzedQuery {
    const { keyword, reranker } = this.build()
    return analyzeQuery(query, {
      vocabulary: this.texts.vocabulary,
      keyword,
      table: this.builder.table,
      contentIdf: (piece) => reranker.contentIdf(piece),
      pieceIdf: reranker.pieceIdf,
      spelling: () => this.build().spelling,
    })
  }

  /** The query as it reads now: everything may have been built anew while it was being embedded. */
  private current(query: AnalyzedQuery): AnalyzedQuery {
    return query.readBy === this.build().keyword ? query : this.analyze(query.text)
  }

  /** The best `depth` by BM25F, ties by label. */
  keyword(query: AnalyzedQuery, depth: number, allowed?: LabelSet): Hits {
    const { terms } = this.current(query)
    const labels = this.texts.forward.labels.view()
    return this.build().keyword.search(terms, depth, { labels, dead: this.dead, allowed })
  }

  /** Orders the union of both retrievers' candidates. The order does not depend on how many of them are shown. */
  rank(asked: AnalyzedQuery, input: RankInput): Ranking {
    const query = this.current(asked)
    const { keyword, reranker } = this.build()
    const labels = this.texts.forward.labels.view()
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
    return order(query, input, candidates, this.builder.weights)
  }

  /**
   * How often each stem stands in each capability's own text: tf′ of BM25F before saturation,
   * `labels.length × stems.length`, row-major.
   */
  termFrequencies(stems: readonly string[], labels: Uint32Array): Float32Array {
    const { keyword } = this.build()
    const ids = stems.map((stem) => this.texts.vocabulary.stemId(stem))
    const rows = new Uint32Array(labels.length)
    const numbers: number[] = []
    for (let i = 0; i < labels.length; i++) {
      const row = this.row(labels[i]!)
      if (row >= 0) rows[numbers.push(i) - 1] = row
    }
    const found = keyword.termFrequencies(ids, rows.subarray(0, numbers.length))
    if (numbers.length === labels.length) return found
    const tf = new Float32Array(labels.length * stems.length)
    for (const [n, i] of numbers.entries()) {
      tf.set(found.subarray(n * stems.length, (n + 1) * stems.length), i * stems.length)
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
    return pseudoQueries(this.texts.forward, this.texts.vocabulary, (row) => this.dead?.[row] !== 1, count, seed)
  }

  /** Learns, from the best `r` of each pseudo-query, how well this catalogue answers what it does not have. Part of the snapshot. */
  calibrate(best: readonly number[]): void {
    const mean = best.reduce((sum, r) => sum + r, 0) / Math.max(1, best.length)
    const variance = best.reduce((sum, r) => sum + (r - mean) ** 2, 0) / Math.max(1, best.length)
    this.noise = best.length < 2 || variance === 0 ? [] : [mean, Math.sqrt(variance)]
  }

  /** Drops removed rows and recomputes all statistics, now. */
  compact(): void {
    const { count } = this.texts.forward
    if (this.built && (this.built.keyword.frozen < count || this.live < count)) this.built = undefined
    this.build()
  }

  /** Settles when nothing is being built in the background any more. */
  async settled(): Promise<void> {
    while (this.tidying) await this.tidying
  }

  /** Named byte arrays from which `restore` makes an equal index; they share its memory. */
  snapshot(): Map<string, Uint8Array> {
    this.compact()
    const arrays: NamedArrays = [
      ...this.texts.forward.sections(),
      ...this.texts.vocabulary.sections(),
      ...this.build().sections(this.builder.weights),
      ['noise', Float64Array.from(this.noise)],
    ]
    return new Map(arrays.map(([name, array]) => [name, bytesOf(array)]))
  }

  /** Which of its sections `add` appends to. */
  static grows(name: string): boolean {
    return !/\.(rows|impacts|start|slots)$/.test(name)
  }

  /** Takes the sections over, with the memory behind them: nothing is copied or computed. Throws `damaged-file` when one is missing or they disagree. */
  static restore(sections: Map<string, Uint8Array>, table: TokenTable, weights: RelevanceWeights): RelevanceIndex {
    const reader = new SectionReader(sections)
    const index = new RelevanceIndex(table, weights)
    index.texts = { forward: new Forward(reader), vocabulary: new Vocabulary(reader) }
    index.noise = [...reader.f64('noise')]
    const labels = index.texts.forward.labels.view()
    for (let row = 0; row < labels.length; row++) index.setRow(labels[row]!, row)
    index.live = labels.length
    index.built = Built.from(reader, index.texts, index.builder)
    return index
  }

  /** Makes what the first searches would otherwise wait for, other work in between. */
  async prepare(): Promise<void> {
    if (this.built) await runBetween(this.built.makingSpelling(), () => true)
  }

  private build(): Built {
    return this.built ?? this.take(runNow(this.building()))
  }

  /** Everything anew, without removed rows. */
  private *building(): Steps<Fresh> {
    const { forward, vocabulary } = this.texts
    const tidy = this.live === forward.count
    const { seen, ...texts } = tidy
      ? { ...this.texts, seen: forward.count }
      : yield* forward.filter((row) => this.dead?.[row] !== 1, vocabulary)
    return { texts, built: yield* Built.build(texts, this.builder), seen }
  }

  /** Puts what was built in place, with what has been added and removed since. */
  private take({ texts, built, seen }: Fresh): Built {
    const { forward, vocabulary } = this.texts
    if (texts.forward !== forward) {
      const renumber = new Renumbering(vocabulary, texts.vocabulary)
      for (let at = seen; at < forward.count; at++) {
        if (this.dead?.[at] !== 1) texts.forward.copy(forward, at, renumber)
      }
      this.texts = texts
      this.dead = undefined
      const labels = texts.forward.labels.view()
      for (let row = 0; row < labels.length; row++) {
        if (this.row(labels[row]!) >= 0) this.rowOf[labels[row]!] = row
        else this.markDead(row)
      }
      this.sample = undefined
    }
    built.append(built.keyword.frozen)
    this.built = built
    return built
  }

  /** Has everything built anew when too much was appended or removed. */
  private tidy(): void {
    const { built, tidying } = this
    if (built === undefined || tidying || this.builder.corpus) return
    const { count } = this.texts.forward
    const { frozen } = built.keyword
    if (count - frozen + (count - this.live) <= frozen * UNTIDY_SHARE) return
    if (count <= SMALL) this.built = undefined
    else this.tidying = this.tidyBetween(built)
  }

  private async tidyBetween(before: Built): Promise<void> {
    // somebody may have had it built anew at once meanwhile
    const fresh = await runBetween(this.building(), () => this.built === before)
    this.tidying = undefined
    if (fresh && this.built === before) this.take(fresh)
  }

  /** Capabilities of the catalogue that have a stem. */
  private df(stem: string, keyword: KeywordIndex): number {
    return this.builder.corpus
      ? (this.builder.corpus.stems.get(stem) ?? 0)
      : keyword.df(this.texts.vocabulary.stemId(stem))
  }

  private markDead(row: number): void {
    const { count } = this.texts.forward
    if (this.dead === undefined || this.dead.length <= row) {
      this.dead = growTo(this.dead ?? new Uint8Array(0), count + (count >> 3))
    }
    this.dead[row] = 1
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
    const ids = stems.map((stem) => this.texts.vocabulary.stemId(stem))
    const tf = keyword.termFrequencies(ids, Uint32Array.of(row))
    return new Set(stems.filter((_, i) => tf[i]! > 0))
  }

  /** Up to `SAMPLE` live labels, evenly drawn; kept until something is added or removed. */
  private sampleLabels(): Uint32Array {
    if (this.builder.corpus) return this.builder.corpus.sample
    this.sample ??= evenSample(this.liveLabels())
    return this.sample
  }

  private liveLabels(): Uint32Array {
    const { dead } = this
    const labels = this.texts.forward.labels.view()
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
