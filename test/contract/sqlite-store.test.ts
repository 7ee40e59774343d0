import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Checkpoints } from '../../src/store/sqlite/checkpoints.js'
import { migrate, openDatabase } from '../../src/store/sqlite/database.js'
import { SqliteLog } from '../../src/store/sqlite/log.js'
import { MIGRATIONS, SqliteStore } from '../../src/store/sqlite/store.js'
import { WalSync } from '../../src/store/sqlite/wal-sync.js'
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

it('copies a long log into the database in a thread of its own, and lets it begin anew', async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-'))
  const db = openDatabase(path.join(home, 'matchgraph.db'))
  db.exec('CREATE TABLE t (x BLOB)')
  const worker = new URL('../../dist/src/store/sqlite/checkpoint-worker.js', import.meta.url)
  const checkpoints = new Checkpoints(db, worker)
  const state = () => (db.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[])[0]!
  const write = (pages: number) => {
    const insert = db.prepare('INSERT INTO t VALUES (zeroblob(4000))')
    db.transaction(() => {
      for (let i = 0; i < pages; i++) insert.run()
    })()
  }
  const untilCopied = async () => {
    for (checkpoints.look(); state().checkpointed < state().log; checkpoints.look()) await sleep(10)
  }
  write(500)
  checkpoints.look()
  await sleep(50)
  expect(state().checkpointed).toBe(0)
  write(1000)
  await untilCopied()
  expect(state().log).toBeGreaterThan(1500)
  // the log goes on growing until it is long; then the next writer begins at its start
  write(8000)
  await untilCopied()
  await sleep(100)
  write(10)
  expect(state().log).toBeLessThan(100)
  expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(9510)
  await checkpoints.close()
  db.close()
  expect(fs.existsSync(path.join(home, 'matchgraph.db-wal'))).toBe(false)
  fs.rmSync(home, { recursive: true })
})

describe('on a slow disk', () => {
  const event = (id: string) => ({ kind: 'impression', at: 1, id, dedupe: [], payload: {} })

  /** A log whose disk is asked by `sync`. */
  function logOn(sync: () => Promise<void>) {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-'))
    const db = openDatabase(path.join(home, 'matchgraph.db'))
    migrate(db, MIGRATIONS)
    const wal = new WalSync(db, undefined, sync)
    const close = async () => {
      await wal.close()
      db.close()
      fs.rmSync(home, { recursive: true })
    }
    return { log: new SqliteLog(db, wal), close }
  }

  it('acknowledges what is on disk, and holds up nothing else until then', async () => {
    const order: string[] = []
    const { log, close } = logOn(async () => {
      await sleep(40)
      order.push('synced')
    })
    const first = log.append([event('a')], []).then(() => order.push('a acknowledged'))
    await sleep(10)
    // both come while the first sync runs, which may have begun before them: they share the next
    const others = ['b', 'c'].map((id) => log.append([event(id)], []).then(() => order.push(`${id} acknowledged`)))
    order.push('read')
    expect((await log.event('c'))?.id).toBe('c')
    await Promise.all([first, ...others])
    expect(order).toEqual(['read', 'synced', 'a acknowledged', 'synced', 'b acknowledged', 'c acknowledged'])
    await close()
  })

  it('acknowledges nothing that a failing disk did not take, and goes on when it takes things again', async () => {
    let isFull = true
    const { log, close } = logOn(async () => {
      if (isFull) throw new Error('ENOSPC')
    })
    await expect(log.append([event('a')], [])).rejects.toThrow('ENOSPC')
    isFull = false
    await expect(log.append([event('b')], [])).resolves.toMatchObject({ duplicates: [] })
    await close()
  })
})
