import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { JOIN, LEND } from '../../../src/core/evidence/cells.js'
import { bundledModelFolder } from '../../../src/embed/load.js'
import { StaticEmbedder } from '../../../src/embed/static-embedder.js'
import { ROOT } from '../../support/cli.js'

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)

/** Questions of the published exam in English that something serves, with what serves each squarely. */
function questions(): { text: string; serves: Set<string> }[] {
  const [, ...lines] = fs.readFileSync(path.join(ROOT, 'data/queries.tsv'), 'utf8').trim().split('\n')
  return lines
    .map((line) => line.split('\t'))
    .filter(([, kind]) => kind === 'plain' || kind === 'indirect' || kind === 'short')
    .map(([, , text, labels]) => ({
      text: text!,
      serves: new Set(labels!.split(' ').flatMap((label) => (label.endsWith(':2') ? label.slice(0, -2) : []))),
    }))
}

/** CALIBRATE=1 prints where the bundled model puts needs with the same answer and needs with another one. */
it('joins needs that mostly have the same answer, and lends nothing to 99 of 100 strangers', async () => {
  const asked = questions()
  const embedder = await StaticEmbedder.load(bundledModelFolder())
  const vectors = await embedder.embed(
    asked.map(({ text }) => text),
    'query',
  )
  const pairs = asked.flatMap((a, i) =>
    asked.slice(0, i).map((b, j) => ({
      cosine: dot(vectors[i]!, vectors[j]!),
      same: [...a.serves].some((id) => b.serves.has(id)),
    })),
  )
  const strangers = pairs.filter(({ same }) => !same).map(({ cosine }) => cosine)
  const shareFrom = (cosine: number): number => strangers.filter((x) => x >= cosine).length / strangers.length
  const sameFrom = (cosine: number): number => {
    const near = pairs.filter((pair) => pair.cosine >= cosine)
    return near.filter(({ same }) => same).length / Math.max(1, near.length)
  }
  if (process.env.CALIBRATE) {
    console.table(
      [0.25, 0.3, LEND, 0.4, 0.45, 0.5, 0.55, JOIN, 0.65, 0.7].map((cosine) => ({
        cosine,
        pairs: pairs.filter((pair) => pair.cosine >= cosine).length,
        sameAnswer: sameFrom(cosine).toFixed(3),
        ofStrangers: shareFrom(cosine).toFixed(4),
      })),
    )
  }
  expect(sameFrom(JOIN)).toBeGreaterThan(0.5)
  expect(shareFrom(LEND)).toBeLessThan(0.01)
  expect(shareFrom(LEND - 0.15)).toBeGreaterThan(0.01)
})
