import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernel, sharedMemory } from '../../../indexer/train/kernel.js'
import { optimise } from '../../../indexer/train/optimise.js'
import { encodePairs } from '../../../indexer/train/pair-set.js'
import { readPairs } from '../../../indexer/train/pairs.js'
import { TRAIN_DEFAULTS, type TrainOptions, train } from '../../../indexer/train/train.js'
import { buildVocabulary } from '../../../indexer/train/vocabulary.js'
import { whiten } from '../../../indexer/train/whiten.js'
import { StaticModel } from '../../../src/embed/static.js'
import { Vocabulary } from '../../../src/embed/vocabulary.js'
import { WordPiece } from '../../../src/embed/wordpiece.js'
import { compile } from '../../helpers/compiled.js'

const home = mkdtempSync(path.join(os.tmpdir(), 'matchgraph-train-'))
const VERBS = ['send', 'read', 'delete', 'create', 'list', 'share']
const MEANINGS = ['deliver', 'open', 'remove', 'make', 'enumerate', 'distribute']
const THINGS = ['mail', 'file', 'invoice', 'calendar', 'photo', 'contact', 'task', 'song', 'map', 'ticket']
const NAMES = ['message', 'document', 'bill', 'agenda', 'picture', 'person', 'chore', 'track', 'route', 'issue']
const lines = VERBS.flatMap((verb, v) =>
  THINGS.flatMap((thing, t) =>
    ['the', 'a', 'every'].map((a) => `made:up\t${verb} ${a} ${thing}\t${MEANINGS[v]} one ${NAMES[t]} for the user`),
  ),
)
const pairsFile = path.join(home, 'pairs.tsv.gz')
const small: TrainOptions = {
  ...TRAIN_DEFAULTS,
  ...{ steps: 120, dims: 16, batch: 64, words: 60, pieces: 20, learningRate: 0.02, seed: 5 },
}
const bytes = (folder: string) => readFileSync(path.join(folder, 'model.safetensors'))

