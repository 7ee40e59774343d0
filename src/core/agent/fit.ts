import type { ResolveAnswer, Resolved } from '../api/resolve.js'
import { AppError } from '../errors.js'
import { sentencesOf } from '../ledger/statements.js'
import { tokenBound } from './tokens.js'

type Unmeasured = Omit<ResolveAnswer, 'tokensUsed' | 'resolved'> & { resolved: Omit<Resolved, 'tokensUsed'>[] }
/** Room for the numbers that are written into the answer after it was measured. */
const SLACK = 24

const costOf = (value: unknown): number => tokenBound(JSON.stringify(value))

/** What is left out of an answer, level by level, when there is no room: side matters first, proofs of what is met last. */
const LEVELS: readonly ((one: Omit<Resolved, 'tokensUsed'>) => Omit<Resolved, 'tokensUsed'>)[] = [
  (one) => one,
  (one) => ({
    ...one,
    tool: slim(one.tool),
    capability: { ...one.capability, description: sentencesOf(one.capability.description)[0] ?? '' },
    ledger: one.ledger.map(({ source: _source, at: _at, ...entry }) => entry),
    alternatives: one.alternatives.slice(0, 1),
  }),
  (one) => ({
    ...one,
    tool: slim(one.tool),
    capability: { id: one.capability.id, name: one.capability.name, description: '' },
    why: '',
    ledger: one.ledger.map(({ requirement, role, state }) => ({ requirement, role, state })),
    alternatives: [],
  }),
]

const slim = ({ slug, name, type, pricing }: Resolved['tool']): Resolved['tool'] => ({ slug, name, type, pricing })

/** At least so many answers are worth more than fuller ones. */
const ENOUGH = 3

/**
 * Measures an answer and, with `maxTokens`, cuts it until it fits: the fullest level at which three answers fit (all, when there are fewer),
 * else as many as fit at the leanest level.
 * @throws AppError `invalid-parameter` when not even one lean answer fits, with what it takes
 */
export function fitted(answer: Unmeasured, maxTokens: number | undefined): ResolveAnswer {
  if (maxTokens === undefined) return measured(answer, answer.resolved)
  const wanted = Math.min(ENOUGH, answer.resolved.length)
  let best: ResolveAnswer | undefined
  for (const [i, level] of LEVELS.entries()) {
    const lean = i === 0 ? answer : withoutSides(answer)
    const made = longest(lean, answer.resolved.map(level), maxTokens)
    if (made) best = made
    if (made && made.resolved.length >= wanted) return made
  }
  if (best) return best
  const shortest = measured(withoutSides(answer), answer.resolved.slice(0, 1).map(LEVELS.at(-1)!))
  throw new AppError(
    'invalid-parameter',
    `maxTokens ${maxTokens} holds no answer: the shortest one takes ${shortest.tokensUsed}.`,
    {
      faults: [{ path: 'maxTokens', message: `must be at least ${shortest.tokensUsed} for this intent` }],
    },
  )
}

/** Of what was not taken only the nearest one, and the best way out. */
function withoutSides({ nearMisses, relaxations, ...answer }: Unmeasured): Unmeasured {
  return {
    ...answer,
    ...(nearMisses && { nearMisses: nearMisses.slice(0, 1) }),
    ...(relaxations && { relaxations: relaxations.slice(0, 1) }),
  }
}

/** As many answers as fit, at least one where there is any; undefined when none fits. */
function longest(answer: Unmeasured, resolved: Unmeasured['resolved'], maxTokens: number): ResolveAnswer | undefined {
  for (let count = resolved.length; count >= Math.min(1, resolved.length); count--) {
    const made = measured(answer, resolved.slice(0, count))
    if (made.tokensUsed <= maxTokens) return made
  }
  return undefined
}

function measured(answer: Unmeasured, resolved: Unmeasured['resolved']): ResolveAnswer {
  const omitted = answer.resolved.length - resolved.length
  const shown = resolved.map((one) => ({ ...one, tokensUsed: costOf(one) + SLACK / 2 }))
  const whole = { ...answer, resolved: shown, ...(omitted > 0 && { omitted }) }
  return { ...whole, tokensUsed: costOf(whole) + SLACK }
}
