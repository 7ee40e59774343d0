import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/open.js'
import { run, serve } from '../support/cli.js'
import { tempFolder } from '../support/home.js'

const SLANG = ['letterbox', 'wayfinding', 'tunes', 'levy', 'snaps', 'gambit', 'drizzle', 'supper', 'boarding', 'stanza']
const THINGS = [
  'Send electronic mail to a recipient',
  'Show a map of a place',
  'Play an album of an artist',
  'Compute the income tax of a year',
  'Crop and filter a picture',
  'Suggest the next move of a chess game',
  'Forecast the weather of a city',
  'Find a recipe for some ingredients',
  'Book a flight between two airports',
  'Write a poem about a subject',
]
const FILLER = ['please', 'help me with', 'I would like', 'something for my', 'a bit of', 'more', 'your best']
const catalogue = THINGS.map((description, i) => ({
  ...{ slug: `tool-${i}`, name: `Tool ${i}`, type: 'api', description, url: 'https://example.com' },
  capabilities: [{ id: `c${i}`, name: description.split(' ').slice(0, 2).join(' '), description }],
}))

let folder: string
let remove: () => void
let home: string
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await run([...args, '--home', home, '--json'])
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

/** The first result, also of an answer that falls below the cut. */
const best = ({ results, nearMisses }: Record<string, { capability: { id: string } }[]>) =>
  [...results!, ...(nearMisses ?? [])][0]?.capability.id

beforeEach(async () => {
  ;({ folder, remove } = tempFolder())
  home = path.join(folder, 'home')
  const file = path.join(folder, 'catalogue.jsonl')
  fs.writeFileSync(file, catalogue.map((record) => JSON.stringify(record)).join('\n'))
  await json('index', '--catalogue', file)
})
afterEach(() => remove())

/** Nothing was shown, so evidence counts none of it; tuning reads needs and capabilities. */
const SHOWN = { at: 0, client: 'a', hash: '', stems: [], vector: '', shown: [], offset: 0, answer: 'weak', ranker: '1' }

/** What a month of use leaves in the log: needs in words the catalogue does not have, and what served them. */
async function recordMatches(count: number): Promise<void> {
  const store = await openStore(home, undefined)
  const events = Array.from({ length: count }, (_, i) => {
    const [a, b] = [FILLER[i % FILLER.length], FILLER[(i * 5 + (i >> 3)) % FILLER.length]]
    const query = `${a} ${b} ${SLANG[i % 10]} ${i % 3 === 0 ? 'today' : 'now'}`
    const common = { at: i, dedupe: [] }
    const match = { impression: `i${i}`, capability: `c${i % 10}`, client: 'a', outcome: 'succeeded', weight: 1 }
    return [
      { ...common, kind: 'impression', id: `i${i}`, payload: { ...SHOWN, id: `i${i}`, query } },
      { ...common, kind: 'match', id: `m${i}`, payload: { id: `m${i}`, ...match } },
    ]
  })
  await store.log.append(events.flat(), [])
  await store.close()
}

describe('matchgraph tune and model', () => {
  it('publishes a model that knows the words of the matches, indexes with it, and goes back', async () => {
    await recordMatches(400)
    const report = await json('tune')
    expect(report.published).toBe(1)
    expect(report.heldOut.after).toBeGreaterThan(report.heldOut.before)
    expect(report.exams).toMatchObject([{ name: 'published exam' }])
    expect(await json('model', 'list')).toEqual({ current: 1, models: [0, 1] })
    const found = best(await json('search', 'drizzle please', '--mode', 'semantic'))
    expect(found).toBe('c6')
    expect(await json('model', 'rollback')).toEqual({ current: 0 })
    expect(best(await json('search', 'weather forecast'))).toBe('c6')
  }, 180_000)
})

describe('a running server', () => {
  it('takes up a tuned model and the one before it without a restart, and answers all the while', async () => {
    await recordMatches(400)
    const { base, child, done } = await serve(home)
    const get = async (url: string) => {
      const response = await fetch(base + url)
      expect(response.status).toBe(200)
      return response.json()
    }
    const slang = () => get('/api/v1/search?mode=semantic&cut=off&q=drizzle+please')
    const modelOf = async () => ((await get('/readyz')) as { model: string }).model
    const bundled = await modelOf()
    /** Asks without a pause until the server has left the model; what it answers by then. */
    const askUntilReplaced = async (model: string) => {
      let asked = 0
      while ((await modelOf()) === model) {
        expect((await slang()).results.length).toBeGreaterThan(0)
        asked++
      }
      expect(asked).toBeGreaterThan(0)
      return slang()
    }
    try {
      expect(best(await slang())).not.toBe('c6')
      const [tuned] = await Promise.all([askUntilReplaced(bundled), json('tune')])
      expect(best(tuned)).toBe('c6')
      const model = await modelOf()
      const record = { ...catalogue[6], name: 'Skies', description: 'Says whether drizzle comes' }
      const put = await fetch(`${base}/api/v1/tools/skies`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...record, slug: 'skies', capabilities: [{ ...record.capabilities![0], id: 'skies' }] }),
      })
      expect(put.status, await put.text()).toBe(200)
      expect(await modelOf()).toBe(model)
      const [before] = await Promise.all([askUntilReplaced(model), json('model', 'rollback')])
      expect(await modelOf()).toBe(bundled)
      expect(best(before)).not.toBe('c6')
    } finally {
      child.kill('SIGTERM')
      await done
    }
  }, 240_000)
})

describe('matchgraph train', () => {
  it('trains a model that MATCHGRAPH_MODEL takes', async () => {
    const pairs = path.join(folder, 'pairs.tsv')
    const lines = THINGS.flatMap((thing, i) => FILLER.map((filler) => `made:up\t${filler} ${SLANG[i]}\t${thing}`))
    fs.writeFileSync(pairs, lines.join('\n'))
    const out = path.join(folder, 'model')
    const args = [
      '--steps',
      '60',
      '--dims',
      '16',
      '--batch',
      '32',
      '--words',
      '90',
      '--pieces',
      '20',
      '--learning-rate',
      '0.02',
    ]
    const { code, stdout } = await run(['train', pairs, '--out', out, '--json', ...args])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ pairs: 70, dims: 16, steps: 60, stopped: false })
    const other = path.join(folder, 'other-home')
    const env = { MATCHGRAPH_MODEL: out }
    const indexed = await run(['index', '--catalogue', path.join(folder, 'catalogue.jsonl'), '--home', other], env)
    expect(indexed.code, indexed.stderr).toBe(0)
    const found = await run(['search', 'gambit', '--mode', 'semantic', '--home', other, '--json'], env)
    expect(best(JSON.parse(found.stdout))).toBe('c5')
  })

  it('says what is wrong with its options', async () => {
    const { code, stderr } = await run(['train', 'nowhere.tsv', '--out', path.join(folder, 'x'), '--batch', 'many'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/--batch must be a number/)
  })
})
