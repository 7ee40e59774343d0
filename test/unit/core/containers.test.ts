import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { LabelSet } from '../../../src/core/document.js'
import { generator, seedOf } from '../../../src/core/evidence/random.js'
import { fnv1a, fnv1aOfBytes } from '../../../src/core/fnv.js'
import { growTo, roomFor } from '../../../src/core/typed.js'

test('a set of labels is the set of its labels: those at the ends of words too, each counted once, told in order', () => {
  const label = fc.oneof(fc.nat(200), fc.constantFrom(0, 31, 32, 63, 64, 191, 200))
  fc.assert(
    fc.property(fc.array(label, { maxLength: 80 }), (labels) => {
      const set = new LabelSet(labels, 200)
      const wanted = new Set(labels)
      expect(set.size).toBe(wanted.size)
      expect([...set]).toEqual([...wanted].sort((a, b) => a - b))
      for (let one = 0; one <= 300; one++) expect(set.has(one), String(one)).toBe(wanted.has(one))
    }),
    { seed: 5, numRuns: 60 },
  )
})

describe('growing', () => {
  it('keeps what is there and adds zeros, and copies nothing when there is room', () => {
    const three = Float32Array.of(1, 2, 3)
    expect(growTo(three, 5)).toEqual(Float32Array.of(1, 2, 3, 0, 0))
    for (const enough of [0, 2, 3]) expect(growTo(three, enough)).toBe(three)
    expect(growTo(Int8Array.of(-1), 2)).toEqual(Int8Array.of(-1, 0))
  })

  it('has room for what is needed, by half more than there was', () => {
    const cases: [has: number, needs: number, room: number][] = [
      [8, 8, 8],
      [8, 3, 8],
      [8, 9, 12],
      [9, 10, 13],
      [8, 12, 12],
      [8, 30, 30],
      [0, 1, 1],
    ]
    for (const [has, needs, room] of cases) expect([has, needs, roomFor(has, needs)]).toEqual([has, needs, room])
  })
})

test('FNV-1a is that of its authors’ test vectors, over text and over bytes', () => {
  const vectors: [string, number][] = [
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ]
  for (const [text, hash] of vectors) {
    expect(fnv1a(text) >>> 0, text).toBe(hash)
    expect(fnv1aOfBytes(Buffer.from(text)) >>> 0, text).toBe(hash)
  }
})

test('a seed tells neighbouring texts apart, and gives draws that are even over [0,1)', () => {
  expect(new Set(Array.from({ length: 1000 }, (_, i) => seedOf(`tool-${i}`))).size).toBe(1000)
  const counts = new Array<number>(10).fill(0)
  for (let i = 0; i < 100; i++) {
    const random = generator(seedOf(`tool-${i}`))
    for (let k = 0; k < 100; k++) counts[Math.floor(random() * 10)]!++
  }
  // 10,000 draws in ten equal parts: each 1,000 ± five standard deviations
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  expect(generator(7)()).toBe(generator(7)())
})
