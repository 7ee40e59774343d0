import path from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../core/errors.js'
import { type Contents, contentsOf, copyStore, differences } from '../store/copy.js'
import { openStore } from '../store/open.js'
import { PostgresStore } from '../store/postgres/store.js'
import type { Lock, Store } from '../store/store.js'
import { type CommonOptions, print, usageError } from './command.js'

interface MigrateOptions extends CommonOptions {
  from?: string
  to: string
  citus?: boolean
}

export function register(program: Command): void {
  program
    .command('migrate')
    .description('move everything, with its whole history, between an embedded home and a PostgreSQL database')
    .option('--from <place>', 'where it is: a home folder, or postgres://…')
    .requiredOption('--to <place>', 'where it goes, which must be empty: a home folder, or postgres://…')
    .option('--citus', 'spread the tables of the target over the workers of its Citus cluster first')
    .option('--json', 'print one JSON document on stdout')
    .action(async (options: MigrateOptions) => {
      if (options.from === undefined && !options.citus) throw usageError('--from says where everything is now.')
      if (options.from === options.to) throw usageError('--from and --to are the same place.')
      const to = await openPlace(options.to)
      try {
        if (options.citus) await spread(to)
        const contents = options.from === undefined ? {} : await move(options.from, to)
        print(options, { equal: true, tables: contents, citus: options.citus === true }, () => summary(contents))
      } finally {
        await to.close()
      }
    })
}

const openPlace = (place: string): Promise<Store> =>
  /^postgres(ql)?:\/\//.test(place) ? openStore('', place) : openStore(path.resolve(place), undefined)

async function move(place: string, to: Store): Promise<Contents> {
  const from = await openPlace(place)
  try {
    return await moveAll(from, to)
  } finally {
    await from.close()
  }
}

/** @throws AppError `conflict` when there is no Citus, `invalid-parameter` when the target is no database server */
async function spread(store: Store): Promise<void> {
  if (!(store instanceof PostgresStore)) throw usageError('--citus is for a target that begins with postgres://.')
  await store.distribute()
}

/**
 * Copies everything in one transaction, then reads the target again and compares.
 * @throws AppError `conflict` when something is at work on either side, when the target is not empty, or when the two are not equal
 */
export async function moveAll(from: Store, to: Store): Promise<Contents> {
  const locks: Lock[] = []
  try {
    for (const store of [from, to]) {
      for (const name of ['indexer', 'evidence'] as const) {
        const lock = await store.tryLock(name)
        if (!lock) {
          throw new AppError('conflict', 'A server or an index run is at work on one of the two: stop it first.')
        }
        locks.push(lock)
      }
    }
    const read = await copyStore(from, to, progress())
    const different = differences(read, await contentsOf(to))
    if (different.length > 0) {
      throw new AppError('conflict', `These tables are not equal on the other side: ${different.join(', ')}.`)
    }
    return read
  } finally {
    for (const lock of locks) await lock.release()
  }
}

/** Without a terminal or with one: a line every few seconds. */
const LINE_EVERY = 3000

function progress(): (table: string, rows: number) => void {
  let last = performance.now()
  let done = 0
  return (table, rows) => {
    done += rows
    if (performance.now() - last < LINE_EVERY) return
    last = performance.now()
    process.stderr.write(`copying ${table}: ${done.toLocaleString('en')} rows so far\n`)
  }
}

function summary(contents: Contents): string {
  if (Object.keys(contents).length === 0) return 'The tables are spread over the workers.'
  const width = Math.max(...Object.keys(contents).map((table) => table.length))
  const lines = Object.entries(contents).map(
    ([table, { rows }]) => `${table.padEnd(width)}  ${rows.toLocaleString('en')} rows, equal`,
  )
  return [...lines, 'Everything has arrived. The old place is as it was.'].join('\n')
}
