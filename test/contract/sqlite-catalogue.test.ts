import { CATALOGUE_MIGRATIONS, SqliteCatalogue } from '../../src/store/sqlite/catalogue.js'
import { migrate, openDatabase } from '../../src/store/sqlite/database.js'
import { catalogueContract } from './catalogue.contract.js'

catalogueContract('SQLite', async () => {
  const db = openDatabase(':memory:')
  migrate(db, CATALOGUE_MIGRATIONS)
  return { store: new SqliteCatalogue(db), close: async () => void db.close() }
})
