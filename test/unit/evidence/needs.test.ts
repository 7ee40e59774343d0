import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, reading } from '../../../src/core/evidence/decay.js'
import { K1, Needs } from '../../../src/core/evidence/needs.js'
import { START } from './events.js'

const STEMS = ['a', 'b', 'c', 'd']
const CAPS = 5

/** One selection: what it taught, until it is taken back. */
interface Taught {
  cap: number
  stems: string[]
  client: string
  weight: number
}

/** The learned words, kept as the list of selections that stand, and one set of clients a word since somebody first used it. */
class Plain {
  readonly standing: Taught[] = []
  private readonly clients = new Map<string, Set<string>>()

  add(one: Taught): void {
    this.standing.push(one)
    for (const stem of one.stems) {
      const key = `${one.cap} ${stem}`
      this.clients.set(key, (this.clients.get(key) ?? new Set()).add(one.client))
    }
  }

  take(one: Taught): void {
    this.standing.splice(this.standing.indexOf(one), 1)
    for (const stem of one.stems) if (this.of(one.cap, stem).length === 0) this.clients.delete(`${one.cap} ${stem}`)
  }

  private of(cap: number, stem: string): Taught[] {
    return this.standing.filter((one) => one.cap === cap && one.stems.includes(stem))
  }

  isOpen(cap: number, stem: string): boolean {
    return (this.clients.get(`${cap} ${stem}`)?.size ?? 0) > 1
  }

  private weight(cap: number, stem: string): number {
    return this.isOpen(cap, stem) ? this.of(cap, stem).reduce((sum, one) => sum + one.weight, 0) : 0
  }

  private length(cap: number): number {
    return STEMS.reduce((sum, stem) => sum + this.weight(cap, stem), 0)
  }

  /** W/max(¼, len/avglen) · n/(n + 20), the mean over capabilities that have learned anything. */
  frequency(cap: number, stem: string): number {
    const lengths = Array.from({ length: CAPS }, (_, other) => this.length(other)).filter((length) => length > 0)
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
    const n = this.standing.filter((one) => one.cap === cap).reduce((sum, one) => sum + one.weight, 0)
    const weight = this.weight(cap, stem)
    return weight === 0 ? 0 : ((weight / Math.max(0.25, this.length(cap) / mean)) * n) / (n + 20)
  }
}

const selection = fc.record({
  cap: fc.nat(CAPS - 1),
  stems: fc.uniqueArray(fc.constantFrom(...STEMS), { minLength: 1 }),
  client: fc.constantFrom('x', 'y', 'z'),
  weight: fc.constantFrom(0.25, 0.5, 1),
})
const acts = fc.array(fc.oneof(selection, fc.nat(30)), { maxLength: 40 })

/** Both told the same: a selection is taught, a number takes an earlier one back. */
function taught(list: readonly (Taught | number)[]): { needs: Needs; plain: Plain } {
  const needs = new Needs()
  const plain = new Plain()
  for (const act of list) {
    const one = typeof act === 'number' ? plain.standing[act % Math.max(1, plain.standing.length)] : act
    if (one === undefined) continue
    const sign = typeof act === 'number' ? -1 : 1
    if (sign > 0) plain.add(one)
    else plain.take(one)
    needs.learn(one.cap, one.stems, one.client, sign * one.weight, START)
    needs.support(one.cap, one.stems, sign)
  }
  return { needs, plain }
}

const ALL = Int32Array.from({ length: CAPS }, (_, cap) => cap)
const NOW = reading(START)
const frequencies = (needs: Needs, numbers = ALL) => {
  const out = new Float32Array(CAPS * STEMS.length)
  return { any: needs.frequencies(STEMS, ALL, numbers, NOW, out), out }
}

