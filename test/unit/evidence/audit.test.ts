import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Audit, fisher } from '../../../src/core/evidence/audit.js'
import type { Match } from '../../../src/core/evidence/events.js'

let n = 0
const vote = (client: string, capability: string, outcome?: 'succeeded' | 'failed', weight = 1): Match[] => {
  const base = { id: `m${n}`, at: 0, impression: `i${n++}`, capability, client, known: false }
  return [
    { ...base, outcome: 'selected', weight },
    ...(outcome ? [{ ...base, id: `${base.id}o`, outcome, weight } as Match] : []),
  ]
}
const honest = (client: string, bad: 'succeeded' | 'failed'): Match[] => [
  ...['good-1', 'good-2', 'good-3', 'good-4'].flatMap((capability) => vote(client, capability, 'succeeded')),
  ...vote(client, 'target', bad),
]
const audit = (matches: Match[]): Audit => {
  const one = new Audit()
  for (const match of matches) one.add(match)
  return one
}
const range = (count: number, of: (i: number) => Match[]): Match[] =>
  Array.from({ length: count }, (_, i) => of(i)).flat()

describe('audit', () => {
  it('names a ring whose praise nobody else shares', () => {
    const matches = [
      ...range(20, (i) => vote(`ring-${i}`, 'target', 'succeeded')),
      ...range(8, (i) => honest(`user-${i}`, i === 0 ? 'succeeded' : 'failed')),
    ]
    const [alarm, ...rest] = audit(matches).alarms(new Set())
    expect(rest).toEqual([])
    expect(alarm!.capability).toBe('target')
    expect(new Set(alarm!.clients)).toEqual(new Set(Array.from({ length: 20 }, (_, i) => `ring-${i}`)))
    expect(alarm!.p).toBeLessThan(1e-4)
    expect(alarm).toMatchObject({ loyal: { succeeded: 20, failed: 0 }, others: { succeeded: 1, failed: 7 } })
    // once they are barred there is nothing left to say
    expect(audit(matches).alarms(new Set(alarm!.clients))).toEqual([])
  })

  it('is not deceived by networks that first chose other things: the capped votes give them away', () => {
    const matches = [
      ...range(20, (i) => [
        ...range(10, (day) => vote(`ring-${i}`, `good-${1 + (day % 4)}`, day % 2 ? 'failed' : 'succeeded')),
        ...range(12, (day) => vote(`ring-${i}`, 'target', 'succeeded', day === 0 ? 1 : 0)),
      ]),
      ...range(8, (i) => honest(`user-${i}`, i === 0 ? 'succeeded' : 'failed')),
    ]
    const [alarm, ...rest] = audit(matches).alarms(new Set())
    expect(rest).toEqual([])
    expect(alarm).toMatchObject({ capability: 'target', others: { succeeded: 1, failed: 7 } })
    expect(alarm!.clients).toHaveLength(20)
  })

  it('is silent about a capability that few love and others like too', () => {
    const matches = [
      ...range(20, (i) => vote(`once-${i}`, 'target', i % 8 === 0 ? 'failed' : 'succeeded')),
      ...range(8, (i) => honest(`user-${i}`, i % 4 === 0 ? 'failed' : 'succeeded')),
    ]
    expect(audit(matches).alarms(new Set())).toEqual([])
  })

  it('forgets what was retracted and does not count what weighs nothing', () => {
    const others = range(8, (i) => honest(`user-${i}`, 'failed'))
    const nothing = range(20, (i) => vote(`ring-${i}`, 'target', 'succeeded', 0))
    const taken = range(20, (i) => {
      const matches = vote(`ring-${i}`, 'target', 'succeeded')
      return [...matches, { ...matches[0]!, id: `${matches[0]!.id}r`, outcome: 'retracted' }]
    })
    expect(audit([...others, ...nothing]).alarms(new Set())).toEqual([])
    expect(audit([...others, ...taken]).alarms(new Set())).toEqual([])
  })

  it('looks only when five that weigh something come mostly for it, and four others have told', () => {
    const ring = (loyal: number, weightless: number, others: number) =>
      audit([
        ...range(loyal, (i) => vote(`ring-${i}`, 'target', 'succeeded')),
        ...range(weightless, (i) => vote(`none-${i}`, 'target', 'succeeded', 0)),
        ...range(others, (i) => honest(`user-${i}`, 'failed')),
      ]).alarms(new Set())
    expect(ring(20, 0, 8)).toHaveLength(1)
    expect(ring(20, 0, 4)).toHaveLength(1)
    expect(ring(20, 0, 3)).toEqual([])
    expect(ring(4, 20, 4)).toEqual([])
    // what they hold must be half at least
    expect(ring(8, 0, 8)).toHaveLength(1)
    expect(ring(8, 0, 9)).toEqual([])
  })

  it('names the clients that weigh most first, and the surest alarm first', () => {
    const target = (name: string, of: number, bad: number) => [
      ...range(of, (i) => vote(`${name}-${String(i).padStart(2, '0')}`, name, 'succeeded', i === 3 ? 1 : 0.5)),
      ...range(bad, (i) => [
        ...['good-1', 'good-2', 'good-3', 'good-4'].flatMap((other) =>
          vote(`${name}-user-${i}`, other, 'succeeded', 0.1),
        ),
        ...vote(`${name}-user-${i}`, name, 'failed', 0.1),
      ]),
    ]
    const alarms = audit([...target('small', 12, 6), ...target('large', 20, 8)]).alarms(new Set())
    expect(alarms.map(({ capability }) => capability)).toEqual(['large', 'small'])
    expect(alarms[1]!.clients.slice(0, 3)).toEqual(['small-03', 'small-00', 'small-01'])
    expect(alarms[1]!.share).toBeCloseTo(6.5 / (6.5 + 0.6), 9)
  })

  it("computes Fisher's exact test", () => {
    // the lady tasting tea: 3 of 4 right, p = 17/70
    expect(fisher({ succeeded: 3, failed: 1 }, { succeeded: 1, failed: 3 })).toBeCloseTo(17 / 70, 12)
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.nat(30), fc.nat(30), (a, b, c, d) => {
        const p = fisher({ succeeded: a, failed: b }, { succeeded: c, failed: d })
        expect(p).toBeGreaterThan(0)
        expect(p).toBeLessThanOrEqual(1)
        expect(fisher({ succeeded: a + 1, failed: b }, { succeeded: c, failed: d })).toBeLessThanOrEqual(p + 1e-9)
      }),
      { seed: 2, numRuns: 200 },
    )
  })
})
