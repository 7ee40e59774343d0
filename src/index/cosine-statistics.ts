import { cosineIdf, tfIdf } from '../core/relevance/tfidf.js'
import { type CorpusStatistics, pairFrequency } from './corpus-statistics.js'
import type { Forward, Texts } from './forward.js'
import { growableF32, growableU32 } from './growable.js'
import type { PairMap } from './pair-map.js'
import { RowTally } from './row-tally.js'
import type { NamedArrays, SectionReader } from './sections.js'
import { overRows, type Steps } from './slices.js'
import { TextRows } from './text-rows.js'
import type { Vocabulary } from './vocabulary.js'

/** Document frequencies turned into weights in one step. */
const WEIGHED = 16384

/**
 * idf of 4-grams and stem pairs, and the norm of every row as a tf-idf vector of each. Built in one go; of what comes later, grams and pairs
 * that were there keep their idf, new ones have one of their own, and a row's norm is taken when it comes.
 */
export class CosineStatistics {
  /** Capabilities that the statistics are of. */
  readonly count: number
  private readonly unseen: number
  private readonly gramIdf
  private readonly pairIdf
  private readonly gramNorms
  private readonly pairNorms
  private readonly texts: TextRows
  private readonly vocabulary: Vocabulary
  private readonly pairs: PairMap
  /** In how many rows each gram and pair stands that was not there at the build. */
  private readonly newGrams = growableU32(new Uint32Array(0))
  private readonly newPairs = growableU32(new Uint32Array(0))
  private readonly tally = { grams: new RowTally(), pairs: new RowTally() }

  private constructor(
    forward: Forward,
    vocabulary: Vocabulary,
    pairs: PairMap,
    { count, grams }: { count: number; grams: number },
    reader?: SectionReader,
  ) {
    this.texts = new TextRows(forward, vocabulary)
    this.vocabulary = vocabulary
    this.pairs = pairs
    this.count = count
    this.unseen = cosineIdf(count, 0)
    this.gramIdf = growableF32(reader?.f32('gramIdf') ?? new Float32Array(grams))
    this.pairIdf = growableF32(reader?.f32('pairIdf') ?? new Float32Array(pairs.size))
    this.gramNorms = growableF32(reader?.f32('gramNorm') ?? new Float32Array(0))
    this.pairNorms = growableF32(reader?.f32('pairNorm') ?? new Float32Array(0))
  }

  /**
   * @param pairs the adjacent stems of the weighted fields
   * @param rows how many of the rows it is built from, `grams` how many 4-grams these have; later ones are appended
   * @param corpus statistics of a larger catalogue that these rows are a part of; their own when left out
   */
  static *build(
    { forward, vocabulary }: Texts,
    pairs: PairMap,
    { rows, grams }: { rows: number; grams: number },
    corpus?: CorpusStatistics,
  ): Steps<CosineStatistics> {
    const made = new CosineStatistics(forward, vocabulary, pairs, { count: corpus?.count ?? rows, grams })
    if (corpus) made.takeIdf(corpus)
    else yield* made.computeIdf(rows)
    const measure = (row: number) => {
      made.tallyRow(row)
      made.pushNorms()
    }
    yield* overRows(() => rows, measure)
    return made
  }

  /** idf of a gram; that of one that no row has for what was never seen (−1). */
  gramIdfOf(gram: number): number {
    return gram >= 0 && gram < this.gramIdf.length ? this.gramIdf.raw[gram]! : this.unseen
  }

  /** The same of a pair. */
  pairIdfOf(pair: number): number {
    return pair >= 0 && pair < this.pairIdf.length ? this.pairIdf.raw[pair]! : this.unseen
  }

  /** Length of a row as a tf-idf vector of its grams. */
  gramNorm(row: number): number {
    return this.gramNorms.raw[row]!
  }

  /** The same of its pairs. */
  pairNorm(row: number): number {
    return this.pairNorms.raw[row]!
  }

  /** Takes up the next row of the forward data, whose pairs are numbered already. */
  append(row: number): void {
    const frozen = {
      grams: this.gramIdf.length - this.newGrams.length,
      pairs: this.pairIdf.length - this.newPairs.length,
    }
    const count = (df: ReturnType<typeof growableU32>, idf: ReturnType<typeof growableF32>, at: number) => {
      if (at < 0) return
      while (df.length <= at) {
        df.push(0)
        idf.push(this.unseen)
      }
      df.raw[at]!++
      idf.raw[idf.length - df.length + at] = cosineIdf(this.count, df.raw[at]!)
    }
    this.tallyRow(row)
    this.tally.grams.each((gram) => count(this.newGrams, this.gramIdf, gram - frozen.grams))
    this.tally.pairs.each((pair) => count(this.newPairs, this.pairIdf, pair - frozen.pairs))
    this.pushNorms()
  }

  sections(): NamedArrays {
    return [
      ['gramIdf', this.gramIdf.view()],
      ['pairIdf', this.pairIdf.view()],
      ['gramNorm', this.gramNorms.view()],
      ['pairNorm', this.pairNorms.view()],
    ]
  }

  /** What `sections` gave, over the same texts. */
  static from(reader: SectionReader, forward: Forward, vocabulary: Vocabulary, pairs: PairMap): CosineStatistics {
    return new CosineStatistics(forward, vocabulary, pairs, { count: forward.count, grams: 0 }, reader)
  }

  private tallyRow(row: number): void {
    const { grams, pairs } = this.tally
    this.texts.eachGram(row, (gram) => grams.add(gram, 1))
    this.texts.eachPair(row, (a, b) => {
      const id = this.pairs.get(a, b)
      if (id >= 0) pairs.add(id, 1)
    })
  }

  /** The norms of the row that the tally holds. */
  private pushNorms(): void {
    let squares = 0
    this.tally.grams.drain((gram, tf) => {
      squares += tfIdf(tf, this.gramIdf.raw[gram]!) ** 2
    })
    this.gramNorms.push(Math.sqrt(squares))
    squares = 0
    this.tally.pairs.drain((id, tf) => {
      squares += tfIdf(tf, this.pairIdf.raw[id]!) ** 2
    })
    this.pairNorms.push(Math.sqrt(squares))
  }

  private takeIdf(corpus: CorpusStatistics): void {
    const { vocabulary, pairs } = this
    for (let id = 0; id < this.gramIdf.length; id++) {
      this.gramIdf.raw[id] = cosineIdf(this.count, corpus.grams.get(vocabulary.gram(id)) ?? 0)
    }
    for (let id = 0; id < this.pairIdf.length; id++) {
      const [a, b] = pairs.parts(id)
      this.pairIdf.raw[id] = cosineIdf(this.count, pairFrequency(corpus, vocabulary.stem(a), vocabulary.stem(b)))
    }
  }

  private *computeIdf(rows: number): Steps<void> {
    const grams = this.gramIdf.raw
    const pairs = this.pairIdf.raw
    const count = (row: number) => {
      this.tallyRow(row)
      this.tally.grams.drain((gram) => {
        grams[gram]!++
      })
      this.tally.pairs.drain((pair) => {
        pairs[pair]!++
      })
    }
    yield* overRows(() => rows, count)
    for (const idf of [grams, pairs]) {
      const weigh = (i: number) => {
        idf[i] = cosineIdf(this.count, idf[i]!)
      }
      yield* overRows(() => idf.length, weigh, WEIGHED)
    }
  }
}
