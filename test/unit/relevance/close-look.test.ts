import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blendedOrder } from '../../../src/core/relevance/close-look.js'

const numbers = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 30 })
const falling = numbers.map((list) => list.sort((a, b) => b - a))

describe('the order after a cross-encoder', () => {
  it('weighs both alike, whatever the scale of the logits', () => {
    // by hand: our deviations are √2, √½, 0, −√½, −√2; one logit of five that differs stands at 2, the others at −½
    expect(blendedOrder([4, 3, 2, 1, 0], [-20, -10, 0, 10, 20])).toEqual([0, 1, 2, 3, 4])
    expect(blendedOrder([4, 3, 2, 1, 0], [0, 0, 0, 0, 90])).toEqual([0, 4, 1, 2, 3])
    expect(blendedOrder([4, 3, 2, 1, 0], [0, 0, 0, 0, 0.09])).toEqual([0, 4, 1, 2, 3])
  })

  it('keeps the order where the cross-encoder agrees or says nothing, and never loses a result', () => {
    fc.assert(
      fc.property(falling, numbers, fc.integer({ min: 1, max: 9 }), (own, any, scale) => {
        const same = own.map((_, i) => i)
        expect(blendedOrder(own, own)).toEqual(same)
        expect(
          blendedOrder(
            own,
            own.map(() => 3),
          ),
        ).toEqual(same)
        const logits = own.map((_, i) => any[i % any.length]!)
        const order = blendedOrder(own, logits)
        expect([...order].sort((a, b) => a - b)).toEqual(same)
        // nothing that both put lower comes first
        for (const [i, a] of order.entries()) {
          for (const b of order.slice(i + 1)) expect(own[b]! > own[a]! && logits[b]! > logits[a]!).toBe(false)
        }
        expect(
          blendedOrder(
            own.map((x) => x * scale),
            logits,
          ),
        ).toEqual(order)
      }),
      { seed: 23 },
    )
  })
})
