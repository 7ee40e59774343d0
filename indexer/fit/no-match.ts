import type { TokenTable } from '../../src/core/embedding.js'
import type { ConfidenceSignals } from '../../src/core/relevance/confidence.js'
import type { RelevanceWeights } from '../../src/core/relevance/weights.js'
import { Exam, type ExamEmbedder } from './exam.js'
import type { QuerySet } from './query-set.js'
import { evenly } from './samples.js'

/** there: a right capability stayed; gone: all right ones were taken away; other: a request of another domain. */
export type Group = 'there' | 'gone' | 'other'

/** One question to a catalogue that lost half of its capabilities. */
export interface NoMatchRow {
  group: Group
  signals: ConfidenceSignals
  /** The top result is right. */
  right: boolean
  present: number
  /** Of the first ten: logit of the confidence, how far below the top in relevance, whether right. */
  list: { confidence: number; below: number; right: boolean }[]
}

export interface NoMatchOptions {
  /** Which half leaves. */
  seed: number
  limit: number
  otherLimit: number
}

/** Which capabilities leave: FNV-1a over the id, so that every run with the same seed takes the same half. */
export function leaves(id: string, seed: number): boolean {
  let hash = (2166136261 ^ seed) >>> 0
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619) >>> 0
  return hash % 16 < 8
}

/** The protocol of the public no-match test, in process; the catalogue is calibrated with its pseudo-queries first, as when it is published. */
export async function noMatchRows(
  set: QuerySet,
  others: readonly QuerySet[],
  embedder: ExamEmbedder,
  table: TokenTable,
  weights: RelevanceWeights,
  { seed, limit, otherLimit }: NoMatchOptions,
): Promise<NoMatchRow[]> {
  const documents = set.documents.filter(({ id }) => !leaves(id, seed))
  const stayed = new Set(documents.map(({ id }) => id))
  const exam = await Exam.over(documents, embedder, table, weights)
  await exam.calibrate()
  const rows: NoMatchRow[] = []
  const ask = async (text: string, group: Group, relevance: ReadonlyMap<string, number>) => {
    const { ranked, present, signals } = await exam.ask(text)
    if (signals === undefined) return
    const list = ranked.slice(0, 10).map(({ label, rel, relevance: score }) => ({
      confidence: rel,
      below: ranked[0]!.relevance - score,
      right: (relevance.get(documents[label]!.id) ?? 0) > 0,
    }))
    rows.push({ group, signals, right: list[0]!.right, present, list })
  }
  for (const query of set.queries.slice(0, limit)) {
    const relevance = set.judgements.get(query.id) ?? new Map<string, number>()
    await ask(query.text, [...relevance.keys()].some((id) => stayed.has(id)) ? 'there' : 'gone', relevance)
  }
  for (const other of others) {
    for (const query of evenly(other.queries, otherLimit)) await ask(query.text, 'other', new Map())
  }
  return rows
}
