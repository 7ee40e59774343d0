import fs from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type IndexDocument, LabelSet } from '../../../src/core/document.js'
import { bm25Idf, FIELDS } from '../../../src/core/relevance/bm25.js'
import { parseRelevanceWeights, type RelevanceWeights } from '../../../src/core/relevance/weights.js'
import { isStopWord, joinedIdentifier, stemOf, wordsOf } from '../../../src/core/text/words.js'
import { RelevanceIndex } from '../../../src/index/relevance-index.js'
import { anyDocuments, anyQuery, wordTable } from './documents.js'

const weights = parseRelevanceWeights(fs.readFileSync('data/relevance.json', 'utf8'))
weights.bm25.fields.toolDescription = 0.2
const table = wordTable()

/** Each field as entries of words, as the index is said to read it. */
function entriesOf(document: IndexDocument): string[][][] {
  const content = (text: string) => wordsOf(text).filter((word) => !isStopWord(word))
  const joined = joinedIdentifier(document.name)
  return [
    joined === undefined ? [wordsOf(document.name)] : [wordsOf(document.name), [joined]],
    [content(document.description)],
    document.intents.map(content),
    document.tags.map(wordsOf),
    [wordsOf(document.toolName)],
    [content(document.toolDescription)],
  ]
}

const pairsOf = (stems: string[]) => stems.slice(1).map((stem, i) => `${stems[i]} ${stem}`)

/** BM25F as its formula reads, document by document, without any index. */
function naiveScores(documents: IndexDocument[], query: string, { bm25 }: RelevanceWeights): Map<number, number> {
  const all = documents.map(entriesOf)
  const length = (field: string[][]) => field.flat().length + Math.max(0, field.length - 1)
  const averages = FIELDS.map((_, f) => {
    const lengths = all.map((fields) => length(fields[f]!)).filter((n) => n > 0)
    return lengths.reduce((a, b) => a + b, 0) / Math.max(1, lengths.length)
  })
  const frequencies = all.map((fields) => {
    const tf = new Map<string, number>()
    for (const [f, entries] of fields.entries()) {
      const share = (b: number) => bm25.fields[FIELDS[f]!] / (1 - b + (b * length(entries)) / averages[f]!)
      for (const words of entries) {
        for (const word of words) tf.set(stemOf(word), (tf.get(stemOf(word)) ?? 0) + share(bm25.b))
        const content = words.filter((word) => !isStopWord(word)).map(stemOf)
        for (const pair of pairsOf(content)) tf.set(pair, (tf.get(pair) ?? 0) + share(bm25.pairB))
      }
    }
    return tf
  })
  const words = wordsOf(query)
  const content = words.filter((word) => !isStopWord(word))
  const stems = (content.length > 0 ? content : words).map(stemOf)
  const scores = new Map<number, number>()
  for (const term of new Set([...stems, ...pairsOf(stems)])) {
    const df = frequencies.filter((tf) => (tf.get(term) ?? 0) > 0).length
    const weight = bm25Idf(documents.length, df) * (term.includes(' ') ? bm25.pair : 1)
    for (const [i, tf] of frequencies.entries()) {
      const f = tf.get(term) ?? 0
      if (f > 0) {
        const label = documents[i]!.label
        scores.set(label, (scores.get(label) ?? 0) + (weight * f * (bm25.k1 + 1)) / (f + bm25.k1))
      }
    }
  }
  return scores
}

function indexOf(documents: IndexDocument[]): RelevanceIndex {
  const index = new RelevanceIndex(table, weights)
  index.add(documents)
  return index
}

describe('keyword hits', () => {
  it('are the best by the formula, in its order', () => {
    fc.assert(
      fc.property(anyDocuments(), anyQuery, fc.integer({ min: 1, max: 40 }), (documents, query, depth) => {
        const index = indexOf(documents)
        const hits = index.keyword(index.analyze(query), depth)
        const expected = naiveScores(documents, query, weights)
        const best = [...expected.values()].sort((a, b) => b - a)
        expect(hits.labels.length).toBe(Math.min(depth, expected.size))
        for (const [i, label] of hits.labels.entries()) {
          expect(hits.scores[i]).toBeCloseTo(expected.get(label)!, 3)
          expect(hits.scores[i]).toBeCloseTo(best[i]!, 3)
        }
      }),
      { seed: 4, numRuns: 300 },
    )
  })

  it('stop early without losing anyone, over a thousand documents', () => {
    const documents = fc.sample(anyDocuments(30), { seed: 5, numRuns: 150 }).flat()
    const numbered = documents.map((document, label) => ({ ...document, label }))
    expect(numbered.length).toBeGreaterThan(500)
    const index = indexOf(numbered)
    for (const query of fc.sample(anyQuery, { seed: 6, numRuns: 15 })) {
      const expected = [...naiveScores(numbered, query, weights).values()].sort((a, b) => b - a)
      const { scores } = index.keyword(index.analyze(query), 10)
      for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(expected[i]!, 3)
    }
  })

  it('respect the filter and the removed, and stand by label when equal', () => {
    fc.assert(
      fc.property(anyDocuments(), anyQuery, fc.func(fc.boolean()), (documents, query, keep) => {
        const index = indexOf(documents)
        const labels = documents.map(({ label }) => label)
        const removed = labels.filter((label) => label % 5 === 0)
        index.remove(removed)
        const allowed = new LabelSet(labels.filter(keep), labels.at(-1)!)
        const hits = index.keyword(index.analyze(query), 100, allowed)
        for (const [i, label] of hits.labels.entries()) {
          expect(allowed.has(label)).toBe(true)
          expect(removed).not.toContain(label)
          if (i > 0 && hits.scores[i] === hits.scores[i - 1]) expect(label).toBeGreaterThan(hits.labels[i - 1]!)
        }
        const eligible = [...naiveScores(documents, query, weights).keys()].filter(
          (label) => allowed.has(label) && !removed.includes(label),
        )
        expect(hits.labels.length).toBe(eligible.length)
      }),
      { seed: 7 },
    )
  })
})

describe('term frequencies', () => {
  it('are those of the formula before saturation', () => {
    const documents: IndexDocument[] = [
      {
        label: 1,
        name: 'weather forecast',
        description: 'weather by city',
        intents: [],
        tags: [],
        toolName: 'x',
        toolDescription: '',
      },
      {
        label: 2,
        name: 'resize image',
        description: 'image sizes',
        intents: [],
        tags: [],
        toolName: 'x',
        toolDescription: '',
      },
    ]
    const index = indexOf(documents)
    const { stems } = index.analyze('weather of images')
    expect(stems).toEqual(['weather', 'imag'])
    const tf = index.termFrequencies(stems, Uint32Array.of(2, 1, 9))
    const [name, description] = [2 / (1 - 0.6 + 0.6), 1]
    expect(tf[0]).toBe(0)
    expect(tf[1]).toBeCloseTo(name + description, 2)
    expect(tf[2]).toBeCloseTo(name + description, 2)
    expect([...tf.slice(3)]).toEqual([0, 0, 0])
    expect(index.stemIdf(stems)[0]).toBeCloseTo(bm25Idf(2, 1), 6)
  })
})
