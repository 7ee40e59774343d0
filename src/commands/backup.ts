import fs from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../core/errors.js'
import { openStore } from '../store/open.js'
import { SqliteStore } from '../store/sqlite/store.js'
import { type CommonOptions, common, print, settingsOf } from './command.js'
import { writeWhole } from './whole-file.js'

export function register(program: Command): void {
  common(
    program
      .command('backup <file>')
      .description('write one consistent copy of catalogue, log and evidence, while the server runs'),
  ).action(async (file: string, options: CommonOptions) => {
    const settings = settingsOf(options)
    if (fs.existsSync(file))
      throw new AppError('conflict', `${file} exists already: choose another name, nothing is overwritten.`)
    const store = await openStore(settings.MATCHGRAPH_HOME, settings.MATCHGRAPH_DATABASE_URL)
    try {
      await writeWhole(path.resolve(file), (part) => store.backup(part))
    } finally {
      await store.close()
    }
    const { size } = fs.statSync(file)
    print(
      options,
      { file, bytes: size },
      () => `Wrote ${file}, ${(size / 1e6).toFixed(1)} MB. Bring it back with "matchgraph restore ${file}".`,
    )
  })
  common(
    program
      .command('restore <file>')
      .description('bring a backup back into a home; what was there is kept beside it')
      .option('--force', 'also while the home holds a database'),
  ).action(async (file: string, options: CommonOptions & { force?: boolean }) => {
    const { MATCHGRAPH_HOME: home, MATCHGRAPH_DATABASE_URL: url } = settingsOf(options)
    if (url) {
      throw new AppError(
        'conflict',
        'MATCHGRAPH_DATABASE_URL is set: restore into a home without it, then "matchgraph migrate" moves that into an empty database.',
      )
    }
    const kept = await restore(file, home, options.force === true)
    print(
      options,
      { home, kept },
      () =>
        `Restored ${file} into ${home}.${kept ? ` What was there is now ${kept}.` : ''} The index files are rebuilt at the next start.`,
    )
  })
}

/**
 * Checks the copy, then puts it in place; answers where the database that was there has been moved.
 * @throws AppError `not-found`, `damaged-file`, or `conflict` when the home holds a database and `force` was not given
 */
async function restore(file: string, home: string, force: boolean): Promise<string | undefined> {
  if (!fs.existsSync(file)) throw new AppError('not-found', `${file} does not exist.`)
  const target = path.join(home, 'matchgraph.db')
  if (fs.existsSync(target) && !force) {
    throw new AppError(
      'conflict',
      `${home} holds a database already. Stop the server, then add --force; it will be kept beside the restored one.`,
    )
  }
  fs.mkdirSync(home, { recursive: true })
  const temp = `${target}.restore`
  for (const suffix of ['', '-wal', '-shm']) fs.rmSync(temp + suffix, { force: true })
  fs.copyFileSync(file, temp)
  try {
    await assertSound(temp)
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm']) fs.rmSync(temp + suffix, { force: true })
    throw error
  }
  const kept = fs.existsSync(target) ? `${target}.before-restore-${Date.now()}` : undefined
  if (kept)
    for (const suffix of ['', '-wal', '-shm'])
      if (fs.existsSync(target + suffix)) fs.renameSync(target + suffix, kept + suffix)
  fs.renameSync(temp, target)
  fs.rmSync(path.join(home, 'journal'), { recursive: true, force: true })
  return kept
}

async function assertSound(file: string): Promise<void> {
  const store = SqliteStore.open(file)
  try {
    const faults = await store.check()
    if (faults.length > 0) throw new AppError('damaged-file', `The backup is damaged: ${faults[0]}. Use an older one.`)
  } finally {
    await store.close()
  }
}