beforeAll(() => {
  compile('indexer/train/train-worker.ts')
  writeFileSync(pairsFile, gzipSync(`${lines.join('\n')}\n`))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('train', () => {
  it('learns which words mean the same, and writes a model that loads', async () => {
    const folder = path.join(home, 'two')
    const report = await train(pairsFile, folder, small)
    expect(report).toMatchObject({ pairs: lines.length, steps: 120, dims: 16, stopped: false })
    expect(report.heldOut.pairs).toBe(18)
    expect(report.heldOut.hit10).toBeGreaterThan(0.9)
    const model = await StaticModel.load(folder)
    const cosine = (a: string, b: string) => model.embedOne(a).reduce((sum, x, i) => sum + x * model.embedOne(b)[i]!, 0)
    expect(cosine('delete song', 'remove track')).toBeGreaterThan(cosine('delete song', 'open route') + 0.5)
    expect(readdirSync(folder).sort()).toEqual(['MODEL.md', 'config.json', 'model.safetensors', 'tokenizer.json'])
  })

  it('gives the same bytes with one worker', async () => {
    const folder = path.join(home, 'one')
    await train(pairsFile, folder, { ...small, workers: 1 })
    expect(bytes(folder).equals(bytes(path.join(home, 'two')))).toBe(true)
  })

  it('goes on from its checkpoint to the same bytes', async () => {
    const folder = path.join(home, 'stopped')
    const abort = new AbortController()
    const onProgress = ({ step }: { step?: number }) => {
      if ((step ?? 0) >= 40) abort.abort()
    }
    const first = await train(pairsFile, folder, { ...small, signal: abort.signal, onProgress })
    expect(first.stopped).toBe(true)
    expect(first.steps).toBeLessThan(120)
    expect(readdirSync(folder)).toContain('checkpoint.bin')
    const steps: number[] = []
    await train(pairsFile, folder, { ...small, onProgress: ({ step }) => step && steps.push(step) })
    expect(Math.min(...steps)).toBeGreaterThan(first.steps)
    expect(bytes(folder).equals(bytes(path.join(home, 'two')))).toBe(true)
  })

  it('with Matryoshka, half of the dimensions nearly do alone', async () => {
    const half = async (options: Partial<TrainOptions>, name: string) => {
      const folder = path.join(home, name)
      await train(pairsFile, folder, { ...small, ...options })
      const model = await StaticModel.load(folder)
      const embed = (text: string) => model.embedOne(text).subarray(0, 4)
      const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
      const cosine = (a: Float32Array, b: Float32Array) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
      const rows = lines.map((line) => line.split('\t'))
      const targets = [...new Set(rows.map((row) => row[2]!))]
      const vectors = targets.map(embed)
      const right = rows.filter(([, anchor, positive]) => {
        const query = embed(anchor!)
        const best = vectors.reduce((top, v, i) => (cosine(query, v) > cosine(query, vectors[top]!) ? i : top), 0)
        return targets[best] === positive
      })
      return right.length / rows.length
    }
    const plain = await half({}, 'plain')
    expect(await half({ matryoshka: 4 }, 'nested')).toBeGreaterThan(plain + 0.05)
  })

  it('learns from requests which words say nothing of what is asked for', async () => {
    const folder = path.join(home, 'requests')
    const file = path.join(home, 'requests.tsv')
    const requests = lines.map((line) => line.replace('made:up', 'asked:intent-name').replace('\t', '\tplease '))
    writeFileSync(file, requests.join('\n'))
    await train(file, folder, { ...small, hardNegatives: 0.3 })
    const { queryWeights, ...model } = await StaticModel.load(folder)
    const weight = (word: string) => queryWeights![model.tokenizer.encode(word)[0]!]!
    // 60 targets: everybody says "please", 10 targets are deleted, 6 have to do with songs
    const idf = (targets: number) => Math.sqrt(Math.log(61 / (targets + 0.5)))
    for (const [word, targets] of Object.entries({ please: 60, delete: 10, song: 6 })) {
      expect(weight(word), word).toBeCloseTo((idf(targets) / idf(0)) ** 0.75, 6)
    }
    expect(weight('user')).toBe(1)
    expect((await StaticModel.load(path.join(home, 'two'))).queryWeights).toBeUndefined()
  })

  it('makes no step when none is asked for: the base comes out whitened', async () => {
    const folder = path.join(home, 'finished')
    const base = path.join(home, 'two')
    await train(pairsFile, folder, { ...small, base, steps: 0 })
    const [before, after] = [await StaticModel.load(base), await StaticModel.load(folder)]
    // the base was whitened when it was trained: again changes no more than rounding
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
    for (const text of ['send mail', 'delete every song']) {
      expect(dot(before.embedOne(text), after.embedOne(text))).toBeGreaterThan(0.99)
    }
    expect(readFileSync(path.join(folder, 'MODEL.md'), 'utf8')).toMatch(/no step was made/)
  })

  it('refuses what it cannot train', async () => {
    const bad = path.join(home, 'bad.tsv')
    writeFileSync(bad, 'made:up\tone\ttwo\nmade:up\tthree\n')
    await expect(train(bad, path.join(home, 'x'), small)).rejects.toMatchObject({
      detail: expect.stringMatching(/:2: /),
    })
    await expect(train('nowhere.tsv', path.join(home, 'x'), small)).rejects.toMatchObject({ code: 'not-found' })
    await expect(train(pairsFile, path.join(home, 'x'), { ...small, batch: 100 })).rejects.toMatchObject({
      code: 'invalid-parameter',
    })
  })
})

describe('the parts of training', () => {
  it('multiplies matrices as the textbook does', () => {
    const [m, n, k, lda, ldb, ldc] = [6, 8, 12, 16, 20, 9]
    const { memory, pages } = sharedMemory(4 * (m * lda + n * ldb + m * ldc))
    const data = new Float32Array(memory.buffer)
    const [b, c] = [m * lda, m * lda + n * ldb]
    for (let i = 0; i < c; i++) data[i] = Math.sin(i)
    kernel(memory, pages).product(0, 4 * b, 4 * c, m, n, 4 * k, 4 * lda, 4 * ldb, 4 * ldc)
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let l = 0; l < k; l++) sum += data[i * lda + l]! * data[b + j * ldb + l]!
        expect(data[c + i * ldc + j]).toBeCloseTo(sum, 4)
      }
    }
  })

  it('steps against the gradient of the loss', async () => {
    const pieces = Array.from({ length: 40 }, (_, i) => `w${i}`)
    const list = Array.from({ length: 64 }, (_, i) => ({
      ...{ source: 's', weight: 1 },
      anchor: `w${i % 20} w${(i * 7) % 20}${i < 20 ? '' : ` w${i % 13}`}`,
      positive: `w${20 + (i % 20)} w${20 + ((i * 3) % 20)}`,
    }))
    const pairs = await encodePairs(list, new WordPiece(Vocabulary.of(pieces)))
    const rows = Float32Array.from({ length: 40 * 4 }, (_, i) => Math.sin(i * i))
    const state = { size: 40, dims: 4, rows: rows.slice(), moments: undefined }
    const pool = Int32Array.from(pairs.weights, (_, i) => i)
    const options = {
      batch: 64,
      workers: 2,
      seed: 1,
      temperature: 0.5,
      learningRate: 1e-3,
      warmup: 1,
      hardNegatives: 0,
      sourcesApart: false,
    }
    const schedule = { from: 1, to: 1, randomState: undefined, matryoshka: undefined, checkpointEvery: 9 }
    await optimise(state, pairs, pool, { ...options, ...schedule })
    // Adam's first step is −rate · sign(gradient); every pair is in the batch exactly once
    let checked = 0
    for (let i = 0; i < rows.length; i++) {
      const at = (shift: number) => loss(rows.with(i, rows[i]! + shift), list, pairs.hashes)
      const slope = (at(1e-3) - at(-1e-3)) / 2e-3
      if (Math.abs(slope) < 1e-3) continue
      checked++
      expect(Math.sign(state.rows[i]! - rows[i]!), `row ${i}`).toBe(-Math.sign(slope))
    }
    expect(checked).toBeGreaterThan(80)
  })

  it('whitens: rows spread alike in all directions, the first dimensions come from the first alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 4, maxLength: 4 }), {
          minLength: 20,
          maxLength: 40,
        }),
        (list) => {
          // a spread in every direction, of different sizes
          const table = list.map((row, i) => row.map((x, j) => (x + 5 * Math.sin(i * (j + 1) + j)) * 3 ** j))
          const size = table.length
          const whitened = (dims: number) => {
            const rows = Float32Array.from(table.flatMap((row) => row.slice(0, dims)))
            whiten({ size, dims, rows })
            return Array.from({ length: size }, (_, i) => Array.from(rows.subarray(i * dims, (i + 1) * dims)))
          }
          const result = whitened(4)
          const moment = (j: number, k: number) => result.reduce((sum, row) => sum + (row[j]! * row[k]!) / size, 0)
          const before = table.flat().reduce((sum, x) => sum + x * x, 0) / (4 * size)
          for (let j = 0; j < 4; j++) {
            for (let k = 0; k < 4; k++) expect(moment(j, k) / before).toBeCloseTo(j === k ? 1 : 0, 2)
          }
          const two = whitened(2)
          const column = (rows: number[][]) => Math.hypot(...rows.map((row) => row[0]!))
          const ratio = column(two) / column(result)
          for (const [i, row] of two.entries()) {
            for (const [j, x] of row.entries()) expect(x).toBeCloseTo(ratio * result[i]![j]!, 2)
          }
        },
      ),
      { seed: 7, numRuns: 30 },
    )
  })

  it('builds the same vocabulary whatever the order of the pairs', async () => {
    const list = []
    for await (const pair of readPairs(pairsFile)) list.push(pair)
    const size = { words: 12, pieces: 15 }
    const vocabulary = await buildVocabulary(list, size)
    expect(await buildVocabulary([...list].reverse(), size)).toEqual(vocabulary)
    expect(vocabulary.slice(0, 5)).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'])
    expect(vocabulary).toContain('user')
    expect(vocabulary).toContain('##a')
    expect(new Set(vocabulary).size).toBe(vocabulary.length)
  })
})

