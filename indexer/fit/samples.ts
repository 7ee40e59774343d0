import { queryMetrics } from '../../src/core/metrics.js'
import type { Contribution } from '../../src/core/relevance/explain.js'
import type { Exam } from './exam.js'
import type { QuerySet } from './query-set.js'

/** The features whose weights are fitted; keyword and similarity are the two halves of the first mix. */
export const FEATURES = ['keyword', 'similarity', 'late', 'chargram', 'reverseLate', 'clause', 'bigram'] as const
export type Feature = Contribution['feature']
export type FeatureWeights = Record<Feature, number>

/** One query's closely examined candidates: all that is needed to order them again under other weights. */
export interface Sample {
  /** `candidates × FEATURES.length`, row-major. */
  features: Float32Array
  /** Ids in the order of the current weights. */
  ids: string[]
  relevance: ReadonlyMap<string, number>
}

/** Asks up to `limit` of a set's queries, evenly drawn. */
export async function collectSamples(exam: Exam, set: QuerySet, limit: number): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const query of evenly(set.queries, limit)) {
    const { ranked } = await exam.ask(query.text, { explain: true })
    const close = ranked.filter(({ explain }) => explain!.contributions.length === FEATURES.length)
    const features = new Float32Array(close.length * FEATURES.length)
    for (const [i, { explain }] of close.entries()) {
      for (const [f, { value }] of explain!.contributions.entries()) features[i * FEATURES.length + f] = value
    }
    samples.push({
      features,
      ids: close.map(({ label }) => exam.documents[label]!.id),
      relevance: set.judgements.get(query.id) ?? new Map(),
    })
  }
  return samples
}

/** nDCG@10 of a sample under other weights; ties keep their order. */
export function sampleQuality({ features, ids, relevance }: Sample, weights: FeatureWeights): number {
  const w = FEATURES.map((feature) => weights[feature])
  const scores = ids.map((_, i) => w.reduce((sum, weight, f) => sum + weight * features[i * w.length + f]!, 0))
  const order = ids.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b)
  return queryMetrics(
    order.slice(0, 10).map((i) => ids[i]!),
    relevance,
  ).ndcg
}

/** `count` entries at equal distances, or all. */
export const evenly = <T>(list: readonly T[], count: number): T[] =>
  list.length <= count
    ? [...list]
    : Array.from({ length: count }, (_, i) => list[Math.floor((i * list.length) / count)]!)
