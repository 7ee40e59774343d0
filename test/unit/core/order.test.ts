import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sortByLargest } from '../../../src/core/order.js'

// few different numbers, so that many are equal; more than one width of runs
const rows = fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.nat(6)), { maxLength: 1200, size: 'max' })

it.each([Float32Array, Float64Array])('sorts as a comparison does, for any length and many equals, in %O', (Column) => {
  fc.assert(
    fc.property(rows, fc.infiniteStream(fc.boolean()), (list, isWanted) => {
      const places = [...list.keys()].filter(() => isWanted.next().value)
      const column = new Column(list.map(([value]) => value / 3))
      const ties = Uint32Array.from(list, ([, tie]) => tie)
      const sorted = sortByLargest(Uint32Array.from(places), column, ties)
      // of equals in both the first stays first
      expect([...sorted]).toEqual(places.sort((a, b) => column[b]! - column[a]! || ties[a]! - ties[b]!))
    }),
    { seed: 3, numRuns: 200 },
  )
})
