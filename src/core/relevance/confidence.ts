import type { RelevanceWeights } from './weights.js'

export type Answer = 'match' | 'weak' | 'none'

/** What the two confidence models look at; all of it is left over from ranking. */
export interface ConfidenceSignals {
  /** The top result's corpus-independent relevance: the weighted features with B/(2.2·self) in place of B/max B. */
  r: number
  /** r of the top result minus the mean of the next five. */
  margin: number
  /** ln(1 + number of distinct content stems of the query). */
  terms: number
  /** r against the mean and deviation that pseudo-queries reach whose own capability was taken away; 0 when not calibrated. */
  z: number
}

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** The inverse of `sigmoid`, finite for 0 and 1. */
export const logit = (p: number): number => {
  const inside = Math.min(1 - 1e-9, Math.max(1e-9, p))
  return Math.log(inside / (1 - inside))
}

/** Logit of P(the top result serves the need). */
export function rightLogit(weights: RelevanceWeights['confidence']['right'], signals: ConfidenceSignals): number {
  const { r, margin, terms } = signals
  return weights.bias + weights.r * r + weights.margin * margin + weights.terms * terms + weights.rTerms * r * terms
}

/** P(some capability of the catalogue serves the need). A number to compare with a threshold, not one to show. */
export function presentProbability(
  weights: RelevanceWeights['confidence']['present'],
  signals: ConfidenceSignals,
): number {
  const { r, terms, z } = signals
  return sigmoid(weights.bias + weights.r * r + weights.terms * terms + weights.rTerms * r * terms + weights.z * z)
}

/** "match": the top result very likely serves the need; "none": probably nothing here does; "weak": look for yourself. */
export function answerOf(
  present: number,
  confidence: number,
  thresholds: Pick<RelevanceWeights['confidence'], 'match' | 'none'>,
): Answer {
  if (present < thresholds.none) return 'none'
  return confidence >= thresholds.match ? 'match' : 'weak'
}
