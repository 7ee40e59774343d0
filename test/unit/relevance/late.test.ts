import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  inverseNorm,
  lateInteraction,
  type PieceCosines,
  reverseInteraction,
  ScalarCosines,
} from '../../../src/core/relevance/late.js'
import { cosinesOf, SimdCosines } from '../../../src/core/relevance/simd.js'

const DIMS = 4
const table = fc
  .array(fc.array(fc.integer({ min: -127, max: 127 }), { minLength: DIMS, maxLength: DIMS }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((rows) => ({ dims: DIMS, size: rows.length, rows: Int8Array.from(rows.flat()), vectors: rows }))

/** The definition, in doubles; 0 where a vector is nothing. */
function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  const lengths = Math.sqrt(dot(a, a) * dot(b, b))
  return lengths === 0 ? 0 : dot(a, b) / lengths
}

describe('the scalar cosines', () => {
  it('are the definition: best of the found to each asked one, and of the asked to a found one', () => {
    const picks = fc.array(fc.nat(5), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(table, picks, picks, ({ vectors, ...rows }, asking, finding) => {
        const asked = asking.map((id) => id % rows.size)
        const found = finding.map((id) => id % rows.size)
        const cosines = new ScalarCosines(rows)
        cosines.compare(Uint32Array.from(asked), Uint32Array.from(found))
        const best = new Float32Array(asked.length)
        // every second of the found ones only
        const places = found.map((_, place) => place).filter((place) => place % 2 === 0)
        cosines.bestToFound(Int32Array.from([...places, 99]), places.length, best)
        asked.forEach((a, t) => {
          const wanted = Math.max(...places.map((place) => cosine(vectors[a]!, vectors[found[place]!]!)))
          expect(best[t]).toBeCloseTo(wanted, 5)
        })
        found.forEach((f, place) => {
          const wanted = Math.max(...asked.map((a) => cosine(vectors[a]!, vectors[f]!)))
          expect(cosines.bestToAsked(place)).toBeCloseTo(wanted, 5)
        })
      }),
      { seed: 21, numRuns: 100 },
    )
  })

  it('are −1 to nothing, and an empty row is like nothing', () => {
    const rows = { dims: 2, size: 2, rows: Int8Array.of(0, 0, 3, 4) }
    expect([inverseNorm(Int8Array.of(0, 0)), inverseNorm(Int8Array.of(3, 4))]).toEqual([0, 0.2])
    const cosines = new ScalarCosines(rows)
    cosines.compare(new Uint32Array(0), Uint32Array.of(1))
    expect(cosines.bestToAsked(0)).toBe(-1)
    cosines.compare(Uint32Array.of(1), Uint32Array.of(0))
    expect(cosines.bestToAsked(0)).toBe(0)
  })

  it('serve a table that the SIMD ones cannot, and each table has one of them', () => {
    const made = (dims: number) => ({ dims, size: 1, rows: new Int8Array(dims) })
    const [eight, four] = [made(8), made(4)]
    expect(cosinesOf(eight)).toBeInstanceOf(SimdCosines)
    expect(cosinesOf(four)).toBeInstanceOf(ScalarCosines)
    expect(cosinesOf(eight)).toBe(cosinesOf(eight))
    expect(cosinesOf(eight)).not.toBe(cosinesOf(made(8)))
  })
})

describe('late interaction', () => {
  /** Answers fixed numbers, and refuses to be asked about nothing. */
  const fixed = (best: number[]): PieceCosines => ({
    compare: () => {},
    bestToFound: (_places, count, out) => {
      if (count < 1) throw new RangeError('count')
      out.set(best)
    },
    bestToAsked: (place) => best[place]!,
  })
  const scratch = new Float32Array(3)

  it('is the weighted sum of each asked piece’s best, and 0 for a document without pieces', () => {
    const cosines = fixed([0.5, -1, 1])
    expect(lateInteraction(cosines, Float32Array.of(0.5, 0.25, 0.25), Int32Array.of(0), 1, scratch)).toBe(0.25)
    expect(lateInteraction(cosines, Float32Array.of(1), new Int32Array(0), 0, scratch)).toBe(0)
  })

  it('reversed is the weighted mean over the name’s pieces that weigh anything', () => {
    const cosines = fixed([0.5, Number.NaN, 1, 9])
    const places = Int32Array.of(0, 1, 2, 3)
    expect(reverseInteraction(cosines, places, Float32Array.of(3, 0, 1, 5), 3)).toBe(0.625)
    expect(reverseInteraction(cosines, places, Float32Array.of(0, 0, 0, 5), 3)).toBe(0)
    expect(reverseInteraction(cosines, places, new Float32Array(4), 0)).toBe(0)
  })
})
