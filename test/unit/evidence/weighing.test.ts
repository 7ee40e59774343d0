import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, reading } from '../../../src/core/evidence/decay.js'
import { estimate } from '../../../src/core/evidence/estimate.js'
import { Evidence } from '../../../src/core/evidence/evidence.js'
import { explorationSlot, type Need, Weighing } from '../../../src/core/evidence/weigh.js'
import { applyAll, drawnLog, logOf, START, toolOf, vectorOf } from './events.js'

const STEMS = ['pivot', 'pdf', 'sql']
const TOTAL = 100
const SCALE = { slope: 2, keyword: 0.475 }
/** Ten capabilities that the log may know and two that it cannot. */
const COUNT = 12

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)

/** Everything that evidence makes of one need, written out capability by capability as docs/ranking.md says it. */
function plainly(evidence: Evidence, need: Need, rel: number[], bornAt: number[], tf: number[][], now: number) {
  const { ledger, cells, admissions } = evidence
  const factor = reading(now)
  const decayed = (counts: readonly number[]) => counts.map((x) => x * factor) as [number, number, number, number]
  const ids = rel.map((_, c) => ({ cap: ledger.find(`cap-${c}`), tool: ledger.findTool(toolOf(c)) }))
  const lenders = need.vector === undefined ? [] : cells.lenders(need.vector)
  const familiar = Math.min(1, sum(lenders.map(({ weight }) => weight)) / 0.6)
  const estimates = ids.map(({ cap, tool }) =>
    estimate({
      overall: decayed(ledger.overall.get(0)),
      tool: tool < 0 ? undefined : decayed(ledger.tools.get(tool)),
      capability: cap < 0 || tool < 0 ? undefined : decayed(ledger.capabilities.get(cap)),
      edge: [0, 1, 2, 3].map((k) =>
        sum(lenders.map(({ slot, weight }) => (cap < 0 ? 0 : (ledger.edge(slot, cap)?.[k] ?? 0) * factor * weight))),
      ) as [number, number, number, number],
    }),
  )
  const top = Math.max(...rel)
  const relevance = rel.map((r) => top + (1.4 / SCALE.slope) * (r - top))

  const learned = ids.map(({ cap }) => {
    const out = new Float32Array(STEMS.length)
    if (cap >= 0) evidence.needs.frequencies(STEMS, Int32Array.of(cap), Int32Array.of(0), factor, out)
    return [...out]
  })
  const anything = learned.flat().some((x) => x > 0)
  const rarer = STEMS.map((stem, s) => {
    // idf = ln(1 + (N − df + ½)/(df + ½)), solved for df, which grows by the capabilities that have learned the word
    const ratio = Math.exp(need.idf[s]!) - 1
    const df = (TOTAL + 0.5 - 0.5 * ratio) / (1 + ratio)
    const open = Math.min(TOTAL, df + evidence.needs.frequency(stem))
    return Math.log(1 + (TOTAL - open + 0.5) / (open + 0.5))
  })
  const bm25 = (of: number[], idf: ArrayLike<number>) =>
    sum(of.map((x, s) => (x === 0 ? 0 : (idf[s]! * x) / (x + 1.2))))
  const before = tf.map((row) => bm25(row, need.idf))
  const after = tf.map((row, c) =>
    bm25(
      row.map((x, s) => x + learned[c]![s]!),
      rarer,
    ),
  )
  const [mostBefore, mostAfter] = [Math.max(...before) || 1, Math.max(...after) || 1]
  const needs = ids.map(({ cap }, c) => {
    if (!anything) return 0
    const difference = after[c]! / mostAfter - before[c]! / mostBefore
    const expected = cap < 0 ? 0 : ledger.capabilities.get(cap)[0] * factor
    return 1.2 * 1.4 * SCALE.keyword * difference * (difference < 0 ? expected / (expected + 1) : 1)
  })

  const gathered = ledger.overall.get(0)[1] * factor
  const first = admissions.findIndex(({ weight }) => weight > 0)
  const best = [...rel.keys()].sort((a, b) => relevance[b]! - relevance[a]! || a - b).slice(0, 3)
  const mean = sum(best.map((c) => needs[c]!)) / best.length
  const fair = rel.map((_, c) => {
    if (gathered <= 0 || first < 0 || relevance[c]! < relevance[best[0]!]! - 2) return 0
    if (bornAt[c]! <= (admissions[first - 1]?.through ?? Number.NEGATIVE_INFINITY)) return 0
    const admission = admissions.find(({ through }) => through >= bornAt[c]!)
    const known = admission === undefined ? 0 : admission.weight * reading(admission.at)
    const { rate, expected } = estimates[c]!
    return (
      Math.min(1, known / gathered) *
      (Math.max(0, mean - needs[c]!) + Math.log(1 + 0.8 / Math.sqrt(rate * (expected + 3))))
    )
  })
  return rel.map((_, c) => {
    const lift = familiar * estimates[c]!.logLift
    return {
      relevance: relevance[c]!,
      lift,
      fairStart: fair[c]!,
      need: needs[c]! + fair[c]!,
      score: relevance[c]! + 3 * Math.tanh((lift + needs[c]! + fair[c]!) / 3),
      words: STEMS.map((stem, s) => ({ stem, s, tn: learned[c]![s]! }))
        .filter(({ tn }) => tn > 0)
        .sort((a, b) => (b.tn * need.idf[b.s]!) / (b.tn + 1.2) - (a.tn * need.idf[a.s]!) / (a.tn + 1.2) || a.s - b.s)
        .map(({ stem }) => stem),
    }
  })
}

