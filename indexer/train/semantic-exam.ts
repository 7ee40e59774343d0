import { capabilityText } from '../../src/core/indexed-text.js'
import { queryMetrics } from '../../src/core/metrics.js'
import type { StaticModel } from '../../src/embed/static.js'
import { queryFactor } from '../../src/embed/static-embedder.js'
import { pieceIdf } from '../../src/index/rerank.js'

/** Questions on a catalogue, with the capabilities that serve them. */
export interface SemanticExam {
  name: string
  documents: readonly { id: string; name: string; description: string }[]
  queries: readonly { id: string; text: string }[]
  /** Query id → capability id → relevance. */
  judgements: ReadonlyMap<string, ReadonlyMap<string, number>>
}

/** nDCG@10 of each query with an answer, by cosine alone: what a model is worth without the words. */
export function semanticNdcg(model: StaticModel, exam: SemanticExam): number[] {
  const { documents, judgements } = exam
  const pieces = documents.map((document) => model.pieces(capabilityText(document)))
  const factor = queryFactor(model, idfOf(pieces, model.size))
  const vectors = pieces.map((ids) => model.embedPieces(ids))
  return exam.queries.flatMap(({ id, text }) => {
    const relevance = judgements.get(id)
    if (!relevance || relevance.size === 0) return []
    const query = model.embedOne(text, factor)
    const scores = vectors.map((vector, i) => ({ id: documents[i]!.id, score: dot(query, vector) }))
    scores.sort((a, b) => b.score - a.score)
    return [
      queryMetrics(
        scores.slice(0, 10).map((one) => one.id),
        relevance,
      ).ndcg,
    ]
  })
}

function idfOf(pieces: readonly (readonly number[])[], size: number): Float32Array {
  const starts = new Uint32Array(pieces.length + 1)
  for (const [i, ids] of pieces.entries()) starts[i + 1] = starts[i]! + ids.length
  return pieceIdf(Uint32Array.from(pieces.flat()), starts, size)
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
