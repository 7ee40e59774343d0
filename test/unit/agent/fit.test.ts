import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitted } from '../../../src/core/agent/fit.js'
import { tokenBound } from '../../../src/core/agent/tokens.js'

type Answer = Parameters<typeof fitted>[0]
type One = Answer['resolved'][number]

const one = (n: number): One => ({
  position: n,
  tool: { slug: `tool-${n}`, name: `Tool ${n}`, type: 'api', url: 'https://a.test', pricing: 'free' },
  capability: {
    id: `c${n}`,
    name: 'Send',
    description: 'Sends mail to many people at once. It waits between them. It tells what came back.',
    limitations: ['Ten thousand a day at most.'],
  },
  confidence: 0.5,
  why: 'names “mail”',
  ledger: [
    {
      requirement: 'free',
      role: 'need',
      state: 'met',
      proof: 'pricing: free',
      at: 'pricing',
      source: 'https://b.test',
    },
  ],
  invocation: { language: 'link', snippet: 'https://a.test', requires: [] },
  alternatives: [1, 2].map((i) => ({ slug: `other-${i}`, name: `Other ${i}`, why: 'does the same' })),
  token: 'a-token',
})
const miss = (n: number) => ({
  tool: { slug: `m${n}`, name: `M${n}` },
  capability: { id: `m${n}`, name: 'Send' },
  confidence: 0.4,
  fails: 'free',
})
const answer = (count: number): Answer => ({
  resolveId: 'r',
  intent: 'send mail',
  generation: 1,
  tookMs: 2,
  answer: 'match',
  resolved: Array.from({ length: count }, (_, i) => one(i + 1)),
  uncovered: [],
  nearMisses: [miss(1), miss(2)],
  relaxations: [1, 2].map((n) => ({ without: `x${n}`, more: n })) as unknown as NonNullable<Answer['relaxations']>,
})
const costOf = (value: unknown) => tokenBound(JSON.stringify(value))
const lengths = ({ resolved }: { resolved: { alternatives: unknown[] }[] }) =>
  resolved.map((r) => r.alternatives.length)

describe('an answer of at most so many tokens', () => {
  it('is whole when nothing is asked, and says what it costs to read', () => {
    const whole = fitted(answer(4), undefined)
    expect(whole.resolved.map(({ tokensUsed, ...rest }) => rest)).toEqual(answer(4).resolved)
    expect([whole.nearMisses, whole.relaxations]).toEqual([answer(4).nearMisses, answer(4).relaxations])
    expect(whole).not.toHaveProperty('omitted')
    expect(whole.tokensUsed).toBeGreaterThanOrEqual(costOf(whole))
    for (const { tokensUsed, ...rest } of whole.resolved) expect(tokensUsed).toBe(costOf(rest) + 12)
    expect(fitted(answer(4), whole.tokensUsed)).toEqual(whole)
  })

  it('first loses answers after the third, then sides and sources, then words, then answers', () => {
    const whole = fitted(answer(4), undefined)
    const three = fitted(answer(4), whole.tokensUsed - 1)
    expect([three.resolved.length, three.omitted, lengths(three)]).toEqual([3, 1, [2, 2, 2]])
    expect(three.resolved[2]).toEqual(whole.resolved[2])

    const slim = fitted(answer(4), three.tokensUsed - 1)
    expect([slim.resolved.length, slim.omitted, lengths(slim)]).toEqual([4, undefined, [1, 1, 1, 1]])
    const { tokensUsed: _, ...first } = slim.resolved[0]!
    expect(first).toEqual({
      ...one(1),
      tool: { slug: 'tool-1', name: 'Tool 1', type: 'api', pricing: 'free' },
      capability: { ...one(1).capability, description: 'Sends mail to many people at once.' },
      ledger: [{ requirement: 'free', role: 'need', state: 'met', proof: 'pricing: free' }],
      alternatives: one(1).alternatives.slice(0, 1),
    })
    expect([slim.nearMisses, slim.relaxations]).toEqual([[miss(1)], answer(1).relaxations!.slice(0, 1)])

    const slimThree = fitted(answer(4), slim.tokensUsed - 1)
    const lean = fitted(answer(4), slimThree.tokensUsed - 1)
    expect([slimThree.resolved.length, lengths(lean)]).toEqual([3, [0, 0, 0, 0]])
    const { tokensUsed: __, ...leanest } = lean.resolved[0]!
    expect(leanest).toEqual({
      ...first,
      capability: { id: 'c1', name: 'Send', description: '' },
      why: '',
      ledger: [{ requirement: 'free', role: 'need', state: 'met' }],
      alternatives: [],
    })

    const leanThree = fitted(answer(4), lean.tokensUsed - 1)
    const two = fitted(answer(4), leanThree.tokensUsed - 1)
    expect([leanThree.omitted, two.omitted, lengths(two)]).toEqual([1, 2, [0, 0]])
  })

  it('holds one answer at least, or says what one takes', () => {
    let fewest = fitted(answer(3), undefined)
    for (;;) {
      try {
        fewest = fitted(answer(3), fewest.tokensUsed - 1)
      } catch (error) {
        expect(error).toMatchObject({
          code: 'invalid-parameter',
          detail: `maxTokens ${fewest.tokensUsed - 1} holds no answer: the shortest one takes ${fewest.tokensUsed}.`,
          faults: [{ path: 'maxTokens', message: `must be at least ${fewest.tokensUsed} for this intent` }],
        })
        break
      }
    }
    expect(fewest.resolved.length).toBe(1)
  })

  it('is whole without a result too, and keeps inside whatever it is given', () => {
    const none = fitted(answer(0), 100_000)
    expect([none.resolved, none.nearMisses!.length]).toEqual([[], 2])
    const bare: Answer = { ...answer(1), nearMisses: undefined, relaxations: undefined }
    const lean = fitted(bare, fitted(bare, undefined).tokensUsed - 1)
    expect(Object.hasOwn(lean, 'relaxations') && lean.relaxations !== undefined).toBe(false)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 450, max: 3000 }), (count, most) => {
        const made = fitted(answer(count), most)
        expect(made.tokensUsed).toBeLessThanOrEqual(most)
        expect(costOf(made)).toBeLessThanOrEqual(made.tokensUsed)
        expect(made.resolved.length + (made.omitted ?? 0)).toBe(count)
        expect(made.resolved.map(({ position }) => position)).toEqual(made.resolved.map((_, i) => i + 1))
      }),
      { seed: 8, numRuns: 60 },
    )
  })
})
