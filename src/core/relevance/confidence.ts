import type { RelevanceWeights } from './weights.js'

export type Answer = 'match' | 'weak' | 'none'

/**
 * What the two confidence models look at; all of it is left over from ranking. R is the top result's relevance with the keyword part measured
 * against the query itself (B/(2.2 · self)) instead of the best of this answer, n the number of distinct content stems of the query.
 * Chosen among 60 by forward selection leaving one set out (docs/relevance-log.md).
 */
export interface ConfidenceSignals {
  /** R of the top result minus the mean of the next five. */
  margin: number
  /** R · ln(1 + n): the same R means more for a longer request. */
  rTerms: number
  /** R · (mean of the ten highest cosines − mean cosine)/deviation over the whole catalogue. */
  rSpread: number
  /** Late interaction of the top result · ln(1 + n). */
  lateTerms: number
  /** ln(1 + stems of the query that stand in the top result). */
  hits: number
  /** First mix of the clause that the top result serves best. */
  clause: number
  /** Mean cosine of the query to the whole catalogue: is this its topic at all? */
  background: number
  /** R against the mean and deviation that pseudo-queries reach whose own capability was taken away; 0 when not calibrated. */
  z: number
}
export const SIGNALS = ['margin', 'rTerms', 'rSpread', 'lateTerms', 'hits', 'clause', 'background', 'z'] as const

/** Logistic weights of the signals. */
export type ConfidenceWeights = RelevanceWeights['confidence']['right']

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** The inverse of `sigmoid`, finite for 0 and 1. */
export const logit = (p: number): number => {
  const inside = Math.min(1 - 1e-9, Math.max(1e-9, p))
  return Math.log(inside / (1 - inside))
}

/** bias + Σ weight · signal. */
export const confidenceLogit = (weights: ConfidenceWeights, signals: ConfidenceSignals): number =>
  SIGNALS.reduce((sum, signal) => sum + weights[signal] * signals[signal], weights.bias)

/** "match": the top result very likely serves the need; "none": probably nothing here does; "weak": look for yourself. */
export function answerOf(
  present: number,
  confidence: number,
  thresholds: Pick<RelevanceWeights['confidence'], 'match' | 'none'>,
): Answer {
  if (present < thresholds.none) return 'none'
  return confidence >= thresholds.match ? 'match' : 'weak'
}

/** How many logits `rel` falls a unit of relevance, and how much relevance the best keyword match gives to a need with one clause. */
export const scaleOf = ({ confidence, rerank, fuse }: RelevanceWeights): { slope: number; keyword: number } => ({
  slope: confidence.slope,
  keyword: (rerank.fuse + rerank.clause) * fuse.keyword,
})
