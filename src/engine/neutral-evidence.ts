import type { EvidenceSummary } from '../core/api/search.js'
import type { EvidenceHook } from './evidence-hook.js'

/** What is told of a result that no evidence weighed. */
export const unweighed = (timesMatched: number): EvidenceSummary => ({
  timesMatched,
  selections: 0,
  expected: 0,
  succeeded: 0,
  failed: 0,
  lift: 1,
  interval: [1, 1],
})

/** Relevance alone: what a catalogue without a match log is searched with. */
export const neutralEvidence: EvidenceHook = {
  candidates: () => [],
  order: (_live, _question, ranked) =>
    ranked.map((one) => ({ ranked: one, score: one.confidence, summary: unweighed(0), exploration: false })),
  shown: (_question, ids) => ids.map(() => ''),
  rank: () => undefined,
}
