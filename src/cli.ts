#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import * as index from './commands/index.js'
import * as search from './commands/search.js'
import * as serve from './commands/serve.js'
import { AppError } from './core/errors.js'

/** Every command is a module with `register(program)`; heavy parts are loaded by the command that needs them. */
const COMMANDS = [index, serve, search]

const program = new Command('matchgraph')
  .description('Search capabilities of tools by need, learn from what was chosen and whether it worked.')
  .showSuggestionAfterError()
  .exitOverride()
for (const command of COMMANDS) command.register(program)

/** Exit codes: 0 done, 1 failed, 2 wrong usage. */
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else if (error instanceof AppError) {
    process.stderr.write(`matchgraph: ${error.detail}\n`)
    process.exitCode = error.status === 400 ? 2 : 1
  } else {
    process.stderr.write(`matchgraph: ${(error as Error).stack ?? error}\n`)
    process.exitCode = 1
  }
}
