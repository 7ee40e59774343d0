import { sigmoid } from '../relevance/confidence.js'

/** Predictions are kept by logit, in bins of half a logit from −8 to 8; one outside counts as the outermost. */
const LOWEST = -8
const WIDTH = 0.5
const BINS = 32
/** Standard deviation of the offset before any outcome: how far catalogues differ in how often their first result is right. */
const PRIOR = 0.8
/** However many outcomes say so, confidence is never moved further than this, logits. */
const MOST = 4
const STEPS = 8

/**
 * How often the first result was right where an outcome told, by how sure the model had been: two forward-decayed sums a bin. From them
 * comes what this catalogue's confidence is off by.
 */
export class Calibration {
  /** `BINS` sums of right ones, then `BINS` of wrong ones. */
  readonly sums = new Float64Array(2 * BINS)

  /** @param amount forward-decayed, negative to take it back (see decay.ts) */
  count(logit: number, isRight: boolean, amount: number): void {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor((logit - LOWEST) / WIDTH)))
    this.sums[isRight ? bin : BINS + bin]! += amount
  }

  /**
   * Logits to add to the model's: the offset δ with the largest posterior, Σ log σ(±(logit + δ)) − δ²/(2·.8²), by Newton's method, within ±4.
   * @param reading turns the sums into their decayed values (see decay.ts)
   */
  offset(reading: number): number {
    let offset = 0
    for (let step = 0; step < STEPS; step++) {
      let slope = -offset / PRIOR ** 2
      let curvature = 1 / PRIOR ** 2
      for (let bin = 0; bin < BINS; bin++) {
        const right = this.sums[bin]! * reading
        const all = right + this.sums[BINS + bin]! * reading
        if (all <= 0) continue
        const p = sigmoid(LOWEST + (bin + 0.5) * WIDTH + offset)
        slope += right - all * p
        curvature += all * p * (1 - p)
      }
      offset = Math.min(MOST, Math.max(-MOST, offset + slope / curvature))
    }
    return offset
  }
}
