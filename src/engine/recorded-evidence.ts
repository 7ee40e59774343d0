import { randomBytes } from 'node:crypto'
import type { ToolRankAnswer } from '../core/api/rank.js'
import type { EvidenceSummary } from '../core/api/search.js'
import { reading } from '../core/evidence/decay.js'
import type { Impression } from '../core/evidence/events.js'
import { explain, summarize } from '../core/evidence/explain.js'
import { encodeVector } from '../core/evidence/vector.js'
import { explorationSlot, type Need, type RelevanceScale, type Weighed, weigh } from '../core/evidence/weigh.js'
import { type Answer, sigmoid } from '../core/relevance/confidence.js'
import type { Ranked } from '../index/relevance-index.js'
import type { CountedBouts } from './bouts.js'
import type { EvidenceHook, Question, Scored } from './evidence-hook.js'
import { evidenceOf } from './evidence-of.js'
import type { Live } from './live.js'
import type { Matches } from './matches.js'
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
  /** The generation that each question is asked of. */
  private readonly asked = new WeakMap<Question, Live>()
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
    const { evidence } = this.matches.log
    if (evidence.ledger.capabilityIds.length === 0) return []
    const { stems, idf } = live.index.relevance.termFrequencies(question.query, new Uint32Array(0))
    return evidence.needs
      .find(stems, idf, reading(question.now), FOUND)
      .flatMap((cap) => live.catalogue.labelOf(evidence.ledger.capabilityIds[cap]!) ?? [])
  }

  order(live: Live, question: Question, ranked: readonly Ranked[]): Scored[] {
    this.asked.set(question, live)
    if (ranked.length === 0) return []
    const weighed = question.evidence ? this.weighAll(live, question, ranked) : undefined
    if (weighed === undefined) return ranked.map((one) => this.unweighed(live, one))
    const order = [...ranked.keys()].sort(
      (a, b) => weighed[b]!.score - weighed[a]!.score || ranked[a]!.label - ranked[b]!.label,
    )
    const scored = order.map((i) => this.scored(live, ranked[i]!, weighed[i]!))
    const slot = question.explore
      ? explorationSlot(
          order.map((i) => weighed[i]!),
          question.searchId,
        )
      : undefined
    if (slot !== undefined) {
      const [one] = scored.splice(slot.from, 1)
      one!.exploration = true
      scored.splice(slot.to, 0, one!)
    }
    return scored
  }

  shown(question: Question, ids: readonly string[], firstPosition: number, answer: Answer = 'match'): string[] {
    const live = this.asked.get(question)
    if (live === undefined) return ids.map(() => '')
    const { caller, now, query, vector } = question
    const keep = this.options.keepQueries
    const first = !this.noted.has(question)
    this.noted.add(question)
    const impression: Impression = {
      id: first ? question.searchId : randomBytes(12).toString('base64url'),
      at: now,
      client: this.matches.clients.of(caller, now).id,
      ...(keep && { query: query.text }),
      hash: this.matches.clients.hashOf(query.text),
      stems: keep ? [...new Set(query.stems)] : [],
      vector: encodeVector(vector),
      shown: ids.map((id) => [id, live.catalogue.ownerOf(live.catalogue.labelOf(id) ?? -1)?.tool.slug ?? '']),
      offset: firstPosition - 1,
      answer,
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

  private weighAll(live: Live, { query, vector, now }: Question, ranked: readonly Ranked[]): Weighed[] {
    const { evidence } = this.matches.log
    const { ledger } = evidence
    const labels = Uint32Array.from(ranked, (one) => one.label)
    const { stems, idf, tf } = live.index.relevance.termFrequencies(query, labels)
    const need: Need = {
      vector: vector.some((x) => x !== 0) ? vector : undefined,
      stems,
      idf,
      total: live.index.relevance.count,
      scale: this.options.scale,
    }
    const candidates = ranked.map(({ label, rel }) => {
      const { id, bornAt } = live.catalogue.outlineOf(label)!
      const { slug } = live.catalogue.ownerOf(label)!.tool
      return { cap: ledger.find(id), tool: ledger.findTool(slug), rel, bornAt }
    })
    return weigh(evidence, need, candidates, tf, now)
  }

  private scored(live: Live, ranked: Ranked, weighed: Weighed): Scored {
    const times = this.timesMatched(live, ranked.label)
    return {
      ranked,
      score: sigmoid(weighed.score),
      exploration: false,
      // worked out for the results that are shown, not for every candidate
      get summary() {
        return summarize(weighed, times)
      },
      get why() {
        return explain(weighed)
      },
      get parts() {
        return { lift: weighed.estimate.logLift, need: weighed.need, words: weighed.words }
      },
    }
  }

  private unweighed(live: Live, ranked: Ranked): Scored {
    const timesMatched = this.timesMatched(live, ranked.label)
    const summary = { timesMatched, selections: 0, expected: 0, succeeded: 0, failed: 0, lift: 1, interval: [1, 1] }
    return { ranked, score: ranked.confidence, exploration: false, summary: summary as Scored['summary'] }
  }

  private timesMatched(live: Live, label: number): number {
    const { ledger } = this.matches.log.evidence
    const cap = ledger.find(live.catalogue.outlineOf(label)?.id ?? '')
    return cap < 0 ? 0 : ledger.timesMatched[cap]!
  }

  /** Notes capabilities that have come since: newcomers get a fair start, the first catalogue none. */
  private admit({ catalogue }: Live, now: number): void {
    if (catalogue.highestLabel <= this.admitted) return
    let through = Number.NEGATIVE_INFINITY
    for (let label = this.admitted + 1; label <= catalogue.highestLabel; label++) {
      through = Math.max(through, catalogue.outlineOf(label)?.bornAt ?? through)
    }
    this.admitted = catalogue.highestLabel
    if (through <= (this.matches.log.evidence.admissions.at(-1)?.through ?? Number.NEGATIVE_INFINITY)) return
    const id = randomBytes(12).toString('base64url')
    this.matches.log
      .apply({ kind: 'admission', payload: { id, at: now, through } })
      .catch((error) => this.options.onError(error))
  }
}
