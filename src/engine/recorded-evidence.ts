import type { ToolRankAnswer } from '../core/api/rank.js'
import type { EvidenceSummary } from '../core/api/search.js'
import { reading } from '../core/evidence/decay.js'
import type { Impression } from '../core/evidence/events.js'
import { explain, summarize } from '../core/evidence/explain.js'
import type { Ledger } from '../core/evidence/ledger.js'
import { encodeVector } from '../core/evidence/vector.js'
import { explorationSlot, type Need, type RelevanceScale, type Weighed, Weighing } from '../core/evidence/weigh.js'
import { sortByLargest } from '../core/order.js'
import { type Answer, sigmoid } from '../core/relevance/confidence.js'
import type { Ranked } from '../index/relevance-index.js'
import type { CountedBouts } from './bouts.js'
import { nearBest } from './candidates.js'
import type { EvidenceHook, Question, Scored } from './evidence-hook.js'
import { evidenceOf } from './evidence-of.js'
import { EvidencePlaces } from './evidence-places.js'
import { randomId } from './ids.js'
import type { Live } from './live.js'
import type { Matches } from './matches.js'
import { unweighed } from './neutral-evidence.js'
import type { Ranks } from './ranks.js'

/** Version of the formulas that order an answer; noted with every impression. */
export const RANKER = '1'
/** Candidates that learned needs may bring in. */
const FOUND = 20

export interface RecordedEvidenceOptions {
  /** Of the relevance weights in use. */
  scale: RelevanceScale
  /** Off: needs are kept as hashes only, and no words are learned. */
  keepQueries: boolean
  /** Told when an admission could not be written. */
  onError(error: unknown): void
}

/** What recorded matches do to an answer. */
export class RecordedEvidence implements EvidenceHook {
  private readonly matches: Matches
  private readonly ranks: Ranks
  private readonly bouts: CountedBouts
  private readonly options: RecordedEvidenceOptions
  private readonly places = new EvidencePlaces()
  /** The generation that each question is asked of, and its first result by relevance. */
  private readonly asked = new WeakMap<Question, { live: Live; top: Ranked | undefined }>()
  /** Questions whose first result list has been noted; a further one gets an id of its own. */
  private readonly noted = new WeakSet<Question>()
  /** Highest label that has been looked at for births. */
  private admitted = -1

  constructor(matches: Matches, ranks: Ranks, bouts: CountedBouts, options: RecordedEvidenceOptions) {
    this.matches = matches
    this.ranks = ranks
    this.bouts = bouts
    this.options = options
  }

  candidates(live: Live, question: Question): number[] {
    this.admit(live, question.now)
    const { needs, ledger } = this.matches.log.evidence
    if (ledger.capabilityIds.length === 0) return []
    const stems = [...new Set(question.query.stems)]
    return needs
      .find(stems, live.index.relevance.stemIdf(stems), reading(question.now), FOUND)
      .flatMap((cap) => this.places.labelOf(ledger, live.catalogue, cap) ?? [])
  }

  calibration(now: number): number {
    return this.matches.log.evidence.calibration.offset(reading(now))
  }

  order(live: Live, question: Question, ranked: readonly Ranked[]): Scored[] {
    this.asked.set(question, { live, top: ranked[0] })
    if (ranked.length === 0) return []
    const labels = labelsOf(ranked)
    const { ledger } = this.matches.log.evidence
    const places = this.places.of(ledger, live.catalogue, labels)
    if (!question.evidence) return ranked.map((one, i) => new Unweighed(one, timesMatched(ledger, places.cap[i]!)))
    const weighing = this.weigh(live, question, ranked, labels, places)
    const { score } = weighing
    const order = new Uint32Array(ranked.length)
    for (let i = 0; i < order.length; i++) order[i] = i
    sortByLargest(order, score, labels)
    const scored = Array.from(order, (i) => new Recorded(ranked[i]!, weighing, i, timesMatched(ledger, places.cap[i]!)))
    const isNear = nearBest(ranked)
    const slot = question.explore
      ? explorationSlot(order, weighing, question.searchId, (candidate) => isNear(ranked[candidate]!))
      : undefined
    if (slot !== undefined) {
      const [one] = scored.splice(slot.from, 1)
      one!.exploration = true
      scored.splice(slot.to, 0, one!)
    }
    return scored
  }

  shown(question: Question, ids: readonly string[], firstPosition: number, answer: Answer = 'match'): string[] {
    const asked = this.asked.get(question)
    if (asked === undefined) return ids.map(() => '')
    const { live, top } = asked
    const isTop = top !== undefined && firstPosition === 1 && ids[0] === live.catalogue.outlineOf(top.label)?.id
    const { caller, now, query, vector } = question
    const keep = this.options.keepQueries
    const first = !this.noted.has(question)
    this.noted.add(question)
    const impression: Impression = {
      id: first ? question.searchId : randomId(),
      at: now,
      client: this.matches.clients.of(caller, now).id,
      ...(keep && { query: query.text }),
      hash: this.matches.clients.hashOf(query.text),
      stems: keep ? [...new Set(query.stems)] : [],
      vector: encodeVector(vector),
      shown: ids.map((id) => [id, live.catalogue.ownerOf(live.catalogue.labelOf(id) ?? -1)?.tool.slug ?? '']),
      offset: firstPosition - 1,
      answer,
      ...(isTop && { logit: top.rel - question.calibration }),
      ranker: RANKER,
      generation: live.generation.id,
    }
    return this.matches.shown(impression)
  }

