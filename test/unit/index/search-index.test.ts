import fs from 'node:fs'
import { expect, it } from 'vitest'
import { parseRelevanceWeights } from '../../../src/core/relevance/weights.js'
import { type IndexEntry, SearchIndex } from '../../../src/index/search-index.js'
import { wordTable } from './documents.js'

const DIMS = 16
const ROWS = 9000

/** A direction of its own for every label. */
function vectorOf(label: number): Float32Array {
  let state = Math.imul(label, 2654435761) >>> 0
  const v = Float32Array.from({ length: DIMS }, () => {
    state = (Math.imul(state ^ (state >>> 15), 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
  const length = Math.hypot(...v)
  return v.map((x) => x / length)
}

const entry = (label: number): IndexEntry => ({
  document: { label, name: 'weather', description: '', intents: [], tags: [], toolName: 'x', toolDescription: '' },
  vectors: vectorOf(label),
})

it('drops the rows of what is replaced again and again, in the background, and answers as before', async () => {
  const weights = parseRelevanceWeights(fs.readFileSync('data/relevance.json', 'utf8'))
  const index = SearchIndex.empty(DIMS, wordTable(), weights)
  const labels = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
  index.add(labels(1, ROWS + 1).map(entry))
  let live = labels(1, ROWS + 1)
  // each round replaces a fifth, as a server does that lives long
  for (let next = ROWS + 1, round = 0; round < 6; round++) {
    const coming = labels(next, next + ROWS / 5)
    next += coming.length
    index.add(coming.map(entry))
    index.remove(live.slice(0, coming.length))
    live = [...live.slice(coming.length), ...coming]
    await index.settled()
    expect(index.semantic.waste).toBeLessThanOrEqual(0.25)
  }
  const rows = index.semantic.sections().get('semantic.scales')!.byteLength / Float32Array.BYTES_PER_ELEMENT
  expect(rows).toBeLessThan(ROWS * 1.34)
  for (const label of [live[0]!, live[4321]!, live.at(-1)!]) {
    expect(index.semantic.search(vectorOf(label), 1).labels[0]).toBe(label)
  }
  expect(index.semantic.has(live[0]! - 1)).toBe(false)
})

it('keeps what is published while it follows, and drops it with the next call when it has left again', async () => {
  const weights = parseRelevanceWeights(fs.readFileSync('data/relevance.json', 'utf8'))
  const index = SearchIndex.empty(DIMS, wordTable(), weights)
  index.add([entry(1), entry(2)])
  const published = [3, 4, 5]
  async function* entries(after: number) {
    for (const label of published) if (label > after) yield entry(label)
  }
  // 4 and 5 came after the labels were read
  await index.follow(Uint32Array.of(2, 3), entries)
  expect([...index.labels()]).toEqual([2, 3, 4, 5])
  published.push(6)
  await index.follow(Uint32Array.of(2, 3, 4, 6), entries)
  expect([...index.labels()]).toEqual([2, 3, 4, 6])
})
