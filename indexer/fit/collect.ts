import type { TokenTable } from '../../src/core/embedding.js'
import { documentOf } from '../../src/core/indexed-text.js'
import type { RelevanceWeights } from '../../src/core/relevance/weights.js'
import { readCatalogue } from '../sources/catalogue.js'
import type { NoMatchSet } from './confidence.js'
import { Exam, type ExamEmbedder } from './exam.js'
import type { FitSet } from './fit.js'
import { noMatchRows } from './no-match.js'
import type { JudgedDocument, QuerySet } from './query-set.js'
import { collectSamples } from './samples.js'

/** Distractors a set is crowded with. */
const CROWD = 4500
const OTHER_QUERIES = 40
/** Which halves leave when confidence is fitted; seed 1 is left to the public test. */
const SEEDS = [2, 3]

export interface Fitting {
  embedder: ExamEmbedder
  table: TokenTable
  weights: RelevanceWeights
  /** Queries a set, at most. */
  limit: number
}

/** Every set alone and among distractors, another slice of the crowd for each set. */
export async function fitSets(
  sets: readonly QuerySet[],
  crowd: readonly JudgedDocument[],
  fitting: Fitting,
): Promise<FitSet[]> {
  const { embedder, table, weights, limit } = fitting
  const collected: FitSet[] = []
  for (const [i, set] of sets.entries()) {
    const alone = await Exam.over(set.documents, embedder, table, weights)
    const crowded = await Exam.over([...set.documents, ...sliceOf(crowd, i, sets.length)], embedder, table, weights)
    collected.push({
      name: set.name,
      alone: await collectSamples(alone, set, limit),
      crowded: await collectSamples(crowded, set, limit),
    })
  }
  return collected
}

/** Every set with half of its capabilities gone, once a seed; the other sets' queries are the other domains. */
export async function noMatchSets(sets: readonly QuerySet[], fitting: Fitting): Promise<NoMatchSet[]> {
  const { embedder, table, weights, limit } = fitting
  const collected: NoMatchSet[] = []
  for (const set of sets) {
    const others = sets.filter((other) => other !== set)
    const rows = []
    for (const seed of SEEDS) {
      const options = { seed, limit, otherLimit: seed === SEEDS[0] ? OTHER_QUERIES : 0 }
      rows.push(...(await noMatchRows(set, others, embedder, table, weights, options)))
    }
    collected.push({ name: set.name, rows })
  }
  return collected
}

/** The capabilities of catalogue files as documents that no query is judged against. Faulty records are left out. */
export async function readCrowd(paths: readonly string[]): Promise<JudgedDocument[]> {
  const crowd: JudgedDocument[] = []
  for await (const entry of readCatalogue(paths)) {
    if (!('record' in entry)) continue
    const { record } = entry
    for (const [i, capability] of record.capabilities.entries()) {
      const { label: _, ...document } = documentOf(0, capability, record)
      crowd.push({ ...document, id: `crowd:${record.slug}:${i}` })
    }
  }
  return crowd
}

/** Every n-th document from the `at`-th on, at most `CROWD`: slices of different sets share nothing. */
function sliceOf(crowd: readonly JudgedDocument[], at: number, sets: number): JudgedDocument[] {
  const step = Math.max(sets, Math.floor(crowd.length / CROWD))
  return crowd.filter((_, i) => i % step === at).slice(0, CROWD)
}
