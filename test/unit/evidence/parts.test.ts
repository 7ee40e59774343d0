import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { Buckets, charge, LEAST_WEIGHT, trustOf, weightOf } from '../../../src/core/evidence/buckets.js'
import { Cells, JOIN, LEND } from '../../../src/core/evidence/cells.js'
import { DAY, decayed, grown, reading } from '../../../src/core/evidence/decay.js'
import { Demand } from '../../../src/core/evidence/demand.js'
import type { Estimate } from '../../../src/core/evidence/estimate.js'
import type { Impression } from '../../../src/core/evidence/events.js'
import { explain, summarize } from '../../../src/core/evidence/explain.js'
import { gamma, generator } from '../../../src/core/evidence/random.js'
import { decodeVector, encodeVector, quantize, unit } from '../../../src/core/evidence/vector.js'
import type { Weighed } from '../../../src/core/evidence/weigh.js'
import { START, vectorOf } from './events.js'

describe('a match’s weight', () => {
  const claim = { client: 'x', trust: 1, cell: 3, flow: 0, tool: 't', capability: 'c', now: START }
  /** What one more match would weigh after another of weight 1 that differs in some of it. */
  const weightAfter = (before: object, now: object = {}, weight = 1): number => {
    const buckets = new Buckets()
    charge(buckets, { ...claim, ...before }, weight)
    return weightOf(buckets, { ...claim, ...now })
  }
  const elsewhere = { cell: 4, tool: 'u', capability: 'd' }

  it.each<[why: string, before: object, now: object, weight: number]>([
    ['the same client has the tool full', {}, {}, 0],
    ['another client only meets the capability’s burst', {}, { client: 'y' }, 1 - 1 / 1.25],
    ['a busy cell lets more through at once', {}, { client: 'y', flow: 100 }, 1 - 1 / 15],
    ['a quiet one no less than 1.25', {}, { client: 'y', flow: 8 }, 1 - 1 / 1.25],
    ['the same client has the cell full for other tools', {}, { ...elsewhere, cell: 3 }, 0],
    ['and the tool full for other needs', {}, { ...elsewhere, tool: 't' }, 0],
    ['of all it does elsewhere only a sixtieth is taken', {}, elsewhere, 59 / 60],
    ['a further selection of the same impression meets no cell', {}, { ...elsewhere, cell: undefined }, 59 / 60],
    ['and fills none', { cell: undefined }, { ...elsewhere, cell: 3 }, 59 / 60],
    ['half the trust is half the weight and half the room', elsewhere, { trust: 0.5 }, 0.5 * (1 - 1 / 30)],
  ])('%s', (_, before, now, weight) => expect(weightAfter(before, now)).toBeCloseTo(weight, 12))

  it('comes back with time: the burst in hours, the rest in months', () => {
    expect(weightAfter({}, { client: 'y', now: START + DAY / 12 })).toBeCloseTo(1 - 0.5 / 1.25, 12)
    expect(weightAfter({}, { now: START + 60 * DAY })).toBeCloseTo(0.5, 6)
    // a clock that goes back gives nothing back
    expect(weightAfter({}, { client: 'y', now: START - DAY })).toBeCloseTo(1 - 1 / 1.25, 12)
  })

  it('of newcomers together is half at most, however many they are', () => {
    const buckets = new Buckets()
    let sum = 0
    for (let n = 0; n < 200; n++) {
      const one = { ...claim, client: `new-${n}`, cell: n, trust: 0.25, flow: 1e6 }
      const weight = weightOf(buckets, one)
      if (weight > 0) charge(buckets, one, weight)
      sum += weight
    }
    expect(sum).toBeLessThanOrEqual(0.5)
    expect(sum).toBeGreaterThan(0.4)
    // the trusted do not share their pool
    expect(weightOf(buckets, { ...claim, flow: 1e6 })).toBeGreaterThan(0.99)
    expect(weightOf(buckets, { ...claim, trust: 0.99, flow: 1e6 })).toBeLessThan(0.2)
  })

  it('is nothing when it is less than a sixty-fourth', () => {
    const nearly = 1 - LEAST_WEIGHT
    expect(weightAfter({}, { client: 'y', flow: 0 }, 1.25 * nearly)).toBeCloseTo(LEAST_WEIGHT, 12)
    expect(weightAfter({}, { client: 'y' }, 1.25 * (nearly + 1e-6))).toBe(0)
  })

  it('keeps buckets over writing and reading, and tells which have changed', () => {
    const buckets = new Buckets()
    charge(buckets, { ...claim, trust: 0.5 }, 0.5)
    expect([...buckets.dirty].sort()).toEqual(['a/x', 'd/c', 'n/c', 't/x/t', 'z/x/3'])
    expect([...buckets.keys()].sort()).toEqual([...buckets.dirty].sort())
    const again = new Buckets()
    for (let n = 0; n < 200; n++) again.restore(`other/${n}`, [n, START])
    for (const key of buckets.keys()) again.restore(key, buckets.pack(key)!)
    for (const key of buckets.keys()) expect(again.pack(key)).toEqual([0.5, START])
    expect([again.pack('other/199'), again.pack('nobody')]).toEqual([[199, START], undefined])
    expect(again.dirty.size).toBe(0)
    expect(again.free('nobody', 1, START)).toBe(1)
    expect(again.free('a/x', 0.25, START)).toBe(0)
  })

  it('trusts a newcomer a quarter, and wholly after a week or with a key', () => {
    const trust = (days: number, known = false) => trustOf(known, START, START + days * DAY)
    expect([trust(0), trust(3.5), trust(7), trust(70), trust(-1)]).toEqual([0.25, 0.625, 1, 1, 0.25])
    expect(trust(0, true)).toBe(1)
  })
})

