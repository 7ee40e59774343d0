import { EXPECTED, SELECTED } from './counters.js'
import { reading } from './decay.js'
import { EDGE_PRIOR, ESTIMATE_SIZE, type Estimate, estimateAll, estimateAt } from './estimate.js'
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
/** Fair start: how close to the best relevance a newcomer must be, and how much better than known it is hoped to be (see `fairStart`). */
const FAIR_GAP = 2
const FAIR_HOPE = 0.8
/** The exploration slot: how often, and for what has been expected less than this. */
const EXPLORE_SHARE = 0.15
const EXPLORE_BELOW = 4

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

/** The candidates of one need, a column a property. */
export interface Candidates {
  /** Index in the evidence (`ledger.find`); -1 when it has none. */
  cap: Int32Array
  /** Index of its tool in the evidence; -1 when it has none. */
  tool: Int32Array
  /** Relevance in log-odds. */
  rel: Float64Array
  /** When a capability first entered the catalogue, ms; asked for few of them. */
  bornAt(candidate: number): number
  /** The text's BM25F term frequencies, row-major `candidates × stems`; asked for when learned needs play a part. */
  tf(): Float32Array
}

/** What evidence made of one candidate. */
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
  /** Stems of the need that the capability is found by because it served them, strongest first. */
  words: string[]
}

/** What evidence makes of the candidates of one need, in the order given: what the order takes as columns, the rest for those that are shown. */
export class Weighing {
  readonly score: Float64Array
  readonly relevance: Float64Array
  private readonly estimates: Float64Array
  private readonly needs: Float64Array
  private readonly fair: Float64Array
  private readonly need: Need
  private readonly learned: Float32Array

  constructor(evidence: Evidence, need: Need, candidates: Candidates, now: number) {
    const { rel } = candidates
    const factor = reading(now)
    const ascending = ascendingOf(candidates.cap)
    const estimates = estimatesOf(evidence, need, candidates, ascending, factor)
    const { needs, learned } = learnedNeeds(evidence, need, candidates, ascending, factor)
    const top = highest(rel)
    const unit = RELEVANCE_UNIT / need.scale.slope
    const relevance = new Float64Array(rel.length)
    for (let c = 0; c < rel.length; c++) relevance[c] = top + unit * (rel[c]! - top)
    const fair = fairStart(evidence, candidates, { needs, relevance, estimates }, now)
    this.score = new Float64Array(rel.length)
    for (let c = 0; c < rel.length; c++) {
      this.score[c] = relevance[c]! + bounded(estimates[c * ESTIMATE_SIZE + LIFT]! + (needs[c]! + fair[c]!))
    }
    this.need = need
    this.relevance = relevance
    this.estimates = estimates
    this.needs = needs
    this.fair = fair
    this.learned = learned
  }

  /** How often one was expected to be chosen, and how often it was for each expectation. */
  shown(c: number): { rate: number; expected: number } {
    return { rate: this.estimates[c * ESTIMATE_SIZE]!, expected: this.estimates[c * ESTIMATE_SIZE + EXPECTATION]! }
  }

  /** Everything about one candidate. */
  of(c: number): Weighed {
    return {
      score: this.score[c]!,
      relevance: this.relevance[c]!,
      estimate: estimateAt(this.estimates, c),
      need: this.needs[c]! + this.fair[c]!,
      fairStart: this.fair[c]!,
      words: wordsOf(this.need, this.learned, c),
    }
  }
}

/** Of an estimate in its block: the expectations and the lift. */
const EXPECTATION = 4
const LIFT = 8

const bounded = (x: number): number => BOUND * Math.tanh(x / BOUND)

function highest(values: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) if (values[i]! > most) most = values[i]!
  return most
}

/** The candidates that have evidence, ascending by where it stands: what is looked up for all of them is walked in this order. */
interface Ascending {
  caps: Int32Array
  /** The candidate of each. */
  numbers: Int32Array
}

function ascendingOf(cap: Int32Array): Ascending {
  // capability and candidate in one number, so that they sort as numbers
  const keys = new Float64Array(cap.length)
  let known = 0
  for (let c = 0; c < cap.length; c++) if (cap[c]! >= 0) keys[known++] = cap[c]! * cap.length + c
  keys.subarray(0, known).sort()
  const caps = new Int32Array(known)
  const numbers = new Int32Array(known)
  for (let i = 0; i < known; i++) {
    caps[i] = keys[i]! / cap.length
    numbers[i] = keys[i]! - caps[i]! * cap.length
  }
  return { caps, numbers }
}

function estimatesOf(
  { ledger, cells }: Evidence,
  { vector }: Need,
  { cap, tool }: Candidates,
  { caps, numbers }: Ascending,
  factor: number,
): Float64Array {
  const lenders = vector === undefined ? [] : cells.lenders(vector)
  const familiar = Math.min(1, lenders.reduce((sum, { weight }) => sum + weight, 0) / FAMILIAR)
  const lent = new Float64Array(cap.length * 4)
  for (const { slot, weight } of lenders) ledger.edgesOf(slot)?.lend(caps, numbers, weight * factor, lent)
  const { overall, tools, capabilities } = ledger
  const columns = { overall: overall.values, tools: tools.values, tool, capabilities: capabilities.values, cap, lent }
  const estimates = estimateAll(columns, factor)
  for (let at = LIFT; at < estimates.length; at += ESTIMATE_SIZE) estimates[at]! *= familiar
  return estimates
}

