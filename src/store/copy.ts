import { createHash } from 'node:crypto'
import { AppError } from '../core/errors.js'
import type { Store } from './store.js'
import { type Row, TABLES, type TableReader } from './tables.js'

/** What a store holds: rows of each table and a hash over them that does not depend on their order. */
export type Contents = Record<string, { rows: number; digest: string }>

/**
 * Copies everything, history and counters included, into an empty store: all of it or nothing, as it was at one moment.
 * @returns what was read
 * @throws AppError `conflict` when the target is not empty
 */
export async function copyStore(
  from: Store,
  to: Store,
  onRows?: (table: string, rows: number) => void,
): Promise<Contents> {
  return from.readTables((reader) =>
    to.writeTables(async (writer) => {
      const present = await writer.rows()
      if (present > 0) {
        throw new AppError(
          'conflict',
          `The target holds ${present} rows already; everything goes into an empty one or nowhere.`,
        )
      }
      const contents: Contents = {}
      for (const table of TABLES) {
        const sum = new Digest()
        for await (const rows of reader.pages(table)) {
          await writer.insert(table, rows)
          sum.add(rows)
          onRows?.(table.name, rows.length)
        }
        contents[table.name] = sum.result()
      }
      await writer.setCounters(await reader.counters())
      return contents
    }),
  )
}

/** Reads everything and says what is there: two stores with equal contents hold the same rows, byte for byte. */
export const contentsOf = (store: Store): Promise<Contents> => store.readTables(readContents)

async function readContents(reader: TableReader): Promise<Contents> {
  const contents: Contents = {}
  for (const table of TABLES) {
    const sum = new Digest()
    for await (const rows of reader.pages(table)) sum.add(rows)
    contents[table.name] = sum.result()
  }
  return contents
}

/** Tables whose contents differ. */
export const differences = (a: Contents, b: Contents): string[] =>
  Object.keys(a).filter((table) => a[table]!.rows !== b[table]?.rows || a[table]!.digest !== b[table]?.digest)

/** XOR of the SHA-256 of every row: rows have a key, so none can stand there twice and cancel itself out. */
class Digest {
  private readonly sum = Buffer.alloc(32)
  private count = 0

  add(rows: readonly Row[]): void {
    for (const row of rows) {
      const hash = createHash('sha256')
      for (const cell of row) {
        const bytes = cell instanceof Uint8Array ? cell : Buffer.from(JSON.stringify(cell))
        hash.update(`${bytes.length}:`).update(bytes)
      }
      const one = hash.digest()
      for (let i = 0; i < 32; i++) this.sum[i]! ^= one[i]!
    }
    this.count += rows.length
  }

  result(): { rows: number; digest: string } {
    return { rows: this.count, digest: this.sum.toString('hex') }
  }
}
