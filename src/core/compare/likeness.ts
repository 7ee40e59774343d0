import { sigmoid } from '../relevance/confidence.js'
import { isStopWord, stemOf, wordsOf } from '../text/words.js'

/** What two capabilities are compared by. */
export interface Portrait {
  /** Unit-length vectors: the text first, then the intents; [] when no word is known. */
  rows: readonly Float32Array[]
  /** Stem → weight, of unit length together. */
  words: ReadonlyMap<string, number>
}

/**
 * Logistic weights of "both do the same thing", fitted on 93 labelled pairs of the shipped catalogue with as many hard
 * negatives (test/fixtures/capability-pairs.tsv; area under the curve .965, 90 % right at ½) and checked on 46 others
 * (.998, 98 %). `meaning` alone reaches .92, `wording` alone .95.
 */
const WITH_INTENTS = { meaning: 11.41, wording: 15.14, bias: -4.86 }
/** The same where one of the two has no intents, so that only the texts are compared (.947, 88 %). */
const TEXT_ONLY = { meaning: 4.39, wording: 16.11, bias: -3.54 }

/** From this probability on two capabilities of different tools count as the same. */
export const SAME = 0.5
/**
 * Two capabilities of one tool count once from this sum of text cosine and twice the wording on. A tool's capabilities share
 * its vocabulary, so `likeness` says too often that they are the same; this joins 13 of 14 rewordings (test/fixtures/twins.tsv)
 * and none of the shipped catalogue's 1,431 capabilities (largest sum 1.35).
 */
const TWIN = 1.37

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/**
 * How well each of the two answers what the other is needed for: the mean over the one's intents of the most similar row of
 * the other, both ways. Every pair of rows is multiplied once.
 */
function meaningOf(a: Portrait, b: Portrait): number {
  const [rows, columns] = [a.rows.length, b.rows.length]
  const mostOfColumn = new Float64Array(columns).fill(-1)
  let [forward, backward] = [0, 0]
  for (let i = 0; i < rows; i++) {
    let most = -1
    for (let j = 0; j < columns; j++) {
      // the two texts are not asked of each other
      if (i === 0 && j === 0) continue
      const cosine = dot(a.rows[i]!, b.rows[j]!)
      if (cosine > most) most = cosine
      if (cosine > mostOfColumn[j]!) mostOfColumn[j] = cosine
    }
    if (i > 0) forward += most
  }
  for (let j = 1; j < columns; j++) backward += mostOfColumn[j]!
  return (forward / (rows - 1) + backward / (columns - 1)) / 2
}

/** Cosine of the two texts; 0 when one has no vector. */
export const similarity = (a: Portrait, b: Portrait): number =>
  a.rows[0] && b.rows[0] ? Math.max(-1, Math.min(1, dot(a.rows[0], b.rows[0]))) : 0

/** Cosine of the two sets of words, in [0,1]. */
export function wording(a: Portrait, b: Portrait): number {
  const [few, many] = a.words.size < b.words.size ? [a.words, b.words] : [b.words, a.words]
  let sum = 0
  for (const [stem, weight] of few) sum += weight * (many.get(stem) ?? 0)
  return Math.min(1, sum)
}

/**
 * Calibrated probability that two capabilities do the same thing. Symmetric.
 * @param shift added to the logit: what is known of the two tools beforehand
 */
export function likeness(a: Portrait, b: Portrait, shift = 0): number {
  if (a.rows.length === 0 || b.rows.length === 0) return 0
  const intents = a.rows.length > 1 && b.rows.length > 1
  const weights = intents ? WITH_INTENTS : TEXT_ONLY
  const meaning = intents ? meaningOf(a, b) : dot(a.rows[0]!, b.rows[0]!)
  return sigmoid(shift + weights.bias + weights.meaning * meaning + weights.wording * wording(a, b))
}

/** One capability said twice. */
export const areTwins = (a: Portrait, b: Portrait): boolean => similarity(a, b) + 2 * wording(a, b) >= TWIN

/** Stems of a capability's own text and how often they stand there; the name counts twice. */
export function wordCounts(capability: {
  name: string
  description: string
  intents?: readonly string[]
}): Map<string, number> {
  const counts = new Map<string, number>()
  const { name, description, intents = [] } = capability
  for (const word of wordsOf([name, name, description, ...intents].join(' '))) {
    if (isStopWord(word)) continue
    const stem = stemOf(word)
    counts.set(stem, (counts.get(stem) ?? 0) + 1)
  }
  return counts
}

/** Words weighted by n/(n+1) · idf and scaled to unit length. `idf` is parallel to the keys of `counts`. */
export function weighWords(counts: ReadonlyMap<string, number>, idf: Float64Array): Map<string, number> {
  const words = new Map<string, number>()
  let squares = 0
  let i = 0
  for (const [stem, n] of counts) {
    const weight = (n / (n + 1)) * idf[i++]!
    words.set(stem, weight)
    squares += weight * weight
  }
  const length = Math.sqrt(squares)
  if (length > 0) for (const [stem, weight] of words) words.set(stem, weight / length)
  return words
}