describe('decay', () => {
  it('halves in sixty days, whichever way it is kept, and is undone exactly', () => {
    for (const days of [-30, 0, 1, 60, 120, 600]) {
      const now = START + days * DAY
      expect(grown(1, START) * reading(now)).toBeCloseTo(2 ** (-days / 60), 5)
      expect(Number.isInteger(grown(0.3, now))).toBe(true)
    }
    expect(decayed(8, START, START + 10 * DAY, 5)).toBe(2)
    expect(decayed(8, START, START, 5)).toBe(8)
    expect(decayed(8, START, START - DAY, 5)).toBe(8)
  })
})

describe('vectors', () => {
  it('keep their direction as bytes', () => {
    const vector = unit([3, -4, 0])!
    expect([...vector].map((x) => Math.round(x * 10) / 10)).toEqual([0.6, -0.8, 0])
    expect([...quantize(Float32Array.of(0.1, -0.1, 0.5, -0.6, 1))]).toEqual([25, -25, 127, -127, 127])
    const back = decodeVector(encodeVector(Float32Array.of(0.1, -0.25, 0)))
    expect([...back]).toEqual([25, -63, 0])
    expect([encodeVector(new Float32Array(3)), decodeVector('').length, unit([0, 0])]).toEqual(['', 0, undefined])
  })
})

