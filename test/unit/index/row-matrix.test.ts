import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BATCH, type RowMatrix, ScalarRows, SimdRows } from '../../../src/index/row-matrix.js'

/** The contract of a matrix of rows, against sums written out. */
function contract(make: (dims: number) => RowMatrix): void {
  it('compares with a query and with a row as the dequantized rows do, for any dimensions', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(1000),
        (dims, count, seed) => {
          const matrix = make(dims)
          const next = random(seed)
          const vectors = Array.from({ length: count }, () => Float32Array.from({ length: dims }, () => next() - 0.5))
          for (const vector of vectors) matrix.push(vector)
          const query = Float32Array.from({ length: dims }, () => next() - 0.5)
          const asked = Array.from({ length: 5 }, () => Math.floor(next() * count))
          matrix.list.set(asked)
          matrix.ask(query)
          matrix.compareQuery(asked.length)
          const expected = asked.map((row) => dot(matrix.row(row), query))
          for (const [i, sum] of expected.entries()) expect(matrix.sims[i]!).toBeCloseTo(sum, 3)
          matrix.compareRow(0, asked.length)
          for (const [i, row] of asked.entries())
            expect(matrix.sims[i]!).toBeCloseTo(dot(matrix.row(row), matrix.row(0)), 4)
          vectors.forEach((vector, row) => {
            const worst = Math.max(...vector.map((x, d) => Math.abs(x - matrix.row(row)[d]!)))
            expect(worst).toBeLessThanOrEqual(Math.max(...vector.map(Math.abs)) / 254 + 1e-6)
          })
        },
      ),
      { seed: 3, numRuns: 40 },
    )
  })

  it('takes lists as long as a batch and as short as none, and zero rows', () => {
    const matrix = make(8)
    const one = Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0)
    for (let i = 0; i < BATCH; i++) matrix.push(i % 2 === 0 ? one : new Float32Array(8))
    for (let i = 0; i < BATCH; i++) matrix.list[i] = i
    matrix.ask(one)
    matrix.compareQuery(0)
    matrix.compareRow(0, 0)
    matrix.compareQuery(BATCH)
    expect(matrix.sims[0]).toBeCloseTo(1, 3)
    expect(matrix.sims[BATCH - 1]).toBe(0)
    expect(matrix.sims[BATCH - 2]).toBeCloseTo(1, 3)
  })
}

describe('ScalarRows', () => contract((dims) => new ScalarRows(dims)))

describe('SimdRows', () => {
  contract((dims) => new SimdRows(dims))

  it('does not overflow where all products have one sign, however long the rows', () => {
    const dims = 4096
    const matrix = new SimdRows(dims)
    const flat = new Float32Array(dims).fill(1 / Math.sqrt(dims))
    matrix.push(flat)
    matrix.list[0] = 0
    matrix.ask(flat)
    matrix.compareQuery(1)
    expect(matrix.sims[0]).toBeCloseTo(1, 2)
  })

  it('answers the same after its bytes are read back, and grows on', () => {
    const matrix = new SimdRows(24)
    const next = random(1)
    const vectors = Array.from({ length: 5000 }, () => Float32Array.from({ length: 24 }, () => next() - 0.5))
    for (const vector of vectors) matrix.push(vector)
    const { rows, scales } = matrix.bytes()
    const restored = new SimdRows(24, { rows: rows.slice(), scales: scales.slice() })
    for (const one of [matrix, restored]) {
      one.push(vectors[3]!)
      one.list.set([3, 4999, 5000])
      one.ask(vectors[3]!)
      one.compareQuery(3)
    }
    expect([...restored.sims.subarray(0, 3)]).toEqual([...matrix.sims.subarray(0, 3)])
    expect(restored.sims[2]).toBe(restored.sims[0])
  })
})

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)

function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
