import type { RankingsAnswer, RankingsQuery, ToolRankAnswer } from '../core/api/rank.js'
import type { Tool } from '../core/catalogue.js'
import { AppError } from '../core/errors.js'
import type { Counts } from '../core/evidence/counters.js'
import { reading } from '../core/evidence/decay.js'
import { estimate } from '../core/evidence/estimate.js'
import type { Evidence } from '../core/evidence/evidence.js'
import { nearest } from '../core/nearest.js'
import { normsOf, type Observation, observe, type ToolEvidence, type TypeNorms } from '../core/rank/components.js'
import { rankOf, type ToolRank } from '../core/rank/rank.js'
import type { RankWeights } from '../core/rank/weights.js'
import type { EvidenceLog } from './evidence-log.js'
import type { Live } from './live.js'
import { filterTests, type LiveTool } from './live-catalogue.js'
import { encodeOffset, offsetOf } from './page.js'

/** How long the means of the types, and what was worked out with them, are kept, ms. */
const KEPT_MS = 60_000
/** The means are taken anew when the number of tools has changed by more than this share. */
const KEPT_SHARE = 0.01

/** What all ranks of a minute are held against. */
interface Kept {
  generation: number
  at: number
  tools: number
  norms: Map<string, TypeNorms>
  /** Leaderboard of the generation. */
  board?: Ranked[]
  /** Ranks that were asked for, with the counts of evidence that they were made of. */
  ranks: WeakMap<LiveTool, { counts: Counts; rank: ToolRank }>
}
const NOTHING: Counts = [0, 0, 0, 0]

/** Ranks of tools: worked out when asked for, held against means of their types that are a minute old at most. */
export class Ranks {
  private readonly log: EvidenceLog
  private readonly weights: RankWeights
  private readonly clock: () => number
  private kept: Kept | undefined

  /** @param clock milliseconds since 1970 */
  constructor(log: EvidenceLog, weights: RankWeights, clock: () => number) {
    this.log = log
    this.weights = weights
    this.clock = clock
  }

  /** Undefined for a tool that is not there. */
  rank(live: Live, slug: string): ToolRank | undefined {
    const entry = live.catalogue.tools.get(slug)
    if (entry === undefined) return undefined
    const now = this.clock()
    const { norms, ranks } = this.norms(live, now)
    const { ledger } = this.log.evidence
    const index = ledger.findTool(slug)
    const counts = index < 0 ? NOTHING : ledger.tools.get(index)
    const known = ranks.get(entry)
    if (known?.counts.every((count, i) => count === counts[i])) return known.rank
    const rank = this.ranked(entry, norms, now)
    ranks.set(entry, { counts, rank })
    return rank
  }

  /** @throws AppError `not-found` with the nearest slug */
  breakdown(live: Live, slug: string): ToolRankAnswer {
    const entry = live.catalogue.tools.get(slug)
    if (entry === undefined) {
      const near = nearest(slug, [...live.catalogue.tools.keys()])
      throw new AppError('not-found', `There is no tool "${slug}".${near ? ` Did you mean "${near}"?` : ''}`)
    }
    const { name, type } = entry.tool
    return { slug, name, type, ...this.rank(live, slug)!, ...this.matched(entry) }
  }

  /** Leaderboard by the lower end of the interval; filters keep the positions' order, not their numbers. */
  rankings(live: Live, query: RankingsQuery): RankingsAnswer {
    const tests = filterTests(query)
    const offset = offsetOf(query.cursor)
    const all = this.board(live).filter(({ entry }) => tests.every((test) => test.passes(entry.tool)))
    const rankings = all.slice(offset, offset + query.limit).map(({ entry, rank }, i) => ({
      position: offset + i + 1,
      tool: summary(entry.tool, rank.rank),
      rank: rank.rank,
      interval: rank.interval,
      points: Object.fromEntries(rank.components.map((c) => [c.component, c.points])),
      noData: rank.components.filter((c) => c.value === undefined).map((c) => c.component),
      ...this.matched(entry),
    }))
    const more = all.length > offset + query.limit
    return {
      version: this.weights.version,
      total: all.length,
      ...(more && { nextCursor: encodeOffset(offset + query.limit) }),
      rankings,
    }
  }

  private board(live: Live): Ranked[] {
    const now = this.clock()
    const kept = this.norms(live, now)
    kept.board ??= [...live.catalogue.tools.values()]
      .map((entry) => ({ entry, rank: this.ranked(entry, kept.norms, now) }))
      .sort((a, b) => b.rank.interval[0] - a.rank.interval[0] || (a.entry.tool.slug < b.entry.tool.slug ? -1 : 1))
    return kept.board
  }

  private ranked(entry: LiveTool, norms: Map<string, TypeNorms>, now: number): ToolRank {
    const observation = observe(entry.tool, this.evidenceOf(entry, now), this.weights, now)
    return rankOf(observation, norms.get(entry.tool.type) ?? normsOf([], this.weights), this.weights)
  }

  private norms({ catalogue, generation }: Live, now: number): Kept {
    const { kept } = this
    const tools = catalogue.tools.size
    if (kept && Math.abs(now - kept.at) < KEPT_MS && Math.abs(tools - kept.tools) <= KEPT_SHARE * tools) {
      if (kept.generation !== generation.id) {
        kept.generation = generation.id
        kept.board = undefined
      }
      return kept
    }
    const byType = new Map<string, Observation[]>()
    for (const entry of catalogue.tools.values()) {
      const observation = observe(entry.tool, this.evidenceOf(entry, now), this.weights, now)
      const others = byType.get(entry.tool.type)
      if (others) others.push(observation)
      else byType.set(entry.tool.type, [observation])
    }
    const norms = new Map([...byType].map(([type, observations]) => [type, normsOf(observations, this.weights)]))
    this.kept = { generation: generation.id, at: now, tools, norms, ranks: new WeakMap() }
    return this.kept
  }

  private evidenceOf(entry: LiveTool, now: number): ToolEvidence | undefined {
    const { evidence } = this.log
    const index = evidence.ledger.findTool(entry.tool.slug)
    if (index < 0) return undefined
    const factor = reading(now)
    const [expected, selected, succeeded, failed] = evidence.ledger.tools.get(index).map((x) => x * factor) as Counts
    const overall = estimate({ overall: evidence.ledger.overall.get(0).map((x) => x * factor) as Counts })
    return {
      expected,
      selected,
      succeeded,
      failed,
      overallRate: overall.overall,
      overallSuccess: overall.overallSuccess,
      timesMatched: timesMatchedOf(evidence, entry),
    }
  }

  private matched(entry: LiveTool): { timesMatched: number; since?: string } {
    const { evidence } = this.log
    const since = evidence.since === undefined ? {} : { since: new Date(evidence.since).toISOString() }
    return { timesMatched: timesMatchedOf(evidence, entry), ...since }
  }
}

interface Ranked {
  entry: LiveTool
  rank: ToolRank
}

function timesMatchedOf({ ledger }: Evidence, { capabilities }: LiveTool): number {
  let times = 0
  for (const { id } of capabilities) {
    const cap = ledger.find(id)
    if (cap >= 0) times += ledger.timesMatched[cap]!
  }
  return times
}

const summary = ({ slug, name, type, layer, url, pricing }: Tool, rank: number) => ({
  slug,
  name,
  type,
  ...(layer && { layer }),
  ...(url && { url }),
  ...(pricing && { pricing }),
  rank,
})
