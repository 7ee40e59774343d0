import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseRelevanceWeights } from '../../../src/core/relevance/weights.js'
import { RelevanceIndex } from '../../../src/index/relevance-index.js'
import { wordTable } from './documents.js'

const weights = parseRelevanceWeights(fs.readFileSync('data/relevance.json', 'utf8'))
const common = { intents: [], tags: [], toolName: 'tool', toolDescription: '' }

function index(): RelevanceIndex {
  const made = new RelevanceIndex(wordTable(), weights)
  made.add([
    { label: 0, name: 'kubernetes deployment', description: 'rolls out containers', ...common },
    { label: 1, name: 'kubernetes logs', description: 'reads containers', ...common },
    { label: 2, name: 'spreadsheet reader', description: 'opens a spreadsheet', ...common },
    { label: 3, name: 'house prices', description: 'of a house', ...common },
  ])
  return made
}

const best = (made: RelevanceIndex, text: string) => [...made.keyword(made.analyze(text), 10).labels]

describe('reading a query', () => {
  it('takes abbreviations for what they stand for, at less than what is written', () => {
    const made = index()
    expect(made.analyze('k8s').synonyms).toEqual(['kubernetes'])
    expect(made.analyze('k8s').expanded).toBe('k8s kubernetes')
    expect(best(made, 'k8s')).toEqual([0, 1])
    const [written] = made.keyword(made.analyze('kubernetes'), 1).scores
    const [meant] = made.keyword(made.analyze('k8s'), 1).scores
    expect(meant).toBeLessThan(written!)
  })

  it('reads a never-seen word as its neighbour, and says so', () => {
    const made = index()
    const query = made.analyze('Open my spredsheet')
    expect(query.corrections).toEqual([{ from: 'spredsheet', to: 'spreadsheet' }])
    expect(query.expanded).toBe('Open my spreadsheet')
    expect(best(made, 'spredsheet')).toEqual([2])
  })

  it('leaves words alone that the catalogue or the language knows, short ones, and far ones', () => {
    const made = index()
    for (const text of ['house', 'mail', 'hous', 'spreedshoots', 'xpreadsheet']) {
      expect(made.analyze(text).corrections).toEqual(text === 'hous' ? [{ from: 'hous', to: 'house' }] : [])
    }
  })

  it('counts every word of a long request', () => {
    const made = new RelevanceIndex(wordTable(), weights)
    const words = Array.from({ length: 40 }, (_, i) => `word${i}x`)
    made.add(words.map((word, label) => ({ label, name: word, description: 'text', ...common })))
    expect(best(made, words.join(' ')).length).toBe(10)
    expect(made.keyword(made.analyze(words.join(' ')), 100).labels.length).toBe(40)
  })

  it('falls back to stop words when there is nothing else', () => {
    const made = new RelevanceIndex(wordTable(), weights)
    made.add([{ label: 0, name: 'what is this', description: 'a quiz', ...common }])
    expect(best(made, 'what is this')).toEqual([0])
  })
})
