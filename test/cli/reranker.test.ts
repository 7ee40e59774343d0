import fs from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blendedOrder } from '../../src/core/relevance/close-look.js'
import { logit, sigmoid } from '../../src/core/relevance/confidence.js'
import { crossEncode, writeCrossEncoder } from '../helpers/tiny-transformer.js'
import { run, serve } from '../support/cli.js'
import { tempFolder } from '../support/home.js'

/** Words that the tiny model knows, so that its verdicts differ. */
const TEXTS = ['send mail', 'read mail', 'send a file', 'read a file', 'mail a file', 'send', 'read', 'file mail query']
const catalogue = TEXTS.map((description, i) => ({
  ...{ slug: `tool-${i}`, name: `Tool ${i}`, type: 'api', description, url: 'https://example.com' },
  capabilities: [{ id: `c${i}`, name: description.split(' ')[0], description }],
}))

const { folder, remove } = tempFolder()
const home = path.join(folder, 'home')
const model = path.join(folder, 'cross')
const asked = '/api/v1/search?cut=off&explore=off&explain=on&limit=50&q=send+a+mail'

interface Result {
  capability: { id: string; name: string; description: string }
  confidence: number
  why: string
  explain: { crossEncoder?: { score: number; from: number } }
}
async function search(env: Record<string, string>): Promise<{ answer: string; results: Result[] }> {
  const { base, child, done } = await serve(home, env)
  const response = await fetch(base + asked)
  expect(response.status).toBe(200)
  const answer = await response.json()
  child.kill('SIGTERM')
  await done
  return answer
}

beforeAll(async () => {
  writeCrossEncoder(model)
  const file = path.join(folder, 'catalogue.jsonl')
  fs.writeFileSync(file, catalogue.map((record) => JSON.stringify(record)).join('\n'))
  expect((await run(['index', '--catalogue', file, '--home', home])).code).toBe(0)
}, 60_000)
afterAll(() => remove())

describe('MATCHGRAPH_RERANKER', () => {
  it('reads the first results again: another order, the same confidence a place, said in explain', async () => {
    const [before, after] = [await search({}), await search({ MATCHGRAPH_RERANKER: model })]
    const pieces = (text: string) => text.replaceAll('.', ' .').split(' ')
    const logits = before.results.map(({ capability }) =>
      crossEncode(pieces('send a mail'), pieces(`${capability.name}. ${capability.description}`)),
    )
    const order = blendedOrder(
      before.results.map(({ confidence }) => logit(confidence)),
      logits,
    )
    expect(order).not.toEqual(order.map((_, i) => i))
    expect(after.results.map(({ capability }) => capability.id)).toEqual(
      order.map((from) => before.results[from]!.capability.id),
    )
    expect(after.results.map(({ confidence }) => confidence)).toEqual(
      before.results.map(({ confidence }) => confidence),
    )
    expect(after.answer).toBe(before.answer)
    const first = after.results[0]!
    expect(first.explain.crossEncoder!.score).toBeCloseTo(sigmoid(logits[order[0]!]!), 4)
    expect(first.explain.crossEncoder!.from).toBe(order[0]! + 1)
    expect(first.why).toMatch(new RegExp(`; cross-encoder 0\\.\\d\\d, place ${order[0]! + 1} before it`))
    expect(before.results.every(({ explain, why }) => !explain.crossEncoder && !why.includes('cross'))).toBe(true)
  }, 60_000)

  it('is fetched once by its hub id, and found by it without a network', async () => {
    const hub = createServer((request, response) => {
      const file = path.join(model, request.url!.replace('/owner/cross/resolve/main/', ''))
      response.statusCode = fs.existsSync(file) ? 200 : 404
      response.end(fs.existsSync(file) ? fs.readFileSync(file) : undefined)
    })
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
    const host = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`
    const pulled = await run(['model', 'pull', 'owner/cross', '--home', home], { HF_ENDPOINT: host })
    await new Promise((resolve) => hub.close(resolve))
    expect(pulled.stdout, pulled.stderr).toMatch(/It is a cross-encoder: .*MATCHGRAPH_RERANKER=owner\/cross/)
    const env = { MATCHGRAPH_RERANKER: 'owner/cross' }
    const { code, stdout } = await run(['search', 'send mail', '--explain', '--json', '--home', home], env)
    expect(code).toBe(0)
    expect(JSON.parse(stdout).results[0].explain.crossEncoder.from).toBeGreaterThan(0)
  }, 60_000)

  it('is checked by doctor, and one that is not there keeps the server from starting', async () => {
    const good = await run(['doctor', '--home', home], { MATCHGRAPH_RERANKER: model })
    expect(good.stdout).toMatch(/ok +reranker +.*scores a pair/)
    const env = { MATCHGRAPH_RERANKER: path.join(folder, 'nowhere') }
    expect((await run(['doctor', '--home', home], env)).stdout).toMatch(/FAULT +reranker/)
    const { code, stderr } = await run(['search', 'send mail', '--home', home], env)
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/There is no model folder .*nowhere/)
  }, 60_000)
})
