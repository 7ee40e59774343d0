import fs from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Hits, IndexDocument } from '../../../src/core/document.js'
import { parseRelevanceWeights } from '../../../src/core/relevance/weights.js'
import {
  isStopWord,
  joinedIdentifier,
  spacedName,
  splitCamelCase,
  stemOf,
  wordsOf,
} from '../../../src/core/text/words.js'
import { type Ranking, RelevanceIndex } from '../../../src/index/relevance-index.js'
import { anyDocuments, anyQuery, wordTable } from './documents.js'

const weights = parseRelevanceWeights(fs.readFileSync('data/relevance.json', 'utf8'))
const table = wordTable()

function indexOf(documents: IndexDocument[]): RelevanceIndex {
  const index = new RelevanceIndex(table, weights)
  index.add(documents)
  return index
}

/** A cosine that depends on label and vector only. */
const cosineOf = (vector: 'query' | number, label: number) =>
  ((label * 37 + (vector === 'query' ? 0 : vector + 1) * 11) % 100) / 100

function ranking(index: RelevanceIndex, query: string, documents: IndexDocument[], explain = false): Ranking {
  const analyzed = index.analyze(query)
  const labels = documents
    .map(({ label }) => label)
    .sort((a, b) => cosineOf('query', b) - cosineOf('query', a) || a - b)
  const semantic: Hits = {
    labels: Uint32Array.from(labels),
    scores: Float32Array.from(labels, (label) => cosineOf('query', label)),
  }
  return index.rank(analyzed, {
    semantic,
    keyword: index.keyword(analyzed, 100),
    cosines: (vector, wanted) => Float32Array.from(wanted, (label) => cosineOf(vector, label)),
    mode: 'hybrid',
    explain,
  })
}

const content = (text: string) => wordsOf(text).filter((word) => !isStopWord(word))
const tally = (keys: string[]) => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** tf-idf cosine of two bags over the bags of all documents, as the formula reads. */
function naiveCosine(query: string[], document: string[], all: string[][]): number {
  const idf = (key: string) => Math.log((all.length + 1) / (all.filter((bag) => bag.includes(key)).length + 0.5))
  const vector = (keys: string[]) => new Map([...tally(keys)].map(([key, tf]) => [key, Math.log(1 + tf) * idf(key)]))
  const [a, b] = [vector(query), vector(document)]
  const norm = (v: Map<string, number>) => Math.hypot(...v.values())
  let dot = 0
  for (const [key, value] of a) dot += value * (b.get(key) ?? 0)
  return norm(a) * norm(b) > 0 ? dot / (norm(a) * norm(b)) : 0
}

function gramBag(words: string[]): string[] {
  return words.flatMap((word) => {
    const padded = `<${word}>`
    return padded.length <= 4 ? [padded] : Array.from({ length: padded.length - 3 }, (_, i) => padded.slice(i, i + 4))
  })
}

const textEntries = (document: IndexDocument): string[][] => {
  const joined = joinedIdentifier(document.name)
  return [document.name, ...(joined === undefined ? [] : [joined]), document.description, ...document.intents].map(
    content,
  )
}
const pairBag = (entries: string[][]): string[] =>
  entries.flatMap((words) => words.slice(1).map((word, i) => `${stemOf(words[i]!)} ${stemOf(word)}`))

/** Late interaction in float64 over unit vectors. */
function naiveLate(query: string, document: IndexDocument, idf: Float32Array): number {
  const unit = (id: number) => {
    const row = [...table.rows.subarray(id * table.dims, (id + 1) * table.dims)]
    return row.map((x) => x / Math.hypot(...row))
  }
  const cosine = (a: number, b: number) => unit(a).reduce((sum, x, i) => sum + x * unit(b)[i]!, 0)
  const usable = table.pieces(splitCamelCase(query)).filter((id) => /[\p{L}\p{N}]/u.test(table.pieceText(id)))
  const asked = [...new Set(usable.filter((id) => !isStopWord(table.pieceText(id))))]
  const pieces = asked.length > 0 ? asked : [...new Set(table.pieces(splitCamelCase(query)))]
  const texts = [spacedName(document.name), document.description, document.intents.join('. ')]
  const found = texts.flatMap((text) => table.pieces(text))
  if (found.length === 0 || pieces.length === 0) return 0
  const total = pieces.reduce((sum, id) => sum + idf[id]!, 0)
  return pieces.reduce((sum, t) => sum + (idf[t]! / total) * Math.max(...found.map((d) => cosine(t, d))), 0)
}

describe('re-ranking features', () => {
  it('are those of their formulas', () => {
    fc.assert(
      fc.property(anyDocuments(12), anyQuery, (documents, query) => {
        const index = indexOf(documents)
        const words = content(query).length > 0 ? content(query) : wordsOf(query)
        const grams = documents.map((document) => gramBag(textEntries(document).flat()))
        const pairs = documents.map((document) => pairBag(textEntries(document)))
        for (const { label, explain } of ranking(index, query, documents, true).ranked) {
          const at = documents.findIndex((document) => document.label === label)
          const value = new Map(explain!.contributions.map((part) => [part.feature, part.value]))
          expect(value.get('chargram')).toBeCloseTo(naiveCosine(gramBag(words), grams[at]!, grams), 4)
          expect(value.get('bigram')).toBeCloseTo(naiveCosine(pairBag([words]), pairs[at]!, pairs), 4)
          expect(value.get('late')).toBeCloseTo(naiveLate(query, documents[at]!, index.pieceIdf()), 4)
        }
      }),
      { seed: 8, numRuns: 60 },
    )
  })
})

