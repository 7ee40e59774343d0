import { describe, expect, it } from 'vitest'
import { Cells } from '../../../src/core/evidence/cells.js'
import { generator } from '../../../src/core/evidence/random.js'
import { Sketches } from '../../../src/core/evidence/sketches.js'
import { quantize, unit } from '../../../src/core/evidence/vector.js'

const DIMS = 96
const random = generator(4)
const vectorOf = (dims = DIMS): Float32Array => unit(Float32Array.from({ length: dims }, () => random() - 0.5))!
const near = (vector: Float32Array): Float32Array => unit(vector.map((x) => x + 0.03 * (random() - 0.5)))!
const differing = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + (x > 0 === b[i]! > 0 ? 0 : 1), 0)

describe('sketches', () => {
  it('choose the slots whose signs differ least, and no slot that is empty or of another length', () => {
    const sketches = new Sketches(DIMS, 400)
    const kept: (Float32Array | undefined)[] = []
    const put = (slot: number, vector: Float32Array | undefined): void => {
      sketches.put(slot, vector)
      kept[slot] = vector?.length === DIMS ? vector : undefined
    }
    for (let slot = 0; slot < 300; slot++) put(slot, vectorOf())
    for (let slot = 0; slot < 300; slot += 7) put(slot, slot % 2 ? undefined : vectorOf(DIMS * 2))
    for (let slot = 0; slot < 300; slot += 21) put(slot, vectorOf())
    put(350, vectorOf())
    for (const count of [1, 5, 40, 1000]) {
      const asked = vectorOf()
      const distances = Array.from(kept, (vector) => (vector ? differing(vector, asked) : Number.POSITIVE_INFINITY))
      const limit = distances.toSorted((a, b) => a - b)[count - 1] ?? Number.POSITIVE_INFINITY
      const expected = [...distances.keys()].filter((slot) => distances[slot]! <= limit && kept[slot] !== undefined)
      expect(sketches.nearest(asked, count)).toEqual(expected)
    }
  })
})

describe('many cells', () => {
  it('are found again by needs like theirs, also after some have gone and others taken their place', () => {
    const cells = new Cells()
    const centres = Array.from({ length: 600 }, () => vectorOf())
    const slots = centres.map((centre) => {
      const slot = cells.found(DIMS)
      cells.move(slot, quantize(centre), 1, 1)
      return slot
    })
    for (let i = 0; i < 600; i += 3) cells.forget(slots[i]!)
    for (let i = 0; i < 600; i += 6) {
      slots[i] = cells.found(DIMS)
      cells.move(slots[i]!, quantize(centres[i]!), 1, 1)
    }
    for (const [i, centre] of centres.entries()) {
      const found = cells.nearest(near(centre), 1)[0]!
      if (i % 6 === 3) expect(found.cosine).toBeLessThan(0.9)
      else expect(found.slot).toBe(slots[i])
    }
  })
})
