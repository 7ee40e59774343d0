import type { RelevanceWeights } from './weights.js'

/** One feature's part in a result's relevance. */
export interface Contribution {
  feature: 'keyword' | 'similarity' | 'late' | 'chargram' | 'reverseLate' | 'clause' | 'bigram'
  /** The feature itself, about 0..1. */
  value: number
  /** weight × value as a share of what a perfect result would get, times 100: the points add up to at most about 100. */
  points: number
}

export interface Explanation {
  contributions: Contribution[]
  /** Words of the query that stand in the capability's text, by stem. */
  words: string[]
  /** The part of a request for several things that this result serves best. */
  clause?: string
  /** One readable sentence. */
  why: string
}

/** What a candidate that was looked at closely is explained from; one that was not has only keyword and cosine. */
export interface Explained {
  keyword: number
  cosine: number
  features: { late: number; chargram: number; reverseLate: number; clause: number; bigram: number } | undefined
}

export function explain(
  weights: RelevanceWeights,
  candidate: Explained,
  words: string[],
  clause: string | undefined,
): Explanation {
  const w = weights.rerank
  const first = candidate.features === undefined ? 1 : w.fuse
  const parts: [Contribution['feature'], number, number][] = [
    ['keyword', candidate.keyword, first * weights.fuse.keyword],
    ['similarity', candidate.cosine, first * weights.fuse.semantic],
  ]
  if (candidate.features !== undefined) {
    for (const feature of ['late', 'chargram', 'reverseLate', 'clause', 'bigram'] as const) {
      parts.push([feature, candidate.features[feature], w[feature]])
    }
  }
  const whole = parts.reduce((sum, [, , weight]) => sum + weight, 0)
  const contributions = parts.map(([feature, value, weight]) => ({
    feature,
    value,
    points: whole > 0 ? (100 * weight * value) / whole : 0,
  }))
  const explanation: Explanation = { contributions, words, why: sentence(contributions, words, clause) }
  if (clause !== undefined) explanation.clause = clause
  return explanation
}

function sentence(
  contributions: readonly Contribution[],
  words: readonly string[],
  clause: string | undefined,
): string {
  const shown = words.slice(0, 6).map((word) => `“${word}”`)
  const more = words.length > 6 ? ` and ${words.length - 6} more` : ''
  const cosine = contributions.find(({ feature }) => feature === 'similarity')!.value
  const parts = [
    words.length > 0 ? `names ${shown.join(', ')}${more}` : 'shares no word with the request',
    `similarity ${cosine.toFixed(2)}`,
  ]
  if (clause !== undefined) parts.push(`serves the part “${clause}”`)
  return `${parts.join('; ')}.`
}
