import { fitted } from '../core/agent/fit.js'
import { invocationOf } from '../core/agent/invocation.js'
import type { ResolveAnswer, ResolveBody } from '../core/api/resolve.js'
import { searchQuerySchema } from '../core/api/search.js'
import { LabelSet } from '../core/document.js'
import { constraintsOf } from '../core/ledger/constraints.js'
import type { LedgerEntry } from '../core/ledger/ledger.js'
import { splitIntent } from '../core/ledger/split.js'
import { neutralizeAll } from '../core/poison.js'
import { type Asked, ask, type SearchContext } from './ask.js'
import { alternativesAmong, type Candidate, judgeCandidates, nearBest } from './candidates.js'
import type { Caller } from './evidence-hook.js'
import { missesOf } from './resolve-misses.js'
import { resultOf } from './result.js'

/** Tools whose records are judged, best by relevance first; a constraint that only a text decides needs a wider choice. */
const POOL = { plain: 20, withPhrases: 60 }
/**
 * What a condition of the intent leaves of an answer's claim to a place. Fitted by hand on the 26 labelled needs that their tool does not
 * contradict (test/fixtures/ledger*.tsv): that tool is first in 19 of them and among five in all, against 12 and 20 by relevance alone.
 */
const LEAVES = { met: 1, unknown: 0.3, 'not-met': 0.1 }
/** A tool of the kind that the need names has so many times the claim of one that speaks of it; there any factor from 2 to 8 does the same. */
const KIND = 4

/**
 * One call that ends in an action: the tools that serve an intent, best first, one capability each; what each is proved to fulfil;
 * how to call it. Asks by what is to be done, judges by everything that was said.
 */
export async function resolve(
  context: SearchContext,
  body: ResolveBody,
  caller: Caller,
  clock: { now: number; resolveId: string },
): Promise<ResolveAnswer> {
  const started = performance.now()
  const { requirements, need } = splitIntent(body.intent)
  const { constraints, allowed } = narrowed(context, body)
  const asking = (labels: LabelSet | undefined): Promise<Asked> =>
    ask(context, questionFor(need), caller, { now: clock.now, searchId: clock.resolveId, offset: 0 }, labels, true)
  const asked = await asking(allowed)
  const decidedByText = constraints.some((one) => !one.passes)
  const pool = Math.max(body.limit, decidedByText ? POOL.withPhrases : POOL.plain)
  const judged = await judgeCandidates(context, asked.scored, pool, { need, requirements, constraints })
  const isNear = nearBest(asked.ranking.ranked)
  // where the search finds nothing, a need of a few words may still be said outright by a record ("message queue")
  const speaksOfNeed = (one: Candidate) =>
    saysNeed(one) || (asked.answer !== 'none' && (one.isKind || isNear(one.scored.ranked)))
  const passing = judged
    .filter((one) => one.fails.length === 0 && speaksOfNeed(one))
    .sort((a, b) => claimOf(b) - claimOf(a))
  const taken = passing.slice(0, body.limit)
  const sure = asked.answer === 'match' && taken[0] !== undefined && !contradicts(taken[0])
  const answer = taken.length === 0 ? 'none' : sure ? 'match' : 'weak'
  const tokens = context.evidence.shown(
    asked.question,
    taken.map((one) => one.capability.id),
    1,
  )
  const misses =
    answer === 'match' && taken.length > 0
      ? {}
      : await missesOf(context, { need, requirements, constraints, caller, asked, asking, taken })
  // the reader is a model, and the texts are the vendors'; before the answer is measured, so that it fits as it is sent
  return fitted(
    neutralizeAll({
      resolveId: clock.resolveId,
      intent: body.intent,
      generation: context.live.generation.id,
      tookMs: Math.round((performance.now() - started) * 100) / 100,
      answer,
      resolved: taken.map((one, i) => resolvedOf(context, one, passing, i + 1, tokens[i]!)),
      uncovered: uncoveredBy(taken, requirements, answer === 'match'),
      ...misses,
    }),
    body.maxTokens,
  )
}

const questionFor = (need: string) => searchQuerySchema.parse({ q: need, explore: 'off' })

/** The constraints, and the labels that the tools' own fields leave; undefined when they leave all. */
function narrowed({ live: { catalogue } }: SearchContext, { constraints: given }: ResolveBody) {
  const isTool = (name: string): boolean => catalogue.exactTools(name).length > 0
  const constraints = constraintsOf(given, isTool)
  const banned = new Set(
    (given?.excludes ?? []).flatMap((name) => catalogue.exactTools(name).map(({ tool }) => tool.slug)),
  )
  const tests = constraints.flatMap((one) => one.passes ?? [])
  if (tests.length === 0 && banned.size === 0) return { constraints, allowed: undefined }
  const labels: number[] = []
  for (const { tool, labels: own } of catalogue.tools.values()) {
    if (banned.has(tool.slug) || !tests.every((passes) => passes(tool))) continue
    for (const label of own) labels.push(label)
  }
  return { constraints, allowed: new LabelSet(labels, Math.max(0, catalogue.highestLabel)) }
}

/** The record says in one sentence what is to be done. */
const saysNeed = ({ ledger }: Candidate): boolean =>
  ledger.some((entry) => entry.role === 'need' && entry.state === 'met')

const conditionsOf = ({ ledger }: Candidate): LedgerEntry[] => ledger.filter((entry) => entry.role === 'condition')
const contradicts = (one: Candidate): boolean => conditionsOf(one).some((entry) => entry.state === 'not-met')
const claimOf = (one: Candidate): number =>
  conditionsOf(one).reduce((claim, { state }) => claim * LEAVES[state], one.scored.score * (one.isKind ? KIND : 1))

function resolvedOf(
  context: SearchContext,
  one: Candidate,
  passing: readonly Candidate[],
  position: number,
  token: string,
): Omit<ResolveAnswer['resolved'][number], 'tokensUsed'> {
  const { tool, confidence, why } = resultOf(context, one.scored, one.capability, position, token, false)
  const { id, name, description, limitations, requires } = one.capability
  const { slug, type, url, rank, pricing } = tool
  return {
    position,
    tool: { slug, name: tool.name, type, ...(url && { url }), ...(pricing && { pricing: pricing.model }), rank },
    capability: { id, name, description, ...(limitations && { limitations }) },
    confidence,
    why,
    ledger: one.ledger,
    invocation: invocationOf(one.tool, requires),
    alternatives: alternativesAmong(passing, one),
    token,
  }
}

/** What none of the answers is proved to do. The need itself counts as served by a match, which is calibrated, not read. */
function uncoveredBy(
  taken: readonly Candidate[],
  requirements: readonly { text: string; role: string }[],
  matched: boolean,
): string[] {
  const met = new Set(
    taken.flatMap(({ ledger }) => ledger.filter((entry) => entry.state === 'met').map((entry) => entry.requirement)),
  )
  const open = requirements.filter(({ text, role }) => !met.has(text) && !(matched && role === 'need'))
  return [...new Set(open.map(({ text }) => text))]
}
