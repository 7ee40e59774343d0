import { describe, it } from 'vitest'
import { PostgresStore } from '../../src/store/postgres/store.js'
import { catalogueContract } from './catalogue.contract.js'
import { copyContract } from './copy.contract.js'
import { logContract } from './log.contract.js'
import { onServer, SKIPPED } from './postgres-store.js'
import { sharedEvidenceContract } from './shared-evidence.contract.js'
import { storeContract } from './store.contract.js'

const freshSchema = SKIPPED ? undefined : onServer()

async function open(): Promise<{ store: PostgresStore; close(): Promise<void> }> {
  const { url, drop } = await freshSchema!()
  const store = await PostgresStore.open(url)
  return {
    store,
    close: async () => {
      await store.close()
      await drop()
    },
  }
}

if (SKIPPED) {
  process.stderr.write(`${SKIPPED}\n`)
  describe.skip(`PostgreSQL server (${SKIPPED})`, () => it('runs the contract', () => undefined))
} else {
  catalogueContract('PostgreSQL server', async () => {
    const { store, close } = await open()
    return { store: store.catalogue, close }
  })
  logContract('PostgreSQL server', async () => {
    const { store, close } = await open()
    return { store: store.log, close }
  })
  storeContract('PostgreSQL server', open)
  copyContract('PostgreSQL server', open)
  sharedEvidenceContract(
    'PostgreSQL server',
    async () => {
      const { url, drop } = await freshSchema!()
      return { open: () => PostgresStore.open(url, 3), drop }
    },
    4,
  )
}
