import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ScalarCosines } from '../../../src/core/relevance/late.js'
import { SimdCosines } from '../../../src/core/relevance/simd.js'

function expectSame(simd: SimdCosines, scalar: ScalarCosines, asked: number, found: number, places: Int32Array): void {
  const [a, b] = [new Float32Array(asked), new Float32Array(asked)]
  scalar.bestToFound(places, places.length, a)
  simd.bestToFound(places, places.length, b)
  for (const [i, cosine] of a.entries()) expect(b[i]).toBeCloseTo(cosine, 6)
  for (let place = 0; place < found; place++) expect(simd.bestToAsked(place)).toBeCloseTo(scalar.bestToAsked(place), 6)
}

describe('the SIMD cosines', () => {
  it('are the scalar ones, for any table, any lists and any places, question after question', () => {
    const size = 20
    const lists = fc.record({
      asked: fc.array(fc.nat(size - 1), { maxLength: 11 }),
      found: fc.array(fc.nat(size - 1), { minLength: 1, maxLength: 30 }),
      places: fc.array(fc.nat(29), { minLength: 1, maxLength: 40 }),
    })
    fc.assert(
      fc.property(
        fc.constantFrom(8, 16, 24, 256),
        fc.int8Array({ minLength: size * 256, maxLength: size * 256 }),
        fc.array(lists, { minLength: 1, maxLength: 3 }),
        (dims, bytes, questions) => {
          const table = { dims, size, rows: bytes.subarray(0, size * dims) }
          const [simd, scalar] = [new SimdCosines(table), new ScalarCosines(table)]
          for (const { asked, found, places } of questions) {
            simd.compare(Uint32Array.from(asked), Uint32Array.from(found))
            scalar.compare(Uint32Array.from(asked), Uint32Array.from(found))
            const at = Int32Array.from(places, (place) => place % found.length)
            expectSame(simd, scalar, asked.length, found.length, at)
          }
        },
      ),
      { seed: 14, numRuns: 60 },
    )
  })

  it('grow their memory for long lists', () => {
    const [size, dims] = [300, 256]
    const table = { dims, size, rows: Int8Array.from({ length: size * dims }, (_, i) => ((i * 31) % 255) - 127) }
    const all = Uint32Array.from({ length: size }, (_, i) => i)
    const [simd, scalar] = [new SimdCosines(table), new ScalarCosines(table)]
    for (const cosines of [simd, scalar]) cosines.compare(all.slice(0, 48), all)
    expectSame(
      simd,
      scalar,
      48,
      size,
      Int32Array.from({ length: 40_000 }, (_, i) => i % size),
    )
  })
})
