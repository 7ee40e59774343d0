import type { Command } from 'commander'
import type { z } from 'zod'
import { readSettings, type Settings } from '../config.js'
import { AppError } from '../core/errors.js'
import { requestFault } from '../core/request-fault.js'

/** What every command takes. */
export interface CommonOptions {
  home?: string
  json?: boolean
}

/** Adds `--home` and `--json`, which every command takes. */
export const common = (command: Command): Command =>
  command
    .option('--home <dir>', 'folder of the database and the index files (default: $MATCHGRAPH_HOME, else .matchgraph)')
    .option('--json', 'print one JSON document on stdout')

/** Settings from the environment, with what the command line says on top. */
export const settingsOf = (options: CommonOptions, more: Record<string, string | undefined> = {}): Settings => {
  const over = Object.entries({ MATCHGRAPH_HOME: options.home, ...more }).filter(([, value]) => value !== undefined)
  return readSettings({ ...process.env, ...Object.fromEntries(over) })
}

/** Prints a result: as one JSON document, or as text for people. */
export const print = (options: CommonOptions, result: unknown, text: () => string): void => {
  process.stdout.write(options.json ? `${JSON.stringify(result, null, 1)}\n` : `${text()}\n`)
}

/** A wrong argument: exit 2. */
export const usageError = (detail: string): AppError => new AppError('invalid-parameter', detail)

/**
 * What the arguments ask for, by the schema that the HTTP call has too.
 * @throws AppError `invalid-parameter` naming the arguments that do not fit
 */
export function requestOf<S extends z.ZodObject>(schema: S, values: object): z.output<S> {
  const request = schema.safeParse(values)
  if (!request.success) throw requestFault(request.error, Object.keys(schema.shape), 'query')
  return request.data
}
