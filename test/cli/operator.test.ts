import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SqliteStore } from '../../src/store/sqlite/store.js'
import { run } from '../support/cli.js'
import { tempFolder } from '../support/home.js'

const { folder, remove } = tempFolder()
const home = path.join(folder, 'home')
const DAY = 86_400_000

/** A log of eight honest networks and a ring of twelve, ninety days old. */
beforeAll(async () => {
  const start = Date.now() - 90 * DAY
  const store = SqliteStore.open(path.join(home, 'matchgraph.db'))
  let n = 0
  const match = (client: string, capability: string, outcome: string, day: number) => {
    const impression = `i${n++}`
    const at = start + day * DAY
    const shown = ['target', 'a', 'b', 'c', 'd'].map((id) => [id, `tool-${id}`])
    const seen = { id: impression, at, client, hash: '', stems: [], vector: '', shown, offset: 0, answer: 'match' }
    const base = { at, impression, capability, client, known: true, weight: 1 }
    return [
      { kind: 'impression', at, id: impression, dedupe: [], payload: { ...seen, ranker: '1', generation: 1 } },
      { kind: 'match', at, id: `s${n}`, dedupe: [], payload: { ...base, id: `s${n}`, outcome: 'selected' } },
      { kind: 'match', at, id: `o${n}`, dedupe: [], payload: { ...base, id: `o${n}`, outcome } },
    ]
  }
  const honest = Array.from({ length: 8 }, (_, i) => [
    ...['a', 'b', 'c', 'd'].flatMap((id) => match(`user-${i}`, id, 'succeeded', i)),
    ...match(`user-${i}`, 'target', 'failed', i),
  ])
  const ring = Array.from({ length: 12 }, (_, i) => match(`ring-${i}`, 'target', 'succeeded', 30 + 2 * i))
  await store.log.append([...honest, ...ring].flat(), [])
  await store.close()
})
afterAll(() => remove())

const json = async (...args: string[]) => JSON.parse((await run([...args, '--home', home, '--json'])).stdout)

describe('matchgraph audit', () => {
  it('names the ring, bars it, and restores it', async () => {
    const told = await run(['audit', '--home', home])
    expect(told.stdout).toMatch(/^target: 12 clients that come mostly for it hold \d+ % of its weight/)
    expect(told.stdout).toMatch(/worked 12 of 12 times, all others 0 of 8/)
    const { alarms, barred } = await json('audit', '--bar-named')
    expect(barred).toHaveLength(12)
    expect(alarms).toEqual([])
    expect((await json('replay')).identical).toBe(true)
    expect((await json('audit', '--restore', ...barred)).alarms).toHaveLength(1)
  })
})

describe('matchgraph log', () => {
  it('goes out and comes back in, and shrinks to a checkpoint', async () => {
    const file = path.join(folder, 'log.jsonl')
    const { lines } = await json('log', 'export', file)
    expect(fs.readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(lines)
    expect(await json('log', 'import', file)).toEqual({ added: 0, known: lines })
    const other = ['--home', path.join(folder, 'other'), '--json']
    const fresh = JSON.parse((await run(['log', 'import', file, ...other])).stdout)
    expect(fresh).toEqual({ added: lines, known: 0 })
    expect((await json('log', 'compact', '--keep-days', '60')).removed).toBeGreaterThan(100)
    expect((await json('replay')).identical).toBe(true)
    expect((await run(['log', 'compact', '--keep-days', 'x', '--home', home])).code).toBe(2)
    expect((await run(['log', 'compact', '--keep-days', '2', '--home', home])).code).toBe(2)
  })
})
