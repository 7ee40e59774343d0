import type { IndexDocument } from '../core/document.js'
import type { TokenTable } from '../core/embedding.js'
import { FIELDS, type FieldWeights } from '../core/relevance/bm25.js'
import { cosineIdf } from '../core/relevance/tfidf.js'
import { Forward } from './forward.js'
import { BREAK, gramsOf, Vocabulary } from './vocabulary.js'

/**
 * What the relevance model knows of a whole catalogue, without the catalogue: enough to score a handful of its documents as if all the
 * others were there. About 100 bytes a distinct word, pair or 4-gram.
 */
export interface CorpusStatistics {
  /** Capabilities. */
  count: number
  /** Entries of each field on average, over the capabilities that have it; in the order of FIELDS. */
  averages: Float64Array
  /** In how many capabilities each stem stands. */
  stems: ReadonlyMap<string, number>
  /** … each pair of adjacent content stems, joined by a space; those of one capability only are left out. */
  pairs: ReadonlyMap<string, number>
  /** … each character 4-gram of the texts. */
  grams: ReadonlyMap<string, number>
  /** Weight of every piece of the table, as `RelevanceIndex.pieceIdf`. */
  pieceIdf: Float32Array
  /** As `RelevanceIndex.calibrate` leaves it. */
  noise: number[]
  /** Labels drawn evenly from all, against which a question's similarities are held. */
  sample: Uint32Array
}

/** Capabilities that stand for the whole catalogue when a query's mean cosine is estimated: its error is a sixteenth of the deviation. */
const SAMPLE = 256
/** Documents analysed at once: bounds what the builder keeps beside the counts. */
const CHUNK = 2000
/** Fields that 4-grams are taken from: name, description, intents. */
const TEXT_FIELDS = 3

export const pairFrequency = (corpus: CorpusStatistics, a: string, b: string): number =>
  corpus.pairs.get(`${a} ${b}`) ?? 1

/** Up to `SAMPLE` of the labels, evenly drawn. */
export function evenSample(labels: Uint32Array): Uint32Array {
  const size = Math.min(SAMPLE, labels.length)
  return Uint32Array.from({ length: size }, (_, i) => labels[Math.floor((i * labels.length) / size)]!)
}

/** Counts a catalogue that streams by. */
export class CorpusCounter {
  private readonly table: TokenTable
  private readonly weighted: boolean[]
  private count = 0
  private readonly sums = new Float64Array(FIELDS.length)
  private readonly filled = new Float64Array(FIELDS.length)
  private readonly stems = new Map<string, number>()
  private readonly pairs = new Map<string, number>()
  private readonly grams = new Map<string, number>()
  private readonly pieces: Uint32Array
  private readonly labels: number[] = []
  private waiting: IndexDocument[] = []

  constructor(table: TokenTable, weights: FieldWeights) {
    this.table = table
    this.weighted = FIELDS.map((field) => weights[field] > 0)
    this.pieces = new Uint32Array(table.size)
  }

  add(document: IndexDocument): void {
    this.waiting.push(document)
    this.labels.push(document.label)
    if (this.waiting.length === CHUNK) this.countWaiting()
  }

  finish(): CorpusStatistics {
    this.countWaiting()
    const { count, stems, grams } = this
    for (const [pair, n] of this.pairs) if (n === 1) this.pairs.delete(pair)
    const half = Math.sqrt(cosineIdf(count, 0)) / 2
    return {
      count,
      averages: this.sums.map((sum, field) => sum / Math.max(1, this.filled[field]!)),
      stems,
      pairs: this.pairs,
      grams,
      pieceIdf: Float32Array.from(this.pieces, (n) => (n > 0 ? Math.sqrt(cosineIdf(count, n)) : half)),
      noise: [],
      sample: evenSample(Uint32Array.from(this.labels)),
    }
  }

  private countWaiting(): void {
    const forward = new Forward()
    const vocabulary = new Vocabulary()
    for (const document of this.waiting) forward.add(document, vocabulary, this.table)
    for (let row = 0; row < forward.count; row++) this.countRow(forward, vocabulary, row)
    this.count += forward.count
    this.waiting = []
  }

  private countRow(forward: Forward, vocabulary: Vocabulary, row: number): void {
    const { stemOf, stop } = vocabulary.tables()
    const words = forward.words.view()
    const lengths = forward.fieldLengths.view()
    const stems = new Set<string>()
    const pairs = new Set<string>()
    const grams = new Set<string>()
    let next = forward.wordStart.view()[row]!
    for (let field = 0; field < FIELDS.length; field++) {
      const length = lengths[row * FIELDS.length + field]!
      this.sums[field]! += length
      if (length > 0) this.filled[field]!++
      let previous: string | undefined
      for (const end = next + length; next < end; next++) {
        const word = words[next]!
        const stem = word === BREAK ? undefined : vocabulary.stem(stemOf[word]!)
        if (!this.weighted[field]) continue
        if (stem !== undefined) stems.add(stem)
        if (stem !== undefined && stop[word] === 1) continue
        if (previous !== undefined && stem !== undefined) pairs.add(`${previous} ${stem}`)
        previous = stem
        if (stem !== undefined && field < TEXT_FIELDS)
          for (const gram of gramsOf(vocabulary.word(word))) grams.add(gram)
      }
    }
    for (const stem of stems) this.stems.set(stem, (this.stems.get(stem) ?? 0) + 1)
    for (const pair of pairs) this.pairs.set(pair, (this.pairs.get(pair) ?? 0) + 1)
    for (const gram of grams) this.grams.set(gram, (this.grams.get(gram) ?? 0) + 1)
    const start = forward.pieceStart.view()
    for (const piece of new Set(forward.pieces.view().subarray(start[row]!, start[row + 1]!))) this.pieces[piece]!++
  }
}

/** As bytes, for the store. */
export function packCorpus(corpus: CorpusStatistics): Uint8Array {
  const { count, averages, stems, pairs, grams, pieceIdf, noise, sample } = corpus
  const json = { count, averages: [...averages], noise, pieceIdf: [...pieceIdf], sample: [...sample] }
  const maps = { stems: [...stems], pairs: [...pairs], grams: [...grams] }
  return new TextEncoder().encode(JSON.stringify({ ...json, ...maps }))
}

export function unpackCorpus(bytes: Uint8Array): CorpusStatistics {
  const { count, averages, stems, pairs, grams, pieceIdf, noise, sample } = JSON.parse(new TextDecoder().decode(bytes))
  return {
    count,
    averages: Float64Array.from(averages),
    stems: new Map(stems),
    pairs: new Map(pairs),
    grams: new Map(grams),
    pieceIdf: Float32Array.from(pieceIdf),
    noise,
    sample: Uint32Array.from(sample),
  }
}
