import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publishedExam } from '../../../indexer/train/published-exam.js'
import { recordedNeeds } from '../../../indexer/train/recorded-needs.js'
import type { SemanticExam } from '../../../indexer/train/semantic-exam.js'
import { EXAM_TOLERANCE, tune } from '../../../indexer/train/tune.js'
import { ModelGenerations } from '../../../src/embed/generations.js'
import { quantize, StaticModel } from '../../../src/embed/static.js'
import { Vocabulary } from '../../../src/embed/vocabulary.js'
import { WordPiece } from '../../../src/embed/wordpiece.js'
import type { LogEvent } from '../../../src/store/store.js'
import { compile } from '../../helpers/compiled.js'

const THINGS = ['mail', 'maps', 'music', 'taxes', 'photos', 'chess', 'weather', 'recipes', 'tickets', 'poems']
const SLANG = [
  'letterbox',
  'wayfinding',
  'tunes',
  'revenue',
  'snaps',
  'gambit',
  'drizzle',
  'supper',
  'boarding',
  'verse',
]
const FILLER = ['please', 'now', 'help', 'me', 'with', 'some', 'of', 'my', 'today', 'again']
const words = [...THINGS, ...SLANG, ...FILLER, 'tool', 'handles', '.']
const dims = 32
/** Random rows: things are told apart, slang says nothing yet. */
const base = new StaticModel(
  quantize(
    Float32Array.from({ length: words.length * dims }, (_, i) => 0.05 * Math.sin(i * i * 0.7)),
    dims,
    new Float32Array(words.length).fill(1),
  ),
  new WordPiece(Vocabulary.of(words)),
)
const documents = THINGS.map((thing, i) => ({ id: `c${i}`, name: thing, description: `tool handles ${thing}` }))
const exam: SemanticExam = {
  name: 'plain words',
  documents,
  queries: THINGS.map((thing, i) => ({ id: `q${i}`, text: `help me with ${thing}` })),
  judgements: new Map(THINGS.map((_, i) => [`q${i}`, new Map([[`c${i}`, 1]])])),
}
const needs = Array.from({ length: 300 }, (_, i) => {
  const some = [i, i * 3, i * 7].map((n) => FILLER[n % 10])
  return {
    query: `${some.join(' ')} ${SLANG[i % 10]} ${FILLER[(i >> 3) % 10]} ${FILLER[(i >> 5) % 10]}`,
    capability: `c${i % 10}`,
    weight: 1,
  }
})
const home = mkdtempSync(path.join(os.tmpdir(), 'matchgraph-tune-'))
beforeAll(() => compile('indexer/train/train-worker.ts'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('tune', () => {
  it('learns the words of recorded needs, and leaves the exam alone', async () => {
    const { model, report } = await tune(base, { documents, needs, exams: [exam] }, { seed: 1, workers: 2 })
    expect(model).toBeDefined()
    expect(report.heldOut.after).toBeGreaterThan(report.heldOut.before + 0.2)
    expect(report.exams[0]!.after).toBeGreaterThanOrEqual(report.exams[0]!.before - EXAM_TOLERANCE)
    expect(report.pairs.needs + report.pairs.heldOut).toBe(needs.length)
    // fillers stand in needs for every capability, slang in those for one
    const weightOf = (word: string) => model!.queryWeights![base.pieces(word)[0]!]!
    expect(report.requestPower).toBeGreaterThan(0)
    expect(Math.max(...FILLER.map(weightOf))).toBeLessThan(Math.min(...SLANG.map(weightOf)))
    expect(weightOf('tool')).toBe(1)
    const again = await tune(base, { documents, needs, exams: [exam] }, { seed: 1, workers: 1 })
    expect(again.report).toEqual(report)
  })

  it('publishes nothing when recorded needs say nothing', async () => {
    const noise = needs.map((need, i) => ({ ...need, capability: `c${(i * i * 31 + (i >> 2)) % 10}` }))
    const { model, report } = await tune(base, { documents, needs: noise, exams: [exam] }, { seed: 1, workers: 2 })
    if (model) expect(report.heldOut.after).toBeGreaterThan(report.heldOut.before)
    else expect(report.refused).toMatch(/No part of the change/)
    const few = await tune(base, { documents, needs: needs.slice(0, 40), exams: [exam] }, { seed: 1, workers: 2 })
    expect(few.model).toBeUndefined()
    expect(few.report.refused).toMatch(/Only \d+ recorded needs/)
  })

  it('reads needs from the log: success counts, failure and retraction undo, barred clients do not count', async () => {
    const log = [
      ['impression', { id: 'i1', query: 'Send a letter' }],
      ['impression', { id: 'i2', query: 'send a letter ' }],
      ['impression', { id: 'i3' }],
      ['match', { impression: 'i1', capability: 'c1', client: 'a', outcome: 'selected', weight: 1 }],
      ['match', { impression: 'i1', capability: 'c1', client: 'a', outcome: 'succeeded', weight: 1 }],
      ['match', { impression: 'i2', capability: 'c1', client: 'b', outcome: 'selected', weight: 0.4 }],
      ['match', { impression: 'i2', capability: 'c2', client: 'b', outcome: 'selected', weight: 1 }],
      ['match', { impression: 'i2', capability: 'c2', client: 'b', outcome: 'failed', weight: 1 }],
      ['match', { impression: 'i1', capability: 'c3', client: 'a', outcome: 'selected', weight: 1 }],
      ['match', { impression: 'i1', capability: 'c3', client: 'a', outcome: 'retracted', weight: 1 }],
      ['match', { impression: 'i1', capability: 'c4', client: 'bad', outcome: 'succeeded', weight: 1 }],
      ['match', { impression: 'i3', capability: 'c5', client: 'a', outcome: 'succeeded', weight: 1 }],
      ['verdict', { client: 'bad', barred: true }],
    ] as const
    async function* events(): AsyncGenerator<LogEvent> {
      for (const [seq, [kind, payload]] of log.entries())
        yield { seq, kind, at: 0, id: String(seq), dedupe: [], payload }
    }
    expect(await recordedNeeds({ events })).toEqual([{ query: 'Send a letter', capability: 'c1', weight: 1.7 }])
  })

  it('knows the published exam', async () => {
    const published = await publishedExam('data')
    const ids = new Set(published.documents.map(({ id }) => id))
    const judged = [...published.judgements.values()].flatMap((relevance) => [...relevance.keys()])
    expect(published.queries.length).toBe(399)
    expect(judged.filter((id) => !ids.has(id))).toEqual([])
  })
})

describe('the models of a home', () => {
  it('publishes, keeps five, and goes back', () => {
    const models = new ModelGenerations(home)
    expect(models.currentFolder()).toBeUndefined()
    expect(() => models.rollback()).toThrow(expect.objectContaining({ code: 'conflict' }))
    for (let n = 1; n <= 7; n++) {
      expect(models.publish((folder) => writeFileSync(path.join(folder, 'model.safetensors'), String(n)))).toBe(n)
    }
    expect(models.list()).toEqual([3, 4, 5, 6, 7])
    expect(models.rollback()).toBe(6)
    expect(new ModelGenerations(home).currentFolder()).toBe(path.join(home, 'tuned', '6'))
    // a number is never given twice
    expect(models.publish(() => {})).toBe(8)
    for (const expected of [7, 6, 5, 4, 0]) expect(models.rollback()).toBe(expected)
    writeFileSync(path.join(home, 'tuned', 'CURRENT'), '99\n')
    expect(() => models.current).toThrow(expect.objectContaining({ code: 'damaged-file' }))
  })

  it('leaves the current model in use when writing one fails', () => {
    const models = new ModelGenerations(path.join(home, 'failing'))
    models.publish(() => {})
    expect(() =>
      models.publish(() => {
        throw new Error('disk full')
      }),
    ).toThrow('disk full')
    expect([models.current, models.list()]).toEqual([1, [1]])
  })
})
