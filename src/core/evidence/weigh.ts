import { type CounterTable, type Counts, EXPECTED, SELECTED } from './counters.js'
import { reading } from './decay.js'
import { type Estimate, estimate } from './estimate.js'
import type { Evidence } from './evidence.js'
import { K1 } from './needs.js'
import { gamma, generator, seedOf } from './random.js'

/** B: how far evidence can move a result, in log-odds. */
export const BOUND = 3
/**
 * What a unit of relevance weighs beside evidence, in logits. Confidence falls faster (`slope`), and rightly; but among the capabilities
 * of one need most differences of relevance are luck of wording. In the simulator, 20,000 sessions: 4 gives nDCG@10 .68, 2 gives .74,
 * 1.6 gives .76; unseen queries of a public set gain .123 with 4, .133 with 2.
 */
export const RELEVANCE_UNIT = 1.4
/** Two results whose relevance differs by more units than this never change places, whatever the evidence. */
export const GUARD = (2 * BOUND) / RELEVANCE_UNIT
/**
 * A need is familiar when its nearest cells lend this much together; a stranger one is moved by lift in proportion. Without it, queries
 * whose right capability nobody had chosen lost .056 of nDCG@10 on a public set, with it .034.
 */
const FAMILIAR = 0.6
/** Weight of the learned needs' keyword score beside the text's own. */
const NEED_SHARE = 1.2
/** Fair start: how close to the best relevance a newcomer must be, and the expectations after which it stands for itself. */
const FAIR_GAP = 2
const FAIR_UNTIL = 24
/** The exploration slot: how often, for what has been expected less than this, and how close to the best relevance. */
const EXPLORE_SHARE = 0.15
const EXPLORE_BELOW = 4
const EXPLORE_GAP = 2.5

/** What is asked, as evidence sees it. */
export interface Need {
  /** Unit length; undefined when the need has no embedding. */
  vector: Float32Array | undefined
  stems: readonly string[]
  /** Of each stem, over the texts of the catalogue. */
  idf: ArrayLike<number>
  /** Capabilities in the catalogue. */
  total: number
  scale: RelevanceScale
}

/** How the candidates' relevance was put together; from the fitted weights (`scaleOf`). */
export interface RelevanceScale {
  /** Logits of `rel` a unit of relevance. */
  slope: number
  /** Relevance from no keyword match to the best. */
  keyword: number
}

export interface Candidate {
  /** Index in the evidence (`ledger.find`); -1 when it has none. */
  cap: number
  /** Index of its tool in the evidence; -1 when it has none. */
  tool: number
  /** Relevance in log-odds. */
  rel: number
  /** When the capability first entered the catalogue, ms. */
  bornAt: number
}

export interface Weighed {
  /** top + unit·(rel − top)/slope + B·tanh((L + need)/B), log-odds; top is the highest rel. */
  score: number
  /** The part of the score that is relevance. */
  relevance: number
  estimate: Estimate
  /** What learned needs and the fair start add before the bound. */
  need: number
  /** The part of `need` that is the fair start. */
  fairStart: number
  /** Stems of the need that the capability is found by because it served them, strongest first. Worked out when read. */
  readonly words: string[]
}

/**
 * What evidence makes of the candidates, in the order given.
 * @param tf the text's BM25F term frequencies, row-major `candidates × stems`
 */
export function weigh(
  evidence: Evidence,
  need: Need,
  candidates: readonly Candidate[],
  tf: Float32Array,
  now: number,
): Weighed[] {
  const factor = reading(now)
  const estimates = estimateAll(evidence, need, candidates, factor)
  const { needs, learned } = learnedNeeds(evidence, need, candidates, tf, factor)
  const top = candidates.reduce((best, { rel }) => Math.max(best, rel), Number.NEGATIVE_INFINITY)
  const relevance = candidates.map(({ rel }) => top + (RELEVANCE_UNIT / need.scale.slope) * (rel - top))
  const fair = fairStart(evidence, candidates, { needs, relevance, estimates }, now)
  return candidates.map((_, c) => {
    const total = needs[c]! + fair[c]!
    return {
      score: relevance[c]! + bounded(estimates[c]!.logLift + total),
      relevance: relevance[c]!,
      estimate: estimates[c]!,
      need: total,
      fairStart: fair[c]!,
      get words() {
        return wordsOf(need, learned, c)
      },
    }
  })
}