describe('weighing', () => {
  it('is relevance, lift, learned words and a fair start, as the ranking is told', () => {
    const row = fc.array(fc.constantFrom(0, 0, 0.5, 2), { minLength: STEMS.length, maxLength: STEMS.length })
    const question = fc.record({
      rel: fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: COUNT, maxLength: COUNT }),
      tf: fc.array(row, { minLength: COUNT, maxLength: COUNT }),
      idf: fc.array(fc.double({ min: 0.5, max: 4, noNaN: true }), { minLength: STEMS.length, maxLength: STEMS.length }),
      topic: fc.option(fc.nat(4), { nil: undefined }),
      tilt: fc.double({ min: 0, max: 1, noNaN: true }),
      born: fc.array(fc.constantFrom(-1, 5, 6, 20, 30), { minLength: COUNT, maxLength: COUNT }),
      day: fc.integer({ min: 40, max: 90 }),
    })
    fc.assert(
      fc.property(drawnLog(80), question, (drawn, { rel, tf, idf, topic, tilt, born, day }) => {
        const evidence = new Evidence()
        applyAll(evidence, logOf(drawn))
        const now = START + day * DAY
        const vector = topic === undefined ? undefined : vectorOf(topic, tilt)
        const need: Need = { vector, stems: STEMS, idf, total: TOTAL, scale: SCALE }
        const bornAt = born.map((n) => START + n * DAY)
        const columns = {
          cap: Int32Array.from(rel, (_, c) => evidence.ledger.find(`cap-${c}`)),
          tool: Int32Array.from(rel, (_, c) => evidence.ledger.findTool(toolOf(c))),
          rel: Float64Array.from(rel),
          bornAt: (c: number) => bornAt[c]!,
          tf: () => Float32Array.from(tf.flat()),
        }
        const weighing = new Weighing(evidence, need, columns, now)
        const wanted = plainly(evidence, need, rel, bornAt, tf, now)
        wanted.forEach((one, c) => {
          const got = weighing.of(c)
          expect(got.words).toEqual(one.words)
          expect(got.relevance).toBeCloseTo(one.relevance, 9)
          expect(got.estimate.logLift).toBeCloseTo(one.lift, 7)
          expect(got.fairStart).toBeCloseTo(one.fairStart, 5)
          expect(got.need).toBeCloseTo(one.need, 5)
          expect(got.score).toBeCloseTo(one.score, 5)
          expect(weighing.score[c]).toBe(got.score)
          expect(weighing.shown(c)).toEqual({ rate: got.estimate.rate, expected: got.estimate.expected })
        })
      }),
      { seed: 61, numRuns: 150 },
    )
  })

  it('of nobody is nothing', () => {
    const none = { cap: new Int32Array(0), tool: new Int32Array(0), rel: new Float64Array(0), bornAt: () => 0 }
    const need: Need = { vector: undefined, stems: [], idf: [], total: 0, scale: SCALE }
    const weighing = new Weighing(new Evidence(), need, { ...none, tf: () => new Float32Array(0) }, START)
    expect([weighing.score.length, weighing.relevance.length]).toEqual([0, 0])
  })
})

describe('the exploration slot', () => {
  const many = Array.from({ length: 400 }, (_, i) => `impression-${i}`)
  const slots = (near: boolean[], shown: (c: number) => { rate: number; expected: number }) =>
    many.flatMap((id) => explorationSlot([...near.keys()], { shown }, id, (c) => near[c]!) ?? [])
  const six = Array<boolean>(6).fill(true)
  const fresh = () => ({ rate: 1, expected: 0 })

  it('is there for the fifth and later only, near the best, hardly shown', () => {
    expect(slots(six.slice(0, 4), fresh)).toEqual([])
    expect(new Set(slots(six.slice(0, 5), fresh).map(({ from }) => from))).toEqual(new Set([4]))
    expect(new Set(slots([true, true, true, true, false, true], fresh).map(({ from }) => from))).toEqual(new Set([5]))
    const seen = (c: number) => ({ rate: 1, expected: c === 5 ? 3.99 : 4 })
    expect(new Set(slots(six, seen).map(({ from }) => from))).toEqual(new Set([5]))
    expect(slots([true, true, true, true, false, false], fresh)).toEqual([])
  })

  it('goes to each place alike, and rather to what is chosen more often', () => {
    const drawn = slots(six, (c) => ({ rate: c === 5 ? 4 : 1, expected: 1 }))
    const share = (is: (slot: (typeof drawn)[number]) => boolean) => drawn.filter(is).length / drawn.length
    for (const to of [1, 2, 3]) expect(share((slot) => slot.to === to)).toBeGreaterThan(0.15)
    expect(share(({ from }) => from === 5)).toBeGreaterThan(0.8)
    expect(share(({ from }) => from === 4)).toBeGreaterThan(0)
  })
})
