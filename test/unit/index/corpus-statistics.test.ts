import fs from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { IndexDocument } from '../../../src/core/document.js'
import type { TokenTable } from '../../../src/core/embedding.js'
import { parseRelevanceWeights } from '../../../src/core/relevance/weights.js'
import { loadTokenTable } from '../../../src/embed/load.js'
import { CorpusCounter, packCorpus, unpackCorpus } from '../../../src/index/corpus-statistics.js'
import { RelevanceIndex } from '../../../src/index/relevance-index.js'

const weights = parseRelevanceWeights(fs.readFileSync('data/relevance.json', 'utf8'))
const WORDS = 'read write send parse table image audio report mail invoice convert translate the of a to'.split(' ')
let state = 5
const word = (): string => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return WORDS[state % WORDS.length]!
}
const text = (n: number) => Array.from({ length: n }, word).join(' ')
const documents: IndexDocument[] = Array.from({ length: 60 }, (_, i) => ({
  label: i + 1,
  name: text(3),
  description: text(12),
  intents: i % 2 === 0 ? [text(4), text(5)] : [],
  tags: [text(1)],
  toolName: text(2),
  toolDescription: text(9),
}))
let table: TokenTable
beforeAll(async () => {
  table = await loadTokenTable()
})

describe('statistics of a catalogue', () => {
  it('score a few candidates as if all the others were there', () => {
    const whole = new RelevanceIndex(table, weights)
    whole.add(documents)
    const counter = new CorpusCounter(table, weights.bm25.fields)
    for (const document of documents) counter.add(document)
    const corpus = unpackCorpus(packCorpus(counter.finish()))
    expect([...corpus.pieceIdf]).toEqual([...whole.pieceIdf()])
    for (const q of [
      'send an invoice by mail',
      'translate audio reports, then parse tables of images',
      'unheard of words',
    ]) {
      const query = whole.analyze(q)
      const all = whole.keyword(query, 60)
      const keyword = { labels: all.labels.slice(0, 20), scores: all.scores.slice(0, 20) }
      const none = { labels: new Uint32Array(0), scores: new Float32Array(0) }
      const cosines = (_: unknown, labels: Uint32Array) => new Float32Array(labels.length)
      const expected = whole.rank(query, { semantic: none, keyword, cosines, mode: 'hybrid' })
      const few = new RelevanceIndex(table, weights, corpus)
      few.know(q)
      few.add(documents.filter(({ label }) => keyword.labels.includes(label)))
      const again = few.analyze(q)
      expect([...few.stemIdf(again.stems)]).toEqual([...whole.stemIdf(query.stems)])
      const found = few.keyword(again, 20)
      expect([...found.labels].sort()).toEqual([...keyword.labels].sort())
      const ranking = few.rank(again, { semantic: none, keyword: found, cosines, mode: 'hybrid' })
      expect(ranking.ranked.map(({ label }) => label)).toEqual(expected.ranked.map(({ label }) => label))
      for (const [i, { relevance }] of ranking.ranked.entries()) {
        // a clause is held against the best of these candidates for it, not of the whole catalogue
        expect(relevance).toBeCloseTo(expected.ranked[i]!.relevance, 2)
      }
      expect(ranking.r).toBeCloseTo(expected.r, 2)
    }
  })
})
