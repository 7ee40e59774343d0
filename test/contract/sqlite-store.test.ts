import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { migrate, openDatabase } from '../../src/store/sqlite/database.js'
import { MIGRATIONS, SqliteStore } from '../../src/store/sqlite/store.js'
import type { ToolPut } from '../../src/store/store.js'
import { TABLES } from '../../src/store/tables.js'
import { copyContract } from './copy.contract.js'
import { sharedEvidenceContract } from './shared-evidence.contract.js'
import { storeContract } from './store.contract.js'

async function open() {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-'))
  const file = path.join(home, 'matchgraph.db')
  const store = SqliteStore.open(file)
  return {
    store,
    file,
    close: async () => {
      await store.close()
      fs.rmSync(home, { recursive: true })
    },
  }
}

storeContract('SQLite', open)
copyContract('SQLite', open)

sharedEvidenceContract(
  'SQLite',
  async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-'))
    return {
      open: async () => SqliteStore.open(path.join(home, 'matchgraph.db')),
      drop: async () => fs.rmSync(home, { recursive: true }),
    }
  },
  15,
)

it('knows every table and column that is to be carried over', () => {
  const db = openDatabase(':memory:')
  migrate(db, MIGRATIONS)
  const names = db
    .prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all()
  // what has left is kept for the servers on this database, for an hour
  expect(names.filter((name) => name !== 'former').sort()).toEqual(TABLES.map((table) => table.name).sort())
  for (const { name, columns } of TABLES) {
    const stored = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(name)
    expect(stored.sort()).toEqual(Object.keys(columns).sort())
  }
})

it('waits for another writer without holding up the thread', async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-'))
  const file = path.join(home, 'matchgraph.db')
  const store = SqliteStore.open(file)
  const other = openDatabase(file)
  other.exec('BEGIN IMMEDIATE')
  const order: string[] = []
  const writing = store.log
    .append([{ kind: 'impression', at: 1, id: 'i', dedupe: [], payload: {} }], [])
    .then(() => order.push('written'))
  await sleep(30)
  order.push('meanwhile')
  other.exec('COMMIT')
  await writing
  expect(order).toEqual(['meanwhile', 'written'])
  expect((await store.log.event('i'))?.id).toBe('i')
  other.close()
  await store.close()
  fs.rmSync(home, { recursive: true })
})

it('drops what left more than an hour ago with the next publication', async () => {
  const { store, file, close } = await open()
  const tool = (hash: string): ToolPut => ({
    record: { slug: 'a', name: 'A', type: 'api', description: 'a', capabilities: [{ name: 'x', description: hash }] },
    hash,
    capabilities: [{ id: 'a.x', hash, texts: [] }],
  })
  const publish = (hash: string) => store.catalogue.apply({ at: 1, model: 'm', dims: 1, put: [tool(hash)], remove: [] })
  const first = (await publish('one')).added[0]!.label
  await publish('two')
  const db = openDatabase(file)
  db.prepare('UPDATE former SET left_at = left_at - 3500').run()
  const second = (await publish('three')).removed[0]!
  expect((await store.catalogue.capabilities([first, second])).map((c) => c.label)).toEqual([first, second])
  db.prepare('UPDATE former SET left_at = left_at - 200 WHERE label = ?').run(first)
  db.close()
  await publish('four')
  expect((await store.catalogue.capabilities([first, second])).map((c) => c.label)).toEqual([second])
  await close()
})
