import { fnv1aOfBytes, spread } from '../../src/core/fnv.js'
import { capabilityText } from '../../src/core/indexed-text.js'
import { meanOf } from '../../src/core/metrics.js'
import { quantize, StaticModel } from '../../src/embed/static.js'
import { type OptimiseOptions, optimise, type TableState } from './optimise.js'
import { encodePairs } from './pair-set.js'
import type { Pair } from './pairs.js'
import { RequestWords } from './request-words.js'
import { type SemanticExam, semanticNdcg } from './semantic-exam.js'
import { floatTable } from './train.js'

export interface TuneDocument {
  id: string
  name: string
  description: string
  unique?: string
  intents?: readonly string[]
}

/** A need and a capability that was chosen for it; the weight is what evidence makes of it. */
export interface RecordedNeed {
  query: string
  capability: string
  weight: number
}

export interface TuneInput {
  documents: readonly TuneDocument[]
  needs: readonly RecordedNeed[]
  /** What must not get worse. */
  exams: readonly SemanticExam[]
}

export interface TuneOptions {
  seed: number
  workers: number
  signal?: AbortSignal
  onProgress?: OptimiseOptions['onProgress']
}

export interface TuneReport {
  /** Pairs out of the catalogue, and needs trained on and held out. */
  pairs: { catalogue: number; needs: number; heldOut: number }
  /** Mean semantic nDCG@10. */
  heldOut: { before: number; after: number }
  exams: { name: string; before: number; after: number }[]
  /** How far towards the tuned table the result goes; 0 = it was not worth it. */
  share: number
  /** How much words that recorded needs use for every capability lose in queries: the power of `RequestWords`. */
  requestPower: number
  /** Why nothing is published, in words. */
  refused?: string
}

/** Share of the needs (by their words) that is only measured, and how many it takes to say anything. */
const HELD_SHARE = 0.2
const HELD_MINIMUM = 20
/** Of 100 drawn pairs, so many are needs when there are both. */
const NEED_SHARE = 0.75
/** Passes over the pairs; a need counts at most so much. */
const EPOCHS = 45
const HIGHEST_WEIGHT = 3
const RECIPE = {
  temperature: 0.06,
  learningRate: 7e-4,
  warmup: 20,
  hardNegatives: 0,
  matryoshka: undefined,
  sourcesApart: true,
}
/** Shares of the way from the old table to the tuned one that are tried (weight averaging: Wortsman et al. 2022). */
const SHARES = [1, 0.5, 0.25]
/**
 * Powers of the weights of requests' words, the strongest first. They cost held-out needs a little (.003), which mostly ask for
 * capabilities that were learned, and give needs for others more than the rows do: data/model/MODEL.md.
 */
const POWERS = [0.35, 0.2, 0]
/** An exam may fall by so much. */
export const EXAM_TOLERANCE = 0.005

/**
 * Continues training an installed model with pairs of the owner's catalogue and with recorded needs, and keeps as much of
 * the change as makes unseen needs better without making an exam worse.
 * @returns the better model, or undefined with the reason in the report
 */
export async function tune(
  base: StaticModel,
  input: TuneInput,
  options: TuneOptions,
): Promise<{ model: StaticModel | undefined; state: TableState; report: TuneReport }> {
  const texts = new Map(input.documents.map((document) => [document.id, capabilityText(document)]))
  const usable = input.needs.filter((need) => need.weight > 0 && texts.has(need.capability))
  const held = usable.filter((need) => isHeld(need.query))
  const learned = usable.filter((need) => !isHeld(need.query))
  const catalogue = input.documents.flatMap((document) => cataloguePairs(document, texts.get(document.id)!))
  const exams = [heldExam(input.documents, held), ...input.exams]
  const before = exams.map((exam) => meanOf(semanticNdcg(base, exam)))
  const report: TuneReport = {
    pairs: { catalogue: catalogue.length, needs: learned.length, heldOut: held.length },
    heldOut: { before: before[0]!, after: before[0]! },
    exams: input.exams.map(({ name }, i) => ({ name, before: before[i + 1]!, after: before[i + 1]! })),
    share: 0,
    requestPower: 0,
  }
  const state: TableState = { ...floatTable(base), moments: undefined }
  if (held.length < HELD_MINIMUM) {
    const refused = `Only ${held.length} recorded needs could be held out to measure on; ${HELD_MINIMUM} are needed.`
    return { model: undefined, state, report: { ...report, refused } }
  }
  const original = state.rows.slice()
  await run(state, base, balanced(catalogue, needPairs(learned, texts)), options)
  const tuned = state.rows.slice()
  const mix = (share: number) => {
    for (let i = 0; i < tuned.length; i++) state.rows[i] = original[i]! + share * (tuned[i]! - original[i]!)
  }
  const requests = requestWords(base, learned)
  const candidate = (requestPower: number, share: number): Candidate => {
    mix(share)
    const model = rounded(base, state, requests.weights(base.size, requestPower))
    return { model, share, requestPower, after: exams.map((exam) => meanOf(semanticNdcg(model, exam))) }
  }
  const best = choose(candidate, before)
  if (!best) return { model: undefined, state, report: { ...report, refused: REFUSED } }
  mix(best.share)
  report.share = best.share
  report.requestPower = best.requestPower
  report.heldOut.after = best.after[0]!
  for (const [i, exam] of report.exams.entries()) exam.after = best.after[i + 1]!
  return { model: best.model, state, report }
}

