import type { ResolveAnswer } from '../core/api/resolve.js'
import { searchQuerySchema } from '../core/api/search.js'
import type { LabelSet } from '../core/document.js'
import type { Constraint } from '../core/ledger/constraints.js'
import type { Requirement } from '../core/ledger/verdict.js'
import type { Asked, SearchContext } from './ask.js'
import { type Candidate, judgeCandidates, nearBest } from './candidates.js'
import type { Caller } from './evidence-hook.js'
import { nearMissesOf, WOULD_MATCH } from './misses.js'
import { rounded } from './result.js'

const NEAR_MISSES = 3
/** Tools that are looked at for what a constraint kept out. */
const OPEN_POOL = 30

interface Missed {
  need: string
  requirements: readonly Requirement[]
  constraints: readonly Constraint[]
  caller: Caller
  asked: Asked
  asking(labels: LabelSet | undefined): Promise<Asked>
  taken: readonly Candidate[]
}

/** Why there is no better answer: with constraints, who failed just one of them and what dropping it would bring; else what no text speaks of. */
export async function missesOf(
  context: SearchContext,
  { need, requirements, constraints, caller, asked, asking, taken }: Missed,
): Promise<Pick<ResolveAnswer, 'nearMisses' | 'relaxations'>> {
  if (constraints.length === 0) {
    const nearMisses = await nearMissesOf(context, searchQuerySchema.parse({ q: need }), caller, asked)
    const lean = nearMisses.map(({ tool, capability, confidence, fails }) => ({
      tool: { slug: tool.slug, name: tool.name },
      capability: { id: capability.id, name: capability.name },
      confidence,
      fails,
    }))
    return lean.length > 0 ? { nearMisses: lean } : {}
  }
  const open = await asking(undefined)
  const judged = await judgeCandidates(context, open.scored, OPEN_POOL, { need, requirements, constraints })
  const here = new Set(taken.map((one) => one.tool.slug))
  const isNear = nearBest(open.ranking.ranked)
  const near = judged.filter((one) => isNear(one.scored.ranked) && !here.has(one.tool.slug))
  const single = near.filter((one) => one.fails.length === 1)
  const nearMisses = single.slice(0, NEAR_MISSES).map(missOf)
  const relaxations = constraints
    .map(({ parameter }) => ({
      drop: parameter,
      wouldMatch: single.filter((one) => wouldMatch(one, parameter)).length,
    }))
    .filter((one) => one.wouldMatch > 0)
    .sort((a, b) => b.wouldMatch - a.wouldMatch)
  return { ...(nearMisses.length > 0 && { nearMisses }), ...(relaxations.length > 0 && { relaxations }) }
}

const wouldMatch = (one: Candidate, parameter: string): boolean =>
  one.fails[0]!.constraint.parameter === parameter && one.scored.ranked.confidence >= WOULD_MATCH

function missOf({ tool, capability, scored, fails }: Candidate): NonNullable<ResolveAnswer['nearMisses']>[number] {
  const { requirement, proof } = fails[0]!.entry
  return {
    tool: { slug: tool.slug, name: tool.name },
    capability: { id: capability.id, name: capability.name },
    confidence: rounded(scored.ranked.confidence),
    fails: `${requirement}: ${proof ?? 'its record says nothing'}`,
  }
}
