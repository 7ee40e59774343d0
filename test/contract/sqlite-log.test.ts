import { migrate, openDatabase } from '../../src/store/sqlite/database.js'
import { LOG_MIGRATIONS, SqliteLog } from '../../src/store/sqlite/log.js'
import { logContract } from './log.contract.js'

logContract('SQLite', async () => {
  const db = openDatabase(':memory:')
  migrate(db, LOG_MIGRATIONS)
  return { store: new SqliteLog(db), close: async () => void db.close() }
})