  rank(live: Live, slug: string): number | undefined {
    return this.ranks.rank(live, slug)?.rank
  }

  breakdown(live: Live, slug: string): ToolRankAnswer | undefined {
    return live.catalogue.tools.has(slug) ? this.ranks.breakdown(live, slug) : undefined
  }

  recorded(slug: string, ids: readonly string[], now: number): Map<string, EvidenceSummary> {
    return evidenceOf(this.matches.log.evidence, slug, ids, now)
  }

  contests(slugs: readonly string[]): ReturnType<CountedBouts['of']> {
    return this.bouts.of(slugs)
  }

  matchesOf(id: string, now: number): { timesMatched: number; succeeded: number; failed: number } {
    const { ledger } = this.matches.log.evidence
    const cap = ledger.find(id)
    if (cap < 0) return { timesMatched: 0, succeeded: 0, failed: 0 }
    const [, , succeeded, failed] = ledger.capabilities.get(cap).map((x) => x * reading(now))
    return { timesMatched: ledger.timesMatched[cap]!, succeeded: succeeded!, failed: failed! }
  }

  outcomes(slug: string, now: number): { succeeded: number; failed: number } {
    const { ledger } = this.matches.log.evidence
    const index = ledger.findTool(slug)
    if (index < 0) return { succeeded: 0, failed: 0 }
    const [, , succeeded, failed] = ledger.tools.get(index).map((x) => x * reading(now)) as [
      number,
      number,
      number,
      number,
    ]
    return { succeeded, failed }
  }

  private weigh(
    { catalogue, index }: Live,
    { query, vector, now }: Question,
    ranked: readonly Ranked[],
    labels: Uint32Array,
    places: { cap: Int32Array; tool: Int32Array },
  ): Weighing {
    const stems = [...new Set(query.stems)]
    const need: Need = {
      vector: vector.some((x) => x !== 0) ? vector : undefined,
      stems,
      idf: index.relevance.stemIdf(stems),
      total: index.relevance.count,
      scale: this.options.scale,
    }
    const candidates = {
      ...places,
      rel: relOf(ranked),
      bornAt: (i: number) => catalogue.bornAtOf(labels[i]!),
      tf: () => index.relevance.termFrequencies(stems, labels),
    }
    return new Weighing(this.matches.log.evidence, need, candidates, now)
  }

  /** Notes capabilities that have come since: newcomers get a fair start, the first catalogue none. */
  private admit({ catalogue }: Live, now: number): void {
    if (catalogue.highestLabel <= this.admitted) return
    let through = Number.NEGATIVE_INFINITY
    for (let label = this.admitted + 1; label <= catalogue.highestLabel; label++) {
      through = Math.max(through, catalogue.ownerOf(label) === undefined ? through : catalogue.bornAtOf(label))
    }
    this.admitted = catalogue.highestLabel
    if (through <= (this.matches.log.evidence.admissions.at(-1)?.through ?? Number.NEGATIVE_INFINITY)) return
    const id = randomId()
    this.matches.log
      .apply({ kind: 'admission', payload: { id, at: now, through } })
      .catch((error) => this.options.onError(error))
  }
}

function labelsOf(ranked: readonly Ranked[]): Uint32Array {
  const labels = new Uint32Array(ranked.length)
  for (let i = 0; i < labels.length; i++) labels[i] = ranked[i]!.label
  return labels
}

function relOf(ranked: readonly Ranked[]): Float64Array {
  const rel = new Float64Array(ranked.length)
  for (let i = 0; i < rel.length; i++) rel[i] = ranked[i]!.rel
  return rel
}

const timesMatched = (ledger: Ledger, cap: number): number => (cap < 0 ? 0 : ledger.timesMatched[cap]!)

/** A candidate that evidence has weighed. What is told of it is worked out when it is read: few candidates are shown. */
class Recorded implements Scored {
  ranked: Ranked
  score: number
  exploration = false
  named?: string
  readonly #weighing: Weighing
  readonly #candidate: number
  readonly #timesMatched: number
  #told: Weighed | undefined

  constructor(ranked: Ranked, weighing: Weighing, candidate: number, times: number) {
    this.ranked = ranked
    this.score = sigmoid(weighing.score[candidate]!)
    this.#weighing = weighing
    this.#candidate = candidate
    this.#timesMatched = times
  }

  get #all(): Weighed {
    this.#told ??= this.#weighing.of(this.#candidate)
    return this.#told
  }

  get summary(): Scored['summary'] {
    return summarize(this.#all, this.#timesMatched)
  }

  get why(): string | undefined {
    return explain(this.#all)
  }

  get parts(): Scored['parts'] {
    const { estimate, need, words } = this.#all
    return { lift: estimate.logLift, need, words }
  }
}

/** A candidate of a search that asked not to use evidence: only how often it was matched is told. */
class Unweighed implements Scored {
  ranked: Ranked
  score: number
  exploration = false
  named?: string
  readonly #timesMatched: number

  constructor(ranked: Ranked, times: number) {
    this.ranked = ranked
    this.score = ranked.confidence
    this.#timesMatched = times
  }

  get summary(): Scored['summary'] {
    return unweighed(this.#timesMatched)
  }
}
