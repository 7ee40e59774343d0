/** Weights of the fields inside one capability's term frequency. */
export interface FieldWeights {
  name: number
  description: number
  intents: number
  tags: number
  toolName: number
  toolDescription: number
}
export const FIELDS = ['name', 'description', 'intents', 'tags', 'toolName', 'toolDescription'] as const
export type Field = (typeof FIELDS)[number]

/** BM25F (Robertson, Zaragoza 2009, "The Probabilistic Relevance Framework", section 3.6). */
export interface Bm25Weights {
  /** Saturation: how fast further occurrences stop counting. */
  k1: number
  /** Length normalisation of single stems, 0 (none) to 1 (full). */
  b: number
  /** Length normalisation of adjacent stem pairs. */
  pairB: number
  /** What a pair counts against a single stem. */
  pair: number
  fields: FieldWeights
}

/** idf(t) = ln(1 + (N − df + ½)/(df + ½)): never negative, the form Lucene uses. */
export const bm25Idf = (count: number, df: number): number => Math.log(1 + (count - df + 0.5) / (df + 0.5))

/** One occurrence in a field of `length` terms where the average is `average`: weight/(1 − b + b·length/average). */
export const fieldImpact = (weight: number, b: number, length: number, average: number): number =>
  weight / (1 - b + (b * length) / Math.max(average, 1e-9))

/** tf′·(k1 + 1)/(tf′ + k1), in [0, k1 + 1). */
export const saturate = (tf: number, k1: number): number => (tf * (k1 + 1)) / (tf + k1)

/** The tf′ that `saturate` was given. */
export const unsaturate = (saturated: number, k1: number): number => (k1 * saturated) / (k1 + 1 - saturated)