/** The symmetric cross entropy over cosines, plainly. Four dimensions, piece `w7` is row 7, temperature .5. */
function loss(rows: Float32Array, list: { anchor: string; positive: string }[], hashes: Int32Array): number {
  const embed = (text: string) => {
    const sum = [0, 0, 0, 0]
    for (const word of text.split(' ')) for (let j = 0; j < 4; j++) sum[j]! += rows[Number(word.slice(1)) * 4 + j]!
    return sum.map((x) => x / Math.hypot(...sum))
  }
  const anchors = list.map(({ anchor }) => embed(anchor))
  const positives = list.map(({ positive }) => embed(positive))
  const score = (i: number, j: number) => {
    const shared = hashes[2 * i] === hashes[2 * j] || hashes[2 * i + 1] === hashes[2 * j + 1]
    return i !== j && shared ? 0 : Math.exp(anchors[i]!.reduce((s, x, d) => s + x * positives[j]![d]!, 0) / 0.5)
  }
  let total = 0
  for (let i = 0; i < list.length; i++) {
    let row = 0
    let column = 0
    for (let j = 0; j < list.length; j++) {
      row += score(i, j)
      column += score(j, i)
    }
    total -= (Math.log(score(i, i) / row) + Math.log(score(i, i) / column)) / 2
  }
  return total / list.length
}
