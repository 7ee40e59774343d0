import path from 'node:path'
import Database from 'better-sqlite3'
import { type Contender, type Searcher, TOP } from '../contender.js'
import { fused } from '../fusion.js'
import { peer } from '../peer.js'
import type { Entry, Query } from '../workload.js'

interface Module {
  load(database: Database.Database): void
}

/** Candidates of each leg. */
const DEPTH = 50

export const sqliteVec: Contender = {
  name: 'sqlite-vec + FTS5',
  kind: 'hybrid',
  packages: ['sqlite-vec', 'better-sqlite3'],
  how: `vec0 over float32 (it compares with every row), FTS5 with porter, OR of the words, bm25 with the name twice; ${DEPTH} of each, reciprocal rank fusion`,
  async build(workload, folder) {
    const database = await opened(folder)
    database.exec(`
      CREATE TABLE capability (id INTEGER PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL);
      CREATE VIRTUAL TABLE words USING fts5(name, text, content='capability', content_rowid='id', tokenize='porter');
      CREATE VIRTUAL TABLE vectors USING vec0(id INTEGER PRIMARY KEY, vector FLOAT[${workload.about.dims}]);
    `)
    const add = adder(database)
    for await (const entries of workload.corpus()) add(entries)
    database.exec("INSERT INTO words(words) VALUES ('optimize')")
    database.close()
  },
  async open(folder): Promise<Searcher> {
    const database = await opened(folder)
    const near = database.prepare<[Buffer, number], number>(
      'SELECT id FROM vectors WHERE vector MATCH ? AND k = ? ORDER BY distance',
    )
    const words = database.prepare<[string], number>(
      `SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words, 2, 1) LIMIT ${DEPTH}`,
    )
    const page = database.prepare<[number], { id: number; name: string; text: string }>(
      'SELECT id, name, text FROM capability WHERE id = ?',
    )
    const nearest = ({ vector }: Query, k: number) => near.pluck().all(bytesOf(vector), k) as number[]
    return {
      search(query) {
        const match = matchOf(query.text)
        const textual = match ? (words.pluck().all(match) as number[]) : []
        return fused([nearest(query, DEPTH), textual], TOP).map((id) => page.get(id))
      },
      nearest: (query) => nearest(query, TOP),
      insert: adder(database),
      close: () => {
        database.close()
      },
    }
  },
}

async function opened(folder: string): Promise<Database.Database> {
  const database = new Database(path.join(folder, 'index.db'))
  ;(await peer<Module>('sqlite-vec')).load(database)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.pragma('mmap_size = 1073741824')
  return database
}

function adder(database: Database.Database): (entries: readonly Entry[]) => void {
  const capability = database.prepare('INSERT INTO capability VALUES (?, ?, ?)')
  const words = database.prepare('INSERT INTO words(rowid, name, text) VALUES (?, ?, ?)')
  const vectors = database.prepare('INSERT INTO vectors VALUES (?, ?)')
  return database.transaction((entries: readonly Entry[]) => {
    for (const { position, name, text, vector } of entries) {
      capability.run(position, name, text)
      words.run(position, name, text)
      vectors.run(BigInt(position), bytesOf(vector))
    }
  })
}

const bytesOf = (vector: Float32Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)

/** The words of a question, any of which may match. */
const matchOf = (text: string): string =>
  [...new Set(text.match(/[\p{L}\p{N}]+/gu) ?? [])].map((w) => `"${w}"`).join(' OR ')
