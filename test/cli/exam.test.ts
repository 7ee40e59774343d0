import path from 'node:path'
import { expect, it } from 'vitest'
import { ROOT, run } from '../support/cli.js'

it('answers the shipped exam no worse than when data/exam.json was saved, and better hybrid than by words alone', async () => {
  const hybrid = await run(['eval', '--json', '--gate', path.join(ROOT, 'data/exam.json')])
  expect(hybrid.code, hybrid.stderr).toBe(0)
  const { rows, unserved } = JSON.parse(hybrid.stdout)
  expect(rows[0]).toMatchObject({ set: 'shipped', kind: 'all', questions: 353 })
  expect(unserved[0].match).toBeLessThan(0.2)
  const keyword = JSON.parse((await run(['eval', '--json', '--mode', 'keyword'])).stdout)
  expect(rows[0].ndcg.mean).toBeGreaterThan(keyword.rows[0].ndcg.mean)
})
