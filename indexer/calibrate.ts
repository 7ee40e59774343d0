import type { Hits } from '../src/core/document.js'
import type { Embedder } from '../src/core/embedding.js'
import type { SearchIndex } from '../src/index/search-index.js'

/** Candidates a retriever, as in a search. */
const DEPTH = 150

/**
 * Asks the new index what it does not have: pseudo-queries made of a capability's words, answered without that capability. How well the
 * best answer does there is what "nothing here does that" is measured against (RelevanceIndex.calibrate).
 */
export async function calibrateIndex(index: SearchIndex, embedder: Embedder): Promise<void> {
  const { relevance, semantic } = index
  embedder.setIdf?.(relevance.pieceIdf())
  const best: number[] = []
  for (const { label, text } of relevance.pseudoQueries()) {
    const query = relevance.analyze(text)
    const [vector, ...clauses] = await embedder.embed([text, ...query.clauses], 'query')
    const { ranked, r } = relevance.rank(query, {
      semantic: without(semantic.search(vector!, DEPTH), label),
      keyword: without(relevance.keyword(query, DEPTH), label),
      cosines: (which, labels) => semantic.cosines(which === 'query' ? vector! : clauses[which]!, labels),
      mode: 'hybrid',
    })
    if (ranked.length > 0) best.push(r)
  }
  relevance.calibrate(best)
}

function without({ labels, scores }: Hits, label: number): Hits {
  const at = labels.indexOf(label)
  return at < 0
    ? { labels, scores }
    : { labels: labels.filter((_, i) => i !== at), scores: scores.filter((_, i) => i !== at) }
}