const REFUSED = `No part of the change made the held-out needs better without an exam falling by more than ${EXAM_TOLERANCE}.`

interface Candidate {
  model: StaticModel
  share: number
  requestPower: number
  after: number[]
}

/** With the strongest weights of requests' words at which some share makes held-out needs better and leaves the exams alone: the best share. */
function choose(
  candidateOf: (requestPower: number, share: number) => Candidate,
  before: readonly number[],
): Candidate | undefined {
  for (const requestPower of POWERS) {
    let best: Candidate | undefined
    for (const share of SHARES) {
      const candidate = candidateOf(requestPower, share)
      const [needs, ...exams] = candidate.after
      const harmless = exams.every((ndcg, i) => ndcg >= before[i + 1]! - EXAM_TOLERANCE)
      if (harmless && needs! > (best?.after[0] ?? before[0]!)) best = candidate
    }
    if (best) return best
  }
  return undefined
}

function requestWords(base: StaticModel, needs: readonly RecordedNeed[]): RequestWords {
  const requests = new RequestWords()
  for (const { query, capability } of needs) requests.add(capability, base.pieces(query))
  return requests
}

async function run(state: TableState, base: StaticModel, pairs: readonly Pair[], options: TuneOptions): Promise<void> {
  const encoded = await encodePairs(pairs, base.tokenizer)
  const batch = Math.min(512, Math.max(32, Math.floor(encoded.count / 64) * 32))
  const steps = Math.min(3000, Math.max(30, Math.ceil((EPOCHS * encoded.count) / batch)))
  const pool = Int32Array.from({ length: encoded.count }, (_, i) => i)
  const schedule = { from: 1, to: steps, randomState: undefined, checkpointEvery: Number.POSITIVE_INFINITY }
  await optimise(state, encoded, pool, { ...RECIPE, ...schedule, ...options, batch })
}

/** The table as it will be stored: rounded to int8, the base's weights of pieces in queries times those of the needs. */
function rounded(base: StaticModel, state: TableState, weights: Float32Array | undefined): StaticModel {
  const table = quantize(state.rows, state.dims, new Float32Array(state.size).fill(1))
  const queryWeights = weights?.map((weight, piece) => weight * (base.queryWeights?.[piece] ?? 1))
  return new StaticModel({ ...table, queryWeights }, base.tokenizer)
}

function cataloguePairs({ name, description, unique, intents }: TuneDocument, text: string): Pair[] {
  const pair = (anchor: string, positive: string): Pair => ({ source: 'catalogue', anchor, positive, weight: 1 })
  return [
    pair(name, description),
    ...(unique ? [pair(unique, text)] : []),
    ...(intents ?? []).map((intent) => pair(intent, text)),
  ]
}

function needPairs(needs: readonly RecordedNeed[], texts: ReadonlyMap<string, string>): Pair[] {
  return needs.map(({ query, capability, weight }) => ({
    source: 'needs',
    anchor: query,
    positive: texts.get(capability)!,
    weight: Math.min(weight, HIGHEST_WEIGHT),
  }))
}

/** Both lists, weighted so that needs are drawn `NEED_SHARE` of the time. */
function balanced(catalogue: readonly Pair[], needs: readonly Pair[]): Pair[] {
  const total = (pairs: readonly Pair[]) => pairs.reduce((sum, pair) => sum + pair.weight, 0)
  const factor = needs.length === 0 ? 1 : ((NEED_SHARE / (1 - NEED_SHARE)) * total(catalogue)) / total(needs)
  return [...catalogue, ...needs.map((pair) => ({ ...pair, weight: pair.weight * factor }))]
}

function heldExam(documents: readonly TuneDocument[], held: readonly RecordedNeed[]): SemanticExam {
  const judgements = new Map<string, Map<string, number>>()
  for (const { query, capability } of held) {
    const relevance = judgements.get(query) ?? new Map<string, number>()
    judgements.set(query, relevance.set(capability, 1))
  }
  const queries = [...judgements.keys()].map((text) => ({ id: text, text }))
  return { name: 'held-out needs', documents, queries, judgements }
}

/** By the words of the need (FNV-1a), so that one need is never on both sides, whoever asked it and whenever. */
function isHeld(query: string): boolean {
  const hash = spread(fnv1aOfBytes(new TextEncoder().encode(query.trim().toLowerCase())))
  return (Math.imul(hash, 0x2c1b3c6d) >>> 0) / 2 ** 32 < HELD_SHARE
}
