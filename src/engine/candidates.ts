import type { Capability, Tool } from '../core/catalogue.js'
import type { Constraint } from '../core/ledger/constraints.js'
import { type LedgerEntry, ledgerOf } from '../core/ledger/ledger.js'
import { contentOf, namesKind } from '../core/ledger/topic.js'
import type { Requirement } from '../core/ledger/verdict.js'
import type { Ranked } from '../index/relevance-index.js'
import type { SearchContext } from './ask.js'
import type { Scored } from './evidence-hook.js'

/**
 * Results whose relevance is this much below the first one's, in log-odds, are left out. On the shipped exam 4 keeps 90 % of the right ones among
 * the first ten and half of all candidates.
 */
const CUT_GAP = 4

/** Whether a result is near enough to the best one to be shown. The best by relevance: what is named exactly stands above all and must not cut the others. */
export function nearBest(ranked: readonly Ranked[]): (one: Ranked) => boolean {
  const least = (ranked[0]?.rel ?? 0) - CUT_GAP
  return ({ rel }) => rel >= least
}

/** A tool that was found for a need, by its best capability, with what its record says of every requirement. */
export interface Candidate {
  scored: Scored
  tool: Tool
  capability: Capability
  /** Constraints first, then the intent's requirements. */
  ledger: LedgerEntry[]
  /** The need names the kind of tool that this one is. */
  isKind: boolean
  /** Constraints that it does not fulfil, with their ledger entries. */
  fails: { constraint: Constraint; entry: LedgerEntry }[]
}

/** A tool's further capabilities that are read for proofs; very large tools are read in part. */
const READ_PER_TOOL = 60
const ALTERNATIVES = 3

/** What is asked of candidates. */
export interface Asking {
  need: string
  requirements: readonly Requirement[]
  constraints: readonly Constraint[]
}

/**
 * The first tools of a ranked list, one capability each, judged by their records; and as many from further down whose kind the need names, since
 * every tool of a kind can do what the kind does, whichever of its capabilities speaks of it.
 */
export async function judgeCandidates(
  context: SearchContext,
  ranked: readonly Scored[],
  tools: number,
  { need, requirements, constraints }: Asking,
): Promise<Candidate[]> {
  const { catalogue } = context.live
  const kind = contentOf(need)
  const best = new Map<string, Scored>()
  const further = new Map<string, Scored>()
  for (const one of ranked) {
    const tool = catalogue.ownerOf(one.ranked.label)?.tool
    if (tool === undefined || best.has(tool.slug) || further.has(tool.slug)) continue
    if (best.size < tools) best.set(tool.slug, one)
    else if (further.size < tools && namesKind(kind, tool)) further.set(tool.slug, one)
  }
  for (const [slug, one] of further) best.set(slug, one)
  const wanted = [...best].map(([slug, one]) => {
    const own = catalogue.tools.get(slug)!.labels
    return [...new Set([one.ranked.label, ...own.subarray(0, READ_PER_TOOL)])]
  })
  const stored = await context.parts.store.catalogue.capabilities(wanted.flat())
  const byLabel = new Map(stored.map((capability) => [capability.label, capability]))
  return [...best].flatMap(([slug, scored], i) => {
    // a capability that was removed while this question ran is left out
    const capabilities = wanted[i]!.flatMap((label) => byLabel.get(label) ?? [])
    const capability = byLabel.get(scored.ranked.label)
    const tool = catalogue.tools.get(slug)?.tool
    if (!capability || !tool) return []
    const all = [...constraints.map(({ requirement }) => requirement), ...requirements]
    const ledger = ledgerOf(all, tool, capabilities, 0)
    const fails = constraints.flatMap((constraint, n) =>
      constraint.accepts.includes(ledger[n]!.state) ? [] : [{ constraint, entry: ledger[n]! }],
    )
    return [{ scored, tool, capability, ledger, isKind: namesKind(kind, tool), fails }]
  })
}

/** The next best tools in place of one, each with what sets it apart: proofs it has more or fewer, price, how sure. */
export function alternativesAmong(
  passing: readonly Candidate[],
  one: Candidate,
): { slug: string; name: string; why: string }[] {
  return passing
    .filter((other) => other !== one)
    .slice(0, ALTERNATIVES)
    .map((other) => ({ slug: other.tool.slug, name: other.tool.name, why: differenceOf(one, other) }))
}

function differenceOf(one: Candidate, other: Candidate): string {
  const met = ({ ledger }: Candidate) =>
    ledger.filter((entry) => entry.state === 'met').map((entry) => entry.requirement)
  const [mine, its] = [met(one), met(other)]
  const gains = its.filter((requirement) => !mine.includes(requirement))
  const losses = mine.filter((requirement) => !its.includes(requirement))
  const parts = [`“${other.capability.name}”, ${percent(other.scored.ranked.confidence)} sure`]
  if (gains.length > 0) parts.push(`is proved to meet ${listed(gains)}, which ${one.tool.name} is not`)
  if (losses.length > 0) parts.push(`not proved to meet ${listed(losses)}`)
  const [price, itsPrice] = [one.tool.pricing?.model, other.tool.pricing?.model]
  if (price && itsPrice && price !== itsPrice) parts.push(`${itsPrice} instead of ${price}`)
  return parts.join('; ')
}

const listed = (all: readonly string[]): string => all.map((one) => `“${one}”`).join(', ')
const percent = (share: number): string => `${Math.round(share * 100)} %`