describe('the words of needs that were served', () => {
  it('are open from the second client on, and weigh what the selections that stand have taught', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const { needs, plain } = taught(list)
        const { any, out } = frequencies(needs)
        for (const stem of STEMS) {
          const open = [...ALL].filter((cap) => plain.isOpen(cap, stem))
          expect(needs.frequency(stem), stem).toBe(open.length)
        }
        expect(needs.frequency('unheard')).toBe(0)
        const wanted = [...ALL].flatMap((cap) => STEMS.map((stem) => plain.frequency(cap, stem)))
        for (const [i, value] of wanted.entries()) expect(out[i]).toBeCloseTo(value, 4)
        expect(any).toBe(wanted.some((value) => value > 0))
      }),
      { seed: 41, numRuns: 300 },
    )
  })

  it('go into the rows asked for, and are the same when they were written down and read again', () => {
    fc.assert(
      fc.property(acts, fc.shuffledSubarray([...ALL], { minLength: CAPS }), (list, order) => {
        const { needs } = taught(list)
        const { out } = frequencies(needs)
        const moved = frequencies(needs, Int32Array.from(order)).out
        for (const cap of ALL) {
          const row = (from: Float32Array, n: number) => [...from.subarray(n * STEMS.length, (n + 1) * STEMS.length)]
          expect(row(moved, order[cap]!)).toEqual(row(out, cap))
        }
        const again = new Needs()
        for (const cap of ALL) {
          const packed = needs.pack(cap)
          if (packed !== undefined) again.restore(cap, JSON.parse(JSON.stringify(packed)))
        }
        expect([...ALL].map((cap) => again.pack(cap))).toEqual([...ALL].map((cap) => needs.pack(cap)))
        for (const stem of STEMS) expect(again.frequency(stem)).toBe(needs.frequency(stem))
        const read = frequencies(again).out
        for (const [i, value] of out.entries()) expect(read[i]).toBeCloseTo(value, 5)
      }),
      { seed: 42, numRuns: 200 },
    )
  })

  it('find the capabilities whose words fit best, best first, as many as are wanted', () => {
    const many = fc.array(fc.oneof({ weight: 9, arbitrary: selection }, fc.nat(30)), { minLength: 20, maxLength: 50 })
    const query = fc.uniqueArray(fc.constantFrom(...STEMS, 'unheard'), { minLength: 1 })
    fc.assert(
      fc.property(many, query, fc.integer({ min: 1, max: CAPS }), (list, stems, limit) => {
        const { needs, plain } = taught(list)
        const idf = stems.map((_, s) => 1 + s)
        const score = (cap: number) =>
          stems.reduce((sum, stem, s) => {
            const tn = STEMS.includes(stem) ? plain.frequency(cap, stem) : 0
            return sum + (idf[s]! * tn) / (tn + K1)
          }, 0)
        const wanted = [...ALL].filter((cap) => stems.some((stem) => plain.isOpen(cap, stem)))
        const found = needs.find(stems, idf, NOW, limit)
        expect(found.length).toBe(Math.min(limit, wanted.length))
        expect(new Set(found).size).toBe(found.length)
        const scores = wanted.map(score).sort((a, b) => b - a)
        for (const [i, cap] of found.entries()) expect(score(cap)).toBeCloseTo(scores[i]!, 5)
        // and again: a query leaves nothing behind for the next
        expect(needs.find(stems, idf, NOW, limit)).toEqual(found)
      }),
      { seed: 43, numRuns: 300 },
    )
  })

  it('walk the rarest words first and stop before the thousand-and-twenty-fifth posting', () => {
    const needs = new Needs()
    const teach = (cap: number, stem: string) => {
      for (const client of ['x', 'y']) needs.learn(cap, [stem], client, 1, START)
    }
    for (let cap = 0; cap < 1020; cap++) teach(cap, 'common')
    for (let cap = 2000; cap < 2004; cap++) teach(cap, 'rare')
    expect(needs.find(['common', 'rare'], [1, 1], NOW, 2000)).toHaveLength(1024)
    teach(2004, 'rare')
    expect(needs.find(['common', 'rare'], [1, 1], NOW, 2000).sort((a, b) => a - b)).toEqual([
      2000, 2001, 2002, 2003, 2004,
    ])
    // equal scores: the lower number first
    expect(needs.find(['rare'], [1], NOW, 3)).toEqual([2000, 2001, 2002])
    for (const [cap, stem] of [
      [3009, 'rarest'],
      [3002, 'rarer'],
      [3005, 'rarer'],
    ] as const)
      teach(cap, stem)
    expect(needs.find(['rarer', 'rarest'], [1, 1], NOW, 9)).toEqual([3002, 3005, 3009])
    expect(needs.find(['rarer', 'rarest'], [1, 1], NOW, 2)).toEqual([3002, 3005])
  })

  it('fade with their matches, and nothing is taught by nothing', () => {
    const needs = new Needs()
    for (const client of ['x', 'y']) needs.learn(0, ['a'], client, 1, START)
    const at = (day: number) => {
      const out = new Float32Array(1)
      needs.frequencies(['a'], Int32Array.of(0), Int32Array.of(0), reading(START + day * DAY), out)
      return out[0]!
    }
    // two matches: W = n = 2, then 1, with the length at its mean
    expect(at(0)).toBeCloseTo((2 * 2) / 22, 5)
    expect(at(60)).toBeCloseTo((1 * 1) / 21, 5)
    needs.learn(1, ['a'], 'x', 0, START)
    expect(needs.pack(1)).toBeUndefined()
    needs.support(7, ['a'], 1)
    expect(needs.pack(7)).toBeUndefined()
  })
})
