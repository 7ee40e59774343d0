import type { TokenTable } from '../core/embedding.js'
import type { RelevanceWeights } from '../core/relevance/weights.js'
import type { CorpusStatistics } from './corpus-statistics.js'
import { CosineStatistics } from './cosine-statistics.js'
import type { Texts } from './forward.js'
import { KeywordIndex } from './keyword.js'
import { pieceIdf, Reranker } from './rerank.js'
import { damaged, type NamedArrays, type SectionReader } from './sections.js'
import { runNow, type Steps } from './slices.js'
import { Spelling } from './spelling.js'

/** What everything is built with. */
export interface Builder {
  table: TokenTable
  weights: RelevanceWeights
  /** Statistics of the catalogue that the texts are a part of; those of the texts alone when left out. */
  corpus: CorpusStatistics | undefined
}

/** What is computed from the texts in one go, and appended to for the few that come later. */
export class Built {
  readonly keyword: KeywordIndex
  readonly reranker: Reranker
  private readonly texts: Texts
  private readonly statistics: CosineStatistics
  private speller: Spelling | undefined

  private constructor(
    texts: Texts,
    { table }: Builder,
    keyword: KeywordIndex,
    statistics: CosineStatistics,
    idf: Float32Array,
  ) {
    this.texts = texts
    this.keyword = keyword
    this.statistics = statistics
    this.reranker = new Reranker(texts, table, keyword.pairs, { statistics, pieceIdf: idf })
  }

  /** Of the rows that are there now; those that come while it runs must be appended afterwards. */
  static *build(texts: Texts, builder: Builder): Steps<Built> {
    const { table, weights, corpus } = builder
    const { forward, vocabulary } = texts
    const grams = vocabulary.gramCount
    const idf = corpus?.pieceIdf ?? pieceIdf(forward.pieces.view(), forward.pieceStart.view(), table.size)
    const keyword = yield* KeywordIndex.build(forward, vocabulary, weights.bm25, corpus)
    const statistics = yield* CosineStatistics.build(texts, keyword.pairs, { rows: keyword.frozen, grams }, corpus)
    return new Built(texts, builder, keyword, statistics, idf)
  }

  /** Takes in the rows from `first` on. */
  append(first: number): void {
    const { forward } = this.texts
    for (let row = first; row < forward.count; row++) {
      this.keyword.append(row)
      this.statistics.append(row)
    }
    this.speller?.add(forward.words.view().subarray(forward.wordStart.raw[first]!))
  }

  /** Made when the first never-seen word asks for it. */
  get spelling(): Spelling {
    return this.speller ?? runNow(this.makingSpelling())
  }

  /** Makes it before anybody asks. */
  *makingSpelling(): Steps<Spelling> {
    const { vocabulary, forward } = this.texts
    const words = forward.words.view()
    const spelling = yield* Spelling.build(vocabulary, words)
    if (this.speller) return this.speller
    spelling.add(forward.words.view().subarray(words.length))
    this.speller = spelling
    return spelling
  }

  /** Nothing may have been appended. */
  sections(weights: RelevanceWeights): NamedArrays {
    return [
      ...this.keyword.sections(),
      ...this.statistics.sections(),
      ['pieceIdf', this.reranker.pieceIdf],
      ['weights', new TextEncoder().encode(fingerprint(weights))],
    ]
  }

  /** What `sections` gave, over the same texts; undefined when other weights have come since, and it has to be built anew. */
  static from(reader: SectionReader, texts: Texts, builder: Builder): Built | undefined {
    const { forward, vocabulary } = texts
    const keyword = KeywordIndex.from(reader, forward, vocabulary, builder.weights.bm25)
    const statistics = CosineStatistics.from(reader, forward, vocabulary, keyword.pairs)
    const idf = reader.f32('pieceIdf')
    if (idf.length !== builder.table.size) throw damaged('it was made with another table of pieces')
    if (reader.text('weights') !== fingerprint(builder.weights)) return undefined
    return new Built(texts, builder, keyword, statistics, idf)
  }
}

/** The weights that postings depend on. */
const fingerprint = ({ bm25 }: RelevanceWeights): string => JSON.stringify(bm25)
