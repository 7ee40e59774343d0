import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignCodes } from '../../../src/index/sign-codes.js'

/** Rows and a query of whole numbers, so that sums by signs are exact. */
const cases = fc.integer({ min: 1, max: 40 }).chain((dims) =>
  fc.record({
    dims: fc.constant(dims),
    rows: fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: dims, maxLength: dims }), {
      minLength: 1,
      maxLength: 70,
    }),
    query: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: dims, maxLength: dims }),
  }),
)
const signSum = (row: number[], query: number[]): number =>
  row.reduce((sum, x, d) => sum + (x >= 0 ? query[d]! : -query[d]!), 0)
const codesOf = (dims: number, rows: number[][]): SignCodes => {
  const codes = new SignCodes(dims)
  for (const row of rows) codes.push(Float32Array.from(row))
  return codes
}
const anyRow = () => true

describe('SignCodes', () => {
  it('never leaves out a row whose sum by signs is clearly above that of one it takes', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 70 }), ({ dims, rows, query }, wanted) => {
        const taken = new Set(codesOf(dims, rows).candidates(Float32Array.from(query), wanted, 0, anyRow))
        const sums = rows.map((row) => signSum(row, query))
        const worst = Math.min(...sums.filter((_, row) => taken.has(row)))
        // a table's entries are rounded to 127 steps of the largest group's range
        const rounding = (Math.ceil(dims / 4) * 2 * 4 * 9) / 127
        for (const [row, sum] of sums.entries()) if (!taken.has(row)) expect(sum).toBeLessThanOrEqual(worst + rounding)
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('takes about as many as are wanted, and all when there are fewer', () => {
    let state = 1
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state / 2 ** 32 - 0.5
    }
    const rows = Array.from({ length: 20_000 }, () => Array.from({ length: 32 }, next))
    const query = Float32Array.from({ length: 32 }, next)
    const codes = codesOf(32, rows)
    const taken = codes.candidates(query, 1000, 0, anyRow)
    expect(taken.length).toBeGreaterThan(500)
    expect(taken.length).toBeLessThan(1500)
    expect(codes.candidates(query, 50_000, 0, anyRow)).toHaveLength(20_000)
  })

  it('takes only rows from the given one on that may be answered, ascending', () => {
    fc.assert(
      fc.property(cases, fc.nat(80), fc.integer({ min: 1, max: 5 }), ({ dims, rows, query }, from, step) => {
        const may = (row: number) => row % step === 0
        const taken = codesOf(dims, rows).candidates(Float32Array.from(query), rows.length * 32, from, may)
        expect([...taken]).toEqual(rows.map((_, row) => row).filter((row) => row >= from && may(row)))
      }),
      { seed: 2, numRuns: 200 },
    )
  })

  it('holds the same after its bytes were stored, and goes on from there', () => {
    fc.assert(
      fc.property(cases, ({ dims, rows, query }) => {
        const half = Math.ceil(rows.length / 2)
        const first = codesOf(dims, rows.slice(0, half))
        const second = new SignCodes(dims, { codes: first.bytes().slice(), length: first.length })
        for (const row of rows.slice(half)) second.push(Float32Array.from(row))
        expect(second.bytes()).toEqual(codesOf(dims, rows).bytes())
        expect(second.candidates(Float32Array.from(query), 5, 0, anyRow)).toEqual(
          codesOf(dims, rows).candidates(Float32Array.from(query), 5, 0, anyRow),
        )
      }),
      { seed: 3, numRuns: 100 },
    )
  })
})
