import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scalarKernel } from '../../../src/core/relevance/late.js'
import { simdKernel } from '../../../src/core/relevance/simd.js'

describe('the SIMD kernel', () => {
  it('gives the cosines of the scalar one, for any table and any lists', () => {
    const size = 20
    fc.assert(
      fc.property(
        fc.constantFrom(8, 16, 24, 256),
        fc.int8Array({ minLength: size * 256, maxLength: size * 256 }),
        fc.array(fc.nat(size - 1), { maxLength: 11 }),
        fc.array(fc.nat(size - 1), { maxLength: 30 }),
        (dims, bytes, askedList, foundList) => {
          const table = { dims, size, rows: bytes.subarray(0, size * dims) }
          const [asked, found] = [Uint32Array.from(askedList), Uint32Array.from(foundList)]
          const [a, b] = [new Float32Array(asked.length * found.length), new Float32Array(asked.length * found.length)]
          scalarKernel(table)(asked, found, a)
          simdKernel(table)(asked, found, b)
          for (const [i, cosine] of a.entries()) expect(b[i]).toBeCloseTo(cosine, 6)
        },
      ),
      { seed: 14, numRuns: 60 },
    )
  })

  it('grows its memory for long lists, and takes odd row lengths', () => {
    for (const dims of [256, 12]) {
      const size = 300
      const table = { dims, size, rows: Int8Array.from({ length: size * dims }, (_, i) => ((i * 31) % 255) - 127) }
      const all = Uint32Array.from({ length: size }, (_, i) => i)
      const [a, b] = [new Float32Array(size * 48), new Float32Array(size * 48)]
      scalarKernel(table)(all.slice(0, 48), all, a)
      simdKernel(table)(all.slice(0, 48), all, b)
      for (const [i, cosine] of a.entries()) expect(b[i]).toBeCloseTo(cosine, 6)
    }
  })
})