describe('the order', () => {
  it('is by relevance, then label; confidence never rises; everyone is there once', () => {
    fc.assert(
      fc.property(anyDocuments(80), anyQuery, (documents, query) => {
        const { ranked } = ranking(indexOf(documents), query, documents)
        expect(new Set(ranked.map(({ label }) => label)).size).toBe(documents.length)
        for (const [i, result] of ranked.entries()) {
          expect(result.confidence).toBeGreaterThanOrEqual(0)
          expect(result.confidence).toBeLessThanOrEqual(1)
          if (i === 0) continue
          const before = ranked[i - 1]!
          expect(result.relevance).toBeLessThanOrEqual(before.relevance)
          expect(result.confidence).toBeLessThanOrEqual(before.confidence)
          if (i < 50 && result.relevance === before.relevance) expect(result.label).toBeGreaterThan(before.label)
        }
      }),
      { seed: 9, numRuns: 60 },
    )
  })

  it('survives a snapshot, and a removal equals never having added', () => {
    fc.assert(
      fc.property(anyDocuments(20), anyQuery, (documents, query) => {
        const index = indexOf(documents)
        const restored = RelevanceIndex.restore(index.snapshot(), table, weights)
        expect(ranking(restored, query, documents)).toEqual(ranking(index, query, documents))
        const kept = documents.filter((_, i) => i % 3 !== 0)
        index.remove(documents.filter((_, i) => i % 3 === 0).map(({ label }) => label))
        index.compact()
        expect(index.count).toBe(kept.length)
        expect(ranking(index, query, kept)).toEqual(ranking(indexOf(kept), query, kept))
      }),
      { seed: 10, numRuns: 40 },
    )
  })

  it('explains itself: points add up to the relevance', () => {
    const documents = twoTools()
    const { ranked } = ranking(indexOf(documents), 'resize images and send mail to the team', documents, true)
    const whole = Object.entries(weights.rerank).reduce((sum, [key, value]) => sum + (key === 'depth' ? 0 : value), 0)
    for (const { relevance, explain } of ranked) {
      const points = explain!.contributions.reduce((sum, part) => sum + part.points, 0)
      expect(points).toBeCloseTo((100 * relevance) / whole, 4)
    }
    const first = ranked.find(({ label }) => label === 1)!
    expect(first.explain!.words).toEqual(['resize', 'images'])
    expect(first.explain!.why).toContain('“resize”')
  })
})

function twoTools(): IndexDocument[] {
  const common = { intents: [], tags: [], toolName: 'x', toolDescription: '' }
  return [
    { label: 1, name: 'resize image', description: 'makes it smaller', ...common },
    { label: 2, name: 'send_mail', description: 'to one person', ...common },
  ]
}

describe('snapshots', () => {
  it('refuse what is not whole', () => {
    const sections = indexOf(twoTools()).snapshot()
    for (const name of sections.keys()) {
      const without = new Map([...sections].filter(([key]) => key !== name))
      expect(() => RelevanceIndex.restore(without, table, weights)).toThrow(/cannot be used/)
    }
    const cut = new Map(sections).set('words', new Uint8Array(4))
    expect(() => RelevanceIndex.restore(cut, table, weights)).toThrow(/cannot be used/)
  })

  it('labels must increase', () => {
    const index = indexOf(twoTools())
    expect(() => index.add(twoTools())).toThrow(/only ever increase/)
  })
})

describe('calibration', () => {
  it('asks for words of real capabilities, the same every time, and is kept in the snapshot', () => {
    const documents = fc
      .sample(anyDocuments(30), { seed: 15, numRuns: 3 })
      .flat()
      .map((d, label) => ({ ...d, label }))
    const index = indexOf(documents)
    const queries = index.pseudoQueries(20)
    expect(queries.length).toBeGreaterThan(5)
    expect(index.pseudoQueries(20)).toEqual(queries)
    for (const { label, text } of queries) {
      const { name, description } = documents[label]!
      const own = wordsOf(`${name} ${joinedIdentifier(name) ?? ''} ${description}`)
      for (const word of text.split(' ')) expect(own).toContain(word)
    }
    const before = ranking(index, 'weather forecast', documents).present
    index.calibrate([0.1, 0.2, 0.3])
    const after = ranking(index, 'weather forecast', documents).present
    expect(after).not.toBe(before)
    expect(
      ranking(RelevanceIndex.restore(index.snapshot(), table, weights), 'weather forecast', documents).present,
    ).toBe(after)
    index.calibrate([])
    expect(ranking(index, 'weather forecast', documents).present).toBe(before)
  })
})
