/** What a cross-encoder's verdict weighs beside our own order. Not fitted: docs/ranking.md. */
export const CROSS_SHARE = 0.5

/**
 * The order of results that a cross-encoder has read, as positions in the lists given: by ½ · our log-odds + ½ · its logits, both in standard
 * deviations from their mean over these results (as in Montague and Aslam 2001), since logits of different models have different
 * spreads. Ties stay as they were.
 * @param own log-odds of relevance, not rising
 * @param logits the cross-encoder's, same order; any scale
 */
export function blendedOrder(own: readonly number[], logits: readonly number[]): number[] {
  const [ours, theirs] = [standardised(own), standardised(logits)]
  const blend = ours.map((z, i) => (1 - CROSS_SHARE) * z + CROSS_SHARE * theirs[i]!)
  return blend.map((_, i) => i).sort((a, b) => blend[b]! - blend[a]! || a - b)
}

/** Deviations from the mean; all 0 when all are alike. */
function standardised(values: readonly number[]): number[] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)
  return values.map((x) => (spread > 0 ? (x - mean) / spread : 0))
}
