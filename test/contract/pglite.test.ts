import { catalogueContract } from './catalogue.contract.js'
import { copyContract } from './copy.contract.js'
import { logContract } from './log.contract.js'
import { onPglite } from './postgres-store.js'
import { storeContract } from './store.contract.js'

const open = onPglite()

catalogueContract('PostgreSQL (PGlite)', async () => {
  const store = await open()
  return { store: store.catalogue, close: () => store.close() }
})
logContract('PostgreSQL (PGlite)', async () => {
  const store = await open()
  return { store: store.log, close: () => store.close() }
})
storeContract(
  'PostgreSQL (PGlite)',
  async () => {
    const store = await open()
    return { store, close: () => store.close() }
  },
  'skipped, all connections to PGlite are one session',
)
copyContract('PostgreSQL (PGlite)', async () => {
  const store = await open()
  return { store, close: () => store.close() }
})
