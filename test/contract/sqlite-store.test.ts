import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { migrate, openDatabase } from '../../src/store/sqlite/database.js'
import { MIGRATIONS, SqliteStore } from '../../src/store/sqlite/store.js'
import { TABLES } from '../../src/store/tables.js'
import { copyContract } from './copy.contract.js'
import { sharedEvidenceContract } from './shared-evidence.contract.js'
import { storeContract } from './store.contract.js'

async function open() {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-'))
  const store = SqliteStore.open(path.join(home, 'matchgraph.db'))
  return {
    store,
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
  expect(names.sort()).toEqual(TABLES.map((table) => table.name).sort())
  for (const { name, columns } of TABLES) {
    const stored = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(name)
    expect(stored.sort()).toEqual(Object.keys(columns).sort())
  }
})
