import { type Bm25Weights, FIELDS, fieldImpact, saturate } from '../core/relevance/bm25.js'
import type { Forward } from './forward.js'

const QUANTA = 65535
export const FIELD_COUNT = FIELDS.length

/** What one occurrence of a stem or a pair in a field of a row counts (BM25F), and how the sum over a row is stored. */
export class FieldImpacts {
  /** Saturated frequency of one quantum. */
  readonly unit: number
  private readonly scale: number
  private readonly weights: Bm25Weights
  private readonly fields: number[]
  private readonly averages: Float64Array

  /** @param averages entries of each field on average */
  constructor(weights: Bm25Weights, averages: Float64Array) {
    this.weights = weights
    this.fields = FIELDS.map((field) => weights.fields[field])
    this.averages = averages
    this.unit = (weights.k1 + 1) / QUANTA
    this.scale = QUANTA / (weights.k1 + 1)
  }

  get usesPairs(): boolean {
    return this.weights.pair > 0
  }

  counts(field: number): boolean {
    return this.fields[field]! > 0
  }

  stem(field: number, length: number): number {
    return fieldImpact(this.fields[field]!, this.weights.b, length, this.averages[field]!)
  }

  pair(field: number, length: number): number {
    return fieldImpact(this.fields[field]!, this.weights.pairB, length, this.averages[field]!)
  }

  /** tf′ saturated, in quanta: 1 to 65535. */
  quanta(tf: number): number {
    return Math.max(1, Math.round(saturate(tf, this.weights.k1) * this.scale))
  }
}

/** Average number of entries of each field over the rows that have it. */
export function averageLengths({ fieldLengths }: Forward): Float64Array {
  const lengths = fieldLengths.view()
  const sums = new Float64Array(FIELD_COUNT)
  const filled = new Float64Array(FIELD_COUNT)
  for (let i = 0; i < lengths.length; i++) {
    sums[i % FIELD_COUNT]! += lengths[i]!
    if (lengths[i]! > 0) filled[i % FIELD_COUNT]!++
  }
  return sums.map((sum, field) => sum / Math.max(1, filled[field]!))
}
