import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RowQueue } from '../../../src/index/row-queue.js'

describe('RowQueue', () => {
  it('pops in ascending order and drains the largest, as a sorted list does', () => {
    const keys = fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 700 })
    fc.assert(
      fc.property(keys, fc.nat(20), fc.nat(20), (list, popped, k) => {
        const queue = new RowQueue()
        for (const [row, key] of list.entries()) queue.push(row, key)
        const sorted = [...list].sort((a, b) => a - b)
        const first = Math.min(popped, list.length)
        for (let i = 0; i < first; i++) {
          expect(queue.key).toBe(sorted[i])
          expect(list[queue.pop()]).toBe(sorted[i])
        }
        const drained = queue.drain(k)
        expect([...drained.keys]).toEqual(sorted.slice(first).reverse().slice(0, k))
        expect([...drained.rows].map((row) => list[row])).toEqual([...drained.keys])
        expect(queue.length).toBe(0)
      }),
      { seed: 5, numRuns: 100 },
    )
  })
})
