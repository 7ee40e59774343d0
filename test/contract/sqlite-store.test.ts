import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { SqliteStore } from '../../src/store/sqlite/store.js'
import { storeContract } from './store.contract.js'

storeContract('SQLite', async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-'))
  const store = SqliteStore.open(path.join(home, 'matchgraph.db'))
  return {
    store,
    close: async () => {
      await store.close()
      fs.rmSync(home, { recursive: true })
    },
  }
})