describe('cells', () => {
  const direction = fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 4, maxLength: 4 })
  const filled = (list: readonly number[][]): Cells => {
    const cells = new Cells()
    for (const values of list) cells.move(cells.found(4), Int8Array.from(values), 1, 1)
    return cells
  }
  const cosine = (a: readonly number[], b: Float32Array): number => {
    const own = unit(a)
    return own === undefined ? Number.NaN : own.reduce((sum, x, i) => sum + x * b[i]!, 0)
  }

  it('nearest to a need are those that comparing all finds, the older of equals first', () => {
    fc.assert(
      fc.property(
        fc.array(direction, { maxLength: 12 }),
        direction,
        fc.integer({ min: 1, max: 6 }),
        (list, need, k) => {
          const vector = unit(need)
          if (vector === undefined) return
          const wanted = list
            .map((values, slot) => ({ slot, cosine: cosine(values, vector) }))
            .filter((one) => !Number.isNaN(one.cosine))
          const found = filled(list).nearest(vector, k)
          expect(found.length).toBe(Math.min(k, wanted.length))
          const sorted = wanted.map((one) => one.cosine).sort((a, b) => b - a)
          for (const [i, { slot, cosine: at }] of found.entries()) {
            expect(at).toBeCloseTo(sorted[i]!, 5)
            expect(at).toBeCloseTo(cosine(list[slot]!, vector), 5)
            if (i > 0 && found[i - 1]!.cosine === at) expect(found[i - 1]!.slot).toBeLessThan(slot)
          }
        },
      ),
      { seed: 51, numRuns: 300 },
    )
  })

  it('lend by how near they are, the five nearest at most, and far ones nothing', () => {
    const along = (x: number) => [Math.round(100 * x), Math.round(100 * Math.sqrt(1 - x * x)), 0, 0]
    const near = unit([1, 0, 0, 0])!
    const lent = filled([along(0.3), along(0.68), along(1)]).lenders(near)
    expect(lent.map(({ slot }) => slot)).toEqual([2, 1])
    expect(lent[0]!.weight).toBeCloseTo(1, 9)
    expect(lent[1]!.weight).toBeCloseTo(((0.68 - LEND) / (1 - LEND)) ** 2, 2)
    expect(
      filled(Array.from({ length: 8 }, () => along(0.9)))
        .lenders(near)
        .map(({ slot }) => slot),
    ).toEqual([0, 1, 2, 3, 4])
    expect(JOIN).toBeGreaterThan(LEND)
  })

  it('move towards needs by their weight and back again, and are reused when forgotten', () => {
    const cells = filled([[50, 0, 0, 0]])
    const before = cells.pack(0)
    cells.move(0, Int8Array.of(0, 50, 0, 0), 0.5, 1)
    const [serial, mass, , , sums] = JSON.parse(cells.pack(0))
    // in sixty-fourths: a whole one and a half
    expect([serial, mass, sums]).toEqual([0, 96, [3200, 1600, 0, 0]])
    cells.move(0, Int8Array.of(0, 50, 0, 0), 0.5, -1)
    expect(cells.pack(0)).toBe(before)
    cells.move(0, Int8Array.of(0, 50, 0, 0), 1e-9, 1)
    expect(JSON.parse(cells.pack(0))[1]).toBe(65)

    for (let n = 0; n < 4; n++) cells.found(4)
    expect([cells.count, cells.nextSerial]).toEqual([5, 5])
    for (const slot of [3, 1]) cells.forget(slot)
    expect([cells.count, cells.found(4), cells.found(4), cells.found(4)]).toEqual([3, 1, 3, 5])
    expect([cells.serial(1), cells.serial(3), cells.nextSerial]).toEqual([5, 6, 8])
    expect(cells.emptiest()).toBeUndefined()
  })

  it('know their usual daily flow, which fades in a month', () => {
    const cells = filled([[1, 0, 0, 0]])
    cells.addFlow(0, 3, START)
    expect(cells.flow(0, START)).toBeCloseTo((3 * Math.LN2) / 30, 12)
    expect(cells.flow(0, START + 30 * DAY)).toBeCloseTo((1.5 * Math.LN2) / 30, 12)
    cells.addFlow(0, 1, START + 30 * DAY)
    expect(cells.flow(0, START + 30 * DAY)).toBeCloseTo((2.5 * Math.LN2) / 30, 12)
    // one that comes late is counted as of the latest
    cells.addFlow(0, 1, START)
    expect(cells.flow(0, START + 30 * DAY)).toBeCloseTo((3.5 * Math.LN2) / 30, 12)
  })

  it('make room by the emptiest, once there are 8,192', () => {
    const cells = new Cells()
    for (let n = 0; n < 8192; n++) cells.move(cells.found(1), Int8Array.of(1), n === 4321 ? 1 : 2, 1)
    expect(cells.emptiest()).toBe(4321)
    cells.forget(4321)
    expect(cells.emptiest()).toBeUndefined()
    expect(cells.found(1)).toBe(4321)
  })
})

describe('a draw', () => {
  it.each([0.5, 1, 3, 12])('of the gamma distribution of shape %d has its mean and variance', (shape) => {
    const random = generator(shape * 10)
    const draws = Array.from({ length: 20_000 }, () => gamma(random, shape))
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length
    // both are the shape: five standard errors of the mean, and a tenth of the variance
    expect(Math.abs(mean - shape)).toBeLessThan(5 * Math.sqrt(shape / draws.length))
    expect(Math.abs(variance / shape - 1)).toBeLessThan(0.1)
    expect(Math.min(...draws)).toBeGreaterThan(0)
  })
})

describe('what is told of a result', () => {
  const estimate: Estimate = {
    rate: 3,
    overall: 0.5,
    success: 0.5,
    overallSuccess: 0.5,
    expected: 9.3333,
    selected: 7.25,
    succeeded: 3.04,
    failed: 1,
    logLift: 1,
  }
  const told = (more: Partial<Weighed> = {}, e: Partial<Estimate> = {}) =>
    explain({ score: 0, relevance: 0, need: 0, fairStart: 0, words: [], ...more, estimate: { ...estimate, ...e } })

  it.each<[why: string, more: Partial<Weighed>, e: Partial<Estimate>, text: string | undefined]>([
    ['all', {}, {}, 'chosen 7.3 times where 4.7 were expected, 3 of 4 worked'],
    [
      'large numbers whole',
      {},
      { selected: 10.4, expected: 25 },
      'chosen 10 times where 13 were expected, 3 of 4 worked',
    ],
    ['half a report at least', {}, { succeeded: 0.3, failed: 0.1 }, 'chosen 7.3 times where 4.7 were expected'],
    [
      'half a report',
      {},
      { succeeded: 0.25, failed: 0.25 },
      'chosen 7.3 times where 4.7 were expected, 0.3 of 0.5 worked',
    ],
    ['half a choice at least', {}, { selected: 0.49 }, undefined],
    ['half a choice', {}, { selected: 0.5, succeeded: 0, failed: 0 }, 'chosen 0.5 times where 4.7 were expected'],
    [
      'four words at most',
      { words: ['a', 'b', 'c', 'd', 'e'] },
      { selected: 0 },
      'found through needs it served: *a*, *b*, *c*, *d*',
    ],
    ['a fair start', { fairStart: 0.06 }, { selected: 0 }, 'new here: given a fair start'],
    ['hardly one', { fairStart: 0.05 }, { selected: 0 }, undefined],
    [
      'everything',
      { fairStart: 1, words: ['a'] },
      { selected: 1, succeeded: 0, failed: 0 },
      'chosen 1 times where 4.7 were expected; found through needs it served: *a*; new here: given a fair start',
    ],
  ])('in words: %s', (_, more, e, text) => expect(told(more, e)).toBe(text))

  it('in numbers is rounded to thousandths', () => {
    const { interval, ...rest } = summarize({ estimate }, 9)
    expect(rest).toEqual({ timesMatched: 9, selections: 7.25, expected: 4.667, succeeded: 3.04, failed: 1, lift: 6 })
    for (const bound of interval) expect(Math.abs(bound * 1000 - Math.round(bound * 1000))).toBeLessThan(1e-9)
    expect(interval[0]).toBeLessThan(6)
    expect(interval[1]).toBeGreaterThan(6)
  })
})

