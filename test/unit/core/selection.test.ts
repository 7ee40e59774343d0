import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kthLargest, placesOfLargest } from '../../../src/core/selection.js'

// few different numbers, so that many are equal
const numbers = fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 300 })

describe('selection', () => {
  it('finds the number that a sorted list has at that place', () => {
    fc.assert(
      fc.property(numbers, fc.nat(400), (list, at) => {
        fc.pre(list.length > 0)
        const k = 1 + (at % list.length)
        expect(kthLargest(Float32Array.from(list), k)).toBe([...list].sort((a, b) => b - a)[k - 1])
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('finds the places of the largest, of equals the first', () => {
    fc.assert(
      fc.property(numbers, fc.nat(400), (list, k) => {
        const sorted = [...list.keys()].sort((a, b) => list[b]! - list[a]! || a - b)
        const places = placesOfLargest(Float32Array.from(list), k)
        expect([...places]).toEqual(sorted.slice(0, k).sort((a, b) => a - b))
      }),
      { seed: 2, numRuns: 300 },
    )
  })
})
