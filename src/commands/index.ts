import os from 'node:os'
import path from 'node:path'
import type { Command } from 'commander'
import type { IndexReport } from '../../indexer/context.js'
import { runIndex } from '../../indexer/run.js'
import { AppError } from '../core/errors.js'
import { type CommonOptions, common, print, settingsOf } from './command.js'
import { dataFolder, noteCatalogue, type Opened, openHome, weightsFor } from './open.js'
import { progressReporter } from './progress.js'

interface IndexCommandOptions extends CommonOptions {
  catalogue?: string[]
  full?: boolean
  strict?: boolean
}

export function register(program: Command): void {
  common(
    program
      .command('index')
      .description('read catalogue files, embed what changed, publish a new generation')
      .option('--catalogue <path...>', 'catalogue files or folders (default: the shipped catalogue)')
      .option('--full', 'embed and index everything anew')
      .option('--strict', 'publish nothing when a record is faulty'),
  ).action(async (options: IndexCommandOptions) => {
    giveWay()
    const opened = await openHome(settingsOf(options))
    try {
      const report = await indexHome(opened, options)
      print(options, report, () => summary(report))
    } finally {
      await opened.close()
    }
  })
}

/** A server beside it comes first. */
function giveWay(): void {
  try {
    os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // not allowed here: then it takes its share like everybody
  }
}

/** Runs the indexer on an opened home under its lock, with progress and faults on stderr; SIGINT stops it cleanly. */
export async function indexHome(opened: Opened, options: IndexCommandOptions): Promise<IndexReport> {
  const lock = await opened.store.tryLock('indexer')
  if (!lock) {
    throw new AppError('conflict', 'Another index run is at work on this catalogue: wait for it, or stop it.')
  }
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal)
  const progress = progressReporter()
  try {
    const report = await runIndex(opened, {
      paths: options.catalogue ?? [path.join(dataFolder(), 'catalogue')],
      full: options.full,
      strict: options.strict,
      now: Date.now(),
      signal: stop.signal,
      onProgress: progress.report,
      onFault: ({ file, line, path: field, message, suggestion }) =>
        process.stderr.write(
          `${file}:${line}: ${field ? `${field} ` : ''}${message}${suggestion ? `; did you mean "${suggestion}"?` : ''}\n`,
        ),
    })
    await noteCatalogue(opened.store, options.catalogue === undefined)
    opened.weights = await weightsFor(opened.store)
    return report
  } finally {
    progress.stop()
    process.off('SIGINT', onSignal)
    await lock.release()
  }
}

export function summary(report: IndexReport): string {
  const {
    added,
    changed,
    kept,
    removed,
    rejected,
    generation,
    tools,
    capabilities,
    embedded,
    textsPerSecond,
    verification,
  } = report
  const lines = [
    `Tools: ${added} added, ${changed} changed, ${kept} kept, ${removed} removed. Faults: ${rejected}.`,
    embedded > 0
      ? `Embedded ${embedded.toLocaleString('en')} texts at ${textsPerSecond.toLocaleString('en')} a second.`
      : 'Nothing had to be embedded.',
    `Generation ${generation}: ${tools.toLocaleString('en')} tools, ${capabilities.toLocaleString('en')} capabilities.`,
  ]
  if (verification && verification.sampled > 0) {
    lines.push(
      `Verified on ${verification.sampled} capabilities: the index finds ${(verification.recall * 100).toFixed(1)} % of the exact ten nearest.`,
    )
  }
  return lines.join('\n')
}