const bounded = (x: number): number => BOUND * Math.tanh(x / BOUND)

/** Decayed counts of a slot, into `out`; zeros for slot -1. */
function read({ values }: CounterTable, slot: number, factor: number, out: Counts): Counts {
  for (let i = 0; i < 4; i++) out[i] = slot < 0 ? 0 : values[slot * 4 + i]! * factor
  return out
}

function estimateAll(evidence: Evidence, need: Need, candidates: readonly Candidate[], factor: number): Estimate[] {
  const { ledger } = evidence
  const lenders = need.vector === undefined ? [] : evidence.cells.lenders(need.vector)
  const familiar = Math.min(1, lenders.reduce((sum, { weight }) => sum + weight, 0) / FAMILIAR)
  const muted = (e: Estimate): Estimate => {
    e.logLift *= familiar
    return e
  }
  const overall = read(ledger.overall, 0, factor, [0, 0, 0, 0])
  const unknown = muted(estimate({ overall }))
  // one set of counts for all candidates: estimates keep numbers, not counts
  const levels = {
    overall,
    tool: [0, 0, 0, 0] as Counts,
    capability: [0, 0, 0, 0] as Counts,
    edge: [0, 0, 0, 0] as Counts,
  }
  const lent = lenders.map(({ slot, weight }) => ({ edges: ledger.edgesOf(slot), weight: weight * factor }))
  return candidates.map(({ cap, tool }) => {
    if (tool < 0) return unknown
    read(ledger.tools, tool, factor, levels.tool)
    read(ledger.capabilities, cap, factor, levels.capability)
    levels.edge.fill(0)
    if (cap >= 0) {
      for (const { edges, weight } of lent) {
        const slot = edges?.get(cap)
        if (slot !== undefined) addTo(levels.edge, ledger.edges, slot, weight)
      }
    }
    return muted(estimate(levels))
  })
}

function addTo(counts: Counts, { values }: CounterTable, slot: number, weight: number): void {
  for (let i = 0; i < 4; i++) counts[i]! += values[slot * 4 + i]! * weight
}

/** BM25 with the learned field minus BM25 without it, each relative to its best. */
function learnedNeeds(
  evidence: Evidence,
  need: Need,
  candidates: readonly Candidate[],
  tf: Float32Array,
  factor: number,
): { needs: Float64Array; learned: Float32Array } {
  const { stems, idf, total } = need
  const learned = evidence.needs.frequencies(
    candidates.map((c) => c.cap),
    stems,
    factor,
  )
  const needs = new Float64Array(candidates.length)
  if (!learned.some((x) => x > 0)) return { needs, learned }
  const rarity = stems.map((stem, s) => idfWith(idf[s]!, evidence.needs.frequency(stem), total))
  const before = new Float64Array(candidates.length)
  const after = new Float64Array(candidates.length)
  for (let c = 0; c < candidates.length; c++) {
    for (let s = 0; s < stems.length; s++) {
      const text = tf[c * stems.length + s]!
      const both = text + learned[c * stems.length + s]!
      before[c]! += (idf[s]! * text) / (text + K1)
      after[c]! += (rarity[s]! * both) / (both + K1)
    }
  }
  const topBefore = before.reduce((a, b) => Math.max(a, b), 0) || 1
  const topAfter = after.reduce((a, b) => Math.max(a, b), 0) || 1
  for (let c = 0; c < candidates.length; c++) {
    const difference = after[c]! / topAfter - before[c]! / topBefore
    needs[c] = NEED_SHARE * RELEVANCE_UNIT * need.scale.keyword * difference
    // never shown is not evidence against
    if (difference < 0) {
      const expected = read(evidence.ledger.capabilities, candidates[c]!.cap, factor, [0, 0, 0, 0])[EXPECTED]
      needs[c]! *= expected / (expected + 1)
    }
  }
  return { needs, learned }
}

