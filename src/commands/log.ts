import { once } from 'node:events'
import fs from 'node:fs'
import readline from 'node:readline'
import { finished } from 'node:stream/promises'
import type { Command } from 'commander'
import { type CommonOptions, common, print, settingsOf, usageError } from './command.js'
import { withOperator } from './evidence.js'

export function register(program: Command): void {
  const log = program
    .command('log')
    .description('the log of searches and matches: take it out, bring it in, keep it short')
  common(
    log.command('export <file>').description('write the log as JSON lines in the field names of OpenSearch UBI'),
  ).action((file: string, options: CommonOptions) =>
    withOperator(settingsOf(options), async (operator) => {
      const out = fs.createWriteStream(file, { flags: 'wx' })
      let lines = 0
      for await (const document of operator.exportUbi()) {
        if (!out.write(`${JSON.stringify(document)}\n`)) await once(out, 'drain')
        lines++
      }
      out.end()
      await finished(out)
      print(options, { file, lines }, () => `Wrote ${lines} events to ${file}.`)
    }),
  )
  common(log.command('import <file>').description('read such lines back in, those that are not there yet')).action(
    (file: string, options: CommonOptions) =>
      withOperator(settingsOf(options), async (operator) => {
        const answer = await operator.importUbi(documentsOf(file))
        print(options, answer, () => `${answer.added} events added, ${answer.known} were there already.`)
      }),
  )
  common(
    log
      .command('compact')
      .description('fold old events into a checkpoint and delete them; replay stays exact from there')
      .requiredOption('--keep-days <n>', 'days to keep'),
  ).action((options: CommonOptions & { keepDays: string }) =>
    withOperator(settingsOf(options), async (operator) => {
      const days = Number(options.keepDays)
      if (!Number.isFinite(days)) throw usageError(`--keep-days must be a number of days, not "${options.keepDays}".`)
      const removed = await operator.compact(days, Date.now())
      print(options, { removed }, () => `${removed} events folded into the checkpoint.`)
    }),
  )
}

async function* documentsOf(file: string): AsyncGenerator<unknown> {
  let n = 0
  for await (const line of readline.createInterface({
    input: fs.createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    n++
    if (line.trim() === '') continue
    try {
      yield JSON.parse(line)
    } catch {
      throw usageError(`${file}, line ${n} is not JSON.`)
    }
  }
}