describe('demand', () => {
  const asked = (client: number, more: Partial<Impression> & { topic?: number; query?: string }): Impression => ({
    id: 'i',
    at: START,
    client: `c${client}`,
    hash: more.query ?? '',
    stems: more.query?.split(' ') ?? [],
    vector: encodeVector(vectorOf(more.topic ?? 0, 0)),
    shown: [],
    offset: 0,
    answer: 'none',
    ranker: '1',
    generation: 1,
    ...more,
  })
  const shown = (all: Impression[], limit = 9) => {
    const demand = new Demand()
    for (const one of all) demand.add(one)
    return demand.shown(limit)
  }
  const times = (n: number, of: (i: number) => Impression) => Array.from({ length: n }, (_, i) => of(i))

  test('is shown from the sixth client on, of a word or a text too', () => {
    const plain = (n: number) => times(n, (i) => asked(i, { query: 'hire masons' }))
    expect(shown(plain(5))).toEqual([])
    expect(shown([...plain(5), ...plain(5)])).toEqual([])
    expect(shown(plain(6))).toEqual([
      { searches: 6, clients: 6, words: ['hire', 'masons'], need: 'hire masons', firstAt: START, lastAt: START },
    ])
    const mixed = [...plain(5), asked(5, { query: 'hire roofers' })]
    expect(shown(mixed)).toEqual([{ searches: 6, clients: 6, words: ['hire'], firstAt: START, lastAt: START }])
    expect(shown(times(6, (i) => asked(i, {})))).toMatchObject([{ words: [] }])
  })

  test('is ordered by clients, then searches, then age, and tells the first and the last time', () => {
    const at = (topic: number, n: number, when: number) =>
      times(n, (i) => asked(i % 6, { topic, query: `q${topic}`, at: START + when - i }))
    const seven = times(7, (i) => asked(i, { topic: 3, query: 'q3', at: START + 50 }))
    const all = [...at(0, 6, 100), ...at(1, 6, 90), ...at(2, 8, 110), ...seven]
    expect(shown(all).map(({ need }) => need)).toEqual(['q3', 'q2', 'q1', 'q0'])
    expect(shown(all, 2)).toHaveLength(2)
    expect(shown(all)[1]).toMatchObject({ searches: 8, clients: 6, firstAt: START + 103, lastAt: START + 110 })
  })

  test('names the eight commonest words, commonest first, and the commonest text', () => {
    const words = Array.from({ length: 10 }, (_, n) => `w${n}`)
    // the n-th word is used by 16 − n clients
    const all = times(16, (i) =>
      asked(i, { query: i < 9 ? 'often' : 'seldom', stems: words.filter((_, n) => i < 16 - n).reverse() }),
    )
    expect(shown(all)).toMatchObject([{ words: words.slice(0, 8), need: 'often' }])
  })

  test('joins like needs, keeps unlike ones apart, and passes over those without a meaning', () => {
    const tilted = (tilt: number) => encodeVector(vectorOf(0, tilt))
    const like = [...times(3, (i) => asked(i, {})), ...times(3, (i) => asked(3 + i, { vector: tilted(0.5) }))]
    expect(shown(like)).toHaveLength(1)
    expect(shown(like.map((one, i) => (i < 3 ? one : { ...one, vector: tilted(5) })))).toEqual([])
    expect(shown(times(9, (i) => asked(i, { vector: '' })))).toEqual([])
  })
})
