import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import type { Impression } from '../../../src/core/evidence/events.js'
import { EvidenceLog } from '../../../src/engine/evidence-log.js'
import { SqliteStore } from '../../../src/store/sqlite/store.js'
import { tempFolder } from '../../support/home.js'
import { START } from './events.js'

const shown = (n: number): Impression => ({
  id: `shown-${n}`,
  at: START + n,
  client: 'someone',
  query: `need ${n}`,
  hash: `hash-${n}`,
  stems: ['need', String(n)],
  vector: '',
  shown: [[`tool-${n % 7}/do`, `tool-${n % 7}`]],
  offset: 0,
  answer: 'match',
  ranker: '1',
  generation: 1,
})

it('finds every impression: before and after it is written, however many came since, and while nothing can be written', async () => {
  const { folder, remove } = tempFolder()
  try {
    const file = `${folder}/matchgraph.db`
    const store = SqliteStore.open(file)
    const log = await EvidenceLog.open(store)
    const impressions = Array.from({ length: 5000 }, (_, n) => shown(n))
    const found = async (): Promise<void> => {
      for (const impression of impressions) expect(await log.impression(impression.id)).toEqual(impression)
    }
    for (const impression of impressions) log.note(impression)
    await found()
    await log.flush()
    expect(log.pending).toBe(0)
    await found()

    const beside = new Database(file)
    beside.exec("CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no room'); END")
    for (let n = 5000; n < 10_000; n++) {
      impressions.push(shown(n))
      log.note(impressions[n]!)
    }
    await expect(log.flush()).rejects.toMatchObject({ code: 'unavailable' })
    await found()
    beside.exec('DROP TRIGGER full')
    beside.close()
    await log.flush()
    await found()
    await log.close()
    await store.close()
  } finally {
    remove()
  }
})

it('a start reads again nothing of what was only shown before the last one ended', async () => {
  const store = SqliteStore.open(':memory:')
  const log = await EvidenceLog.open(store)
  for (let n = 0; n < 3; n++) log.note(shown(n))
  await log.close()
  const rows = new Map<string, string | null>()
  for await (const { key, value } of store.log.evidence()) rows.set(key, value)
  expect(rows.get('seq')).toBe(String(log.lastSeq))
  expect(log.lastSeq).toBe(3)
  await store.close()
})
