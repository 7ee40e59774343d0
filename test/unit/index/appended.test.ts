import fs from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IndexDocument } from '../../../src/core/document.js'
import { parseRelevanceWeights } from '../../../src/core/relevance/weights.js'
import { type Ranking, RelevanceIndex } from '../../../src/index/relevance-index.js'
import { anyDocument, anyDocuments, anyQuery, wordTable } from './documents.js'

const weights = parseRelevanceWeights(fs.readFileSync('data/relevance.json', 'utf8'))
const table = wordTable()

const sampled = (seed: number, count: number): IndexDocument[] =>
  fc
    .sample(anyDocuments(60), { seed, numRuns: count })
    .flat()
    .slice(0, count)
    .map((document, label) => ({ ...document, label }))

function indexOf(documents: readonly IndexDocument[]): RelevanceIndex {
  const index = new RelevanceIndex(table, weights)
  index.add(documents)
  return index
}

/** Everything by the words alone: what the vectors say is the same for any index. */
function ask(
  index: RelevanceIndex,
  text: string,
  depth: number,
): { labels: number[]; scores: number[]; ranking: Ranking } {
  const query = index.analyze(text)
  const keyword = index.keyword(query, depth)
  const ranking = index.rank(query, {
    semantic: { labels: new Uint32Array(0), scores: new Float32Array(0) },
    keyword,
    cosines: (_, labels) => Float32Array.from(labels, (label) => ((label * 37) % 100) / 100),
    mode: 'hybrid',
  })
  return { labels: [...keyword.labels], scores: [...keyword.scores], ranking }
}

/** As of a fresh index, but for the lengths and weights that an answer is measured by until all is built anew. */
function expectNearly(index: RelevanceIndex, fresh: RelevanceIndex, text: string): void {
  const [found, expected] = [ask(index, text, 1000), ask(fresh, text, 1000)]
  expect([...found.labels].sort()).toEqual([...expected.labels].sort())
  const scores = new Map(expected.labels.map((label, i) => [label, expected.scores[i]!]))
  for (const [i, label] of found.labels.entries()) {
    expect(Math.abs(found.scores[i]! / scores.get(label)! - 1)).toBeLessThan(0.03)
  }
  const relevance = new Map(expected.ranking.ranked.map((one) => [one.label, one.relevance]))
  // of those looked at closely in both: the fiftieth place may go to another
  for (const { label, relevance: mine } of found.ranking.ranked.slice(0, 25)) {
    expect(Math.abs(mine - relevance.get(label)!)).toBeLessThan(0.08)
  }
}

const anyChange = fc.oneof(
  fc.record({ add: fc.array(anyDocument, { minLength: 1, maxLength: 2 }) }),
  fc.record({ remove: fc.integer({ min: 0, max: 620 }) }),
)

describe('what is added and removed later', () => {
  it('is answered at once, nearly as by a fresh index, and exactly so when all is built anew', () => {
    const base = sampled(3, 600)
    fc.assert(
      fc.property(fc.array(anyChange, { minLength: 1, maxLength: 12 }), anyQuery, (changes, text) => {
        const index = indexOf(base)
        index.analyze('').text
        const documents = new Map(base.map((document) => [document.label, document]))
        let next = base.length
        for (const change of changes) {
          if ('add' in change) {
            const added = change.add.map((document) => ({ ...document, label: next++ }))
            index.add(added)
            for (const document of added) documents.set(document.label, document)
          } else {
            index.remove([change.remove])
            documents.delete(change.remove)
          }
          const seen = ask(index, text, 1000).labels
          for (const label of seen) expect(documents.has(label)).toBe(true)
        }
        expect(index.count).toBe(documents.size)
        const fresh = indexOf([...documents.values()])
        expectNearly(index, fresh, text)
        index.compact()
        expect(ask(index, text, 100)).toEqual(ask(fresh, text, 100))
      }),
      { seed: 21, numRuns: 15 },
    )
  })

  it('knows words, stems, pairs and 4-grams that nobody had', () => {
    const index = indexOf(sampled(4, 300))
    const before = ask(index, 'glockenspiel tuner', 10)
    expect(before.labels).toEqual([])
    const common = { intents: [], tags: [], toolName: 'x', toolDescription: '' }
    index.add([
      { label: 1000, name: 'glockenspiel tuner', description: 'tunes a glockenspiel', ...common },
      { label: 1001, name: 'tuner', description: 'tunes what is not a glockenspiel', ...common },
    ])
    const { labels, ranking } = ask(index, 'glockenspiel tuner', 10)
    expect(labels).toEqual([1000, 1001])
    expect(ranking.ranked[0]!.label).toBe(1000)
    expect(index.analyze('glockenspeil').corrections).toEqual([{ from: 'glockenspeil', to: 'glockenspiel' }])
    index.remove([1000])
    expect(ask(index, 'glockenspiel tuner', 10).labels).toEqual([1001])
  })

  it('is built anew between other work when it is much of a large index, without missing what comes meanwhile', async () => {
    const all = sampled(5, 5400)
    const index = indexOf(all.slice(0, 5000))
    const early = index.analyze('weather forecast')
    for (const document of all.slice(5000, 5300)) index.add([document])
    index.remove([7, 5100])
    await new Promise((resolve) => setImmediate(resolve))
    index.add(all.slice(5300))
    index.remove([8, 5310])
    expect(ask(index, 'weather forecast', 5400).labels).toContain(5399)
    await index.settled()
    const fresh = indexOf(all.filter(({ label }) => ![7, 8, 5100, 5310].includes(label)))
    expectNearly(index, fresh, 'weather forecast of images')
    // a query read before reads the same after
    expect(index.keyword(early, 50)).toEqual(index.keyword(index.analyze('weather forecast'), 50))
    index.compact()
    expect(ask(index, 'weather forecast', 100)).toEqual(ask(fresh, 'weather forecast', 100))
  })

  it('is found in an index that came from a snapshot', () => {
    const documents = sampled(6, 400)
    const sections = new Map(
      [...indexOf(documents.slice(0, 390)).snapshot()].map(([name, bytes]) => [name, bytes.slice()]),
    )
    const index = RelevanceIndex.restore(sections, table, weights)
    index.add(documents.slice(390))
    expectNearly(index, indexOf(documents), 'resize images')
    index.compact()
    expect(ask(index, 'resize images', 100)).toEqual(ask(indexOf(documents), 'resize images', 100))
  })
})
