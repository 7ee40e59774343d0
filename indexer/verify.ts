import { AppError } from '../src/core/errors.js'
import type { SearchIndex } from '../src/index/search-index.js'
import type { IndexOptions, Verification } from './context.js'

const SAMPLE = 100
const K = 10
/** An index below this recall is broken, not unlucky: ours measure .99 and more. */
const LEAST_RECALL = 0.9

/**
 * Asks the index for the neighbours of a sample of capabilities and compares with an exact scan.
 * @throws AppError `internal` when recall@10 is below .9
 */
export function verifyIndex({ semantic }: SearchIndex, { onProgress }: IndexOptions): Verification {
  const labels = [...semantic.labels()]
  const step = Math.max(1, Math.floor(labels.length / SAMPLE))
  const sample = labels.filter((_, i) => i % step === 0).slice(0, SAMPLE)
  let recall = 0
  let lost = 0
  sample.forEach((label, i) => {
    const query = semantic.vector(label)!
    const exact = semantic.exact(query, K)
    const found = new Set(semantic.search(query, K).labels)
    // equals of the tenth are as right as the tenth
    const floor = exact.scores.at(-1)!
    const right = exact.labels.filter((one) => found.has(one)).length
    const ties = semantic.cosines(query, Uint32Array.from(found)).filter((score) => score >= floor - 1e-6).length
    recall += Math.max(right, ties) / exact.labels.length
    if (!found.has(label) && semantic.cosines(query, Uint32Array.of(label))[0]! > floor + 1e-6) lost++
    onProgress?.({ step: 'verify', done: i + 1, total: sample.length })
  })
  const result = { sampled: sample.length, recall: sample.length === 0 ? 1 : recall / sample.length, lost }
  if (result.recall < LEAST_RECALL) {
    throw new AppError(
      'internal',
      `The new index finds only ${(result.recall * 100).toFixed(1)} % of the exact neighbours. Run "matchgraph index --full".`,
    )
  }
  return result
}