/** A stem's idf when `open` more capabilities have it in their learned field. idf = ln(1 + (N − df + .5)/(df + .5)). */
function idfWith(idf: number, open: number, total: number): number {
  const odds = Math.exp(idf) - 1
  const df = Math.min(total, (total + 0.5 - 0.5 * odds) / (1 + odds) + open)
  return Math.log(1 + (total - df + 0.5) / (df + 0.5))
}

/** What a later capability is given of what the best have learned, until it has been expected often enough itself. */
function fairStart(
  evidence: Evidence,
  candidates: readonly Candidate[],
  {
    needs,
    relevance,
    estimates,
  }: { needs: Float64Array; relevance: readonly number[]; estimates: readonly Estimate[] },
  now: number,
): Float64Array {
  const out = new Float64Array(candidates.length)
  const gathered = evidence.ledger.overall.get(0)[SELECTED] * reading(now)
  if (gathered <= 0 || candidates.length === 0) return out
  const best = [...candidates.keys()].sort((a, b) => relevance[b]! - relevance[a]!).slice(0, 3)
  const mean = best.reduce((sum, c) => sum + needs[c]!, 0) / best.length
  const top = relevance[best[0]!]!
  for (const [c, { bornAt }] of candidates.entries()) {
    if (relevance[c]! < top - FAIR_GAP || mean <= needs[c]!) continue
    const late = Math.min(1, gatheredAtBirth(evidence, bornAt) / gathered)
    out[c] = ((mean - needs[c]!) * late * FAIR_UNTIL) / (estimates[c]!.expected + FAIR_UNTIL)
  }
  return out
}

/** The decayed sum of accepted weights when a capability came into the catalogue; 0 for the first catalogue. */
function gatheredAtBirth(evidence: Evidence, bornAt: number): number {
  const admission = evidence.admissions.find((a) => a.through >= bornAt)
  return admission === undefined ? 0 : admission.weight * reading(admission.at)
}

function wordsOf({ stems, idf }: Need, learned: Float32Array, c: number): string[] {
  const row = learned.subarray(c * stems.length, (c + 1) * stems.length)
  return [...stems.keys()]
    .filter((s) => row[s]! > 0)
    .sort((a, b) => (row[b]! * idf[b]!) / (row[b]! + K1) - (row[a]! * idf[a]!) / (row[a]! + K1) || a - b)
    .map((s) => stems[s]!)
}

export interface Slot {
  /** Index into the order of the result that takes the slot. */
  from: number
  /** Where it goes: index 1..3, that is position 2..4. */
  to: number
}

/**
 * The labelled exploration slot of one impression, or undefined when this impression has none: drawn with a generator seeded by its id,
 * for a result below position 4 that is nearly as relevant as the best but has hardly been shown (Thompson sampling over its rate).
 * @param order the candidates' weighed numbers in the order of the answer
 */
export function explorationSlot(
  order: readonly Pick<Weighed, 'relevance' | 'estimate'>[],
  impression: string,
): Slot | undefined {
  const random = generator(seedOf(impression))
  if (random() >= EXPLORE_SHARE || order.length < 5) return undefined
  const to = 1 + Math.floor(random() * 3)
  const top = order.reduce((best, one) => Math.max(best, one.relevance), Number.NEGATIVE_INFINITY)
  let from = -1
  let most = -1
  for (let i = 4; i < order.length; i++) {
    const { relevance, estimate: e } = order[i]!
    if (e.expected >= EXPLORE_BELOW || relevance < top - EXPLORE_GAP) continue
    const draw = gamma(random, e.rate * 3 + 0.01) / (e.expected + 3)
    if (draw > most) {
      most = draw
      from = i
    }
  }
  return from < 0 ? undefined : { from, to }
}