/** BM25 with the learned field minus BM25 without it, each relative to its best. */
function learnedNeeds(
  evidence: Evidence,
  need: Need,
  candidates: Candidates,
  { caps, numbers }: Ascending,
  factor: number,
): { needs: Float64Array; learned: Float32Array } {
  const { stems, idf, total } = need
  const { cap } = candidates
  const needs = new Float64Array(cap.length)
  const learned = new Float32Array(cap.length * stems.length)
  if (!evidence.needs.frequencies(stems, caps, numbers, factor, learned)) return { needs, learned }
  const tf = candidates.tf()
  const rarity = stems.map((stem, s) => idfWith(idf[s]!, evidence.needs.frequency(stem), total))
  const before = new Float64Array(cap.length)
  const after = new Float64Array(cap.length)
  for (let c = 0; c < cap.length; c++) {
    for (let s = 0; s < stems.length; s++) {
      const text = tf[c * stems.length + s]!
      const both = text + learned[c * stems.length + s]!
      if (both === 0) continue
      before[c]! += (idf[s]! * text) / (text + K1)
      after[c]! += (rarity[s]! * both) / (both + K1)
    }
  }
  const topBefore = Math.max(0, highest(before)) || 1
  const topAfter = Math.max(0, highest(after)) || 1
  for (let c = 0; c < cap.length; c++) {
    const difference = after[c]! / topAfter - before[c]! / topBefore
    needs[c] = NEED_SHARE * RELEVANCE_UNIT * need.scale.keyword * difference
    // never shown is not evidence against
    if (difference < 0) {
      const expected = cap[c]! < 0 ? 0 : evidence.ledger.capabilities.values[cap[c]! * 4 + EXPECTED]! * factor
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

/**
 * What a later capability is given: what the best have learned and it has not, and hope, ln(1 + .8/√(ρ·(Ẽ+3))), which it loses as it is shown; both by
 * how much was known already when it came. Of six better tools that come late in the simulator, 5.2 reach the top three without hope and 5.9
 * with it, in half the sessions; see ARCHITECTURE.md.
 */
function fairStart(
  evidence: Evidence,
  candidates: Candidates,
  { needs, relevance, estimates }: { needs: Float64Array; relevance: Float64Array; estimates: Float64Array },
  now: number,
): Float64Array {
  const out = new Float64Array(needs.length)
  const gathered = evidence.ledger.overall.values[SELECTED]! * reading(now)
  // whatever came before anything was known needs no fair start: mostly that is everything
  const first = evidence.admissions.findIndex(({ weight }) => weight > 0)
  if (gathered <= 0 || needs.length === 0 || first < 0) return out
  const early = evidence.admissions[first - 1]?.through ?? Number.NEGATIVE_INFINITY
  const best = bestThree(relevance)
  const mean = best.reduce((sum, c) => sum + needs[c]!, 0) / best.length
  const top = relevance[best[0]!]!
  for (let c = 0; c < needs.length; c++) {
    if (relevance[c]! < top - FAIR_GAP) continue
    const bornAt = candidates.bornAt(c)
    if (bornAt <= early) continue
    const late = Math.min(1, gatheredAtBirth(evidence, bornAt) / gathered)
    const at = c * ESTIMATE_SIZE
    const hope = Math.log1p(FAIR_HOPE / Math.sqrt(estimates[at]! * (estimates[at + EXPECTATION]! + EDGE_PRIOR)))
    out[c] = late * (Math.max(0, mean - needs[c]!) + hope)
  }
  return out
}

/** The three most relevant, the first of equals first. */
function bestThree(relevance: Float64Array): number[] {
  const best: number[] = []
  for (let c = 0; c < relevance.length; c++) {
    let at = best.length
    while (at > 0 && relevance[best[at - 1]!]! < relevance[c]!) at--
    if (at === 3) continue
    best.splice(at, 0, c)
    if (best.length > 3) best.pop()
  }
  return best
}

/** The decayed sum of accepted weights when a capability came into the catalogue; 0 for the first catalogue. */
function gatheredAtBirth({ admissions }: Evidence, bornAt: number): number {
  let low = 0
  let high = admissions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (admissions[middle]!.through < bornAt) low = middle + 1
    else high = middle
  }
  const admission = admissions[low]
  return admission === undefined ? 0 : admission.weight * reading(admission.at)
}

function wordsOf({ stems, idf }: Need, learned: Float32Array, c: number): string[] {
  const row = learned.subarray(c * stems.length, (c + 1) * stems.length)
  return [...stems.keys()]
    .filter((s) => row[s]! > 0)
    .sort((a, b) => (row[b]! * idf[b]!) / (row[b]! + K1) - (row[a]! * idf[a]!) / (row[a]! + K1))
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
 * for a result below position 4 that is relevant enough to be shown but has hardly been (Thompson sampling over its rate).
 * @param order the candidates' numbers in the order of the answer
 * @param isNear whether a candidate is near enough to the best in relevance to be shown at all
 */
export function explorationSlot(
  order: ArrayLike<number>,
  weighing: Pick<Weighing, 'shown'>,
  impression: string,
  isNear: (candidate: number) => boolean,
): Slot | undefined {
  const random = generator(seedOf(impression))
  if (random() >= EXPLORE_SHARE || order.length < 5) return undefined
  const to = 1 + Math.floor(random() * 3)
  let from = -1
  let most = -1
  for (let i = 4; i < order.length; i++) {
    const { rate, expected } = weighing.shown(order[i]!)
    if (expected >= EXPLORE_BELOW || !isNear(order[i]!)) continue
    const draw = gamma(random, rate * 3 + 0.01) / (expected + 3)
    if (draw > most) {
      most = draw
      from = i
    }
  }
  return from < 0 ? undefined : { from, to }
}
