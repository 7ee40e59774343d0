#!/usr/bin/env node
import module from 'node:module'
import { Command, CommanderError } from 'commander'
import { AppError } from './core/errors.js'

// Node 22.8 and later keep what they have compiled for the next start
const { enableCompileCache } = module as { enableCompileCache?: () => unknown }
enableCompileCache?.()

/** Every command is a module with `register(program)`; only the one that is asked for is loaded, so that a start costs little. */
const COMMANDS: Record<string, () => Promise<{ register(program: Command): void }>> = {
  index: () => import('./commands/index.js'),
  serve: () => import('./commands/serve.js'),
  search: () => import('./commands/search.js'),
  rank: () => import('./commands/rank.js'),
  replay: () => import('./commands/replay.js'),
  audit: () => import('./commands/audit.js'),
  log: () => import('./commands/log.js'),
  alternatives: () => import('./commands/alternatives.js'),
  compare: () => import('./commands/compare.js'),
  backup: () => import('./commands/backup.js'),
  restore: () => import('./commands/backup.js'),
  doctor: () => import('./commands/doctor.js'),
  eval: () => import('./commands/eval.js'),
  import: () => import('./commands/import.js'),
  validate: () => import('./commands/validate.js'),
  migrate: () => import('./commands/migrate.js'),
  pin: () => import('./commands/pin.js'),
  check: () => import('./commands/check.js'),
  verify: () => import('./commands/verify.js'),
  mcp: () => import('./commands/mcp.js'),
  fit: () => import('./commands/fit.js'),
  train: () => import('./commands/train.js'),
  tune: () => import('./commands/tune.js'),
  model: () => import('./commands/model.js'),
}

/** Without a command, the server: `npx matchgraph` in an empty folder is a first answer. */
const args = process.argv.slice(2)
if (args.length === 0) args.push('serve')

const program = new Command('matchgraph')
  .description(
    'Search capabilities of tools by need, learn from what was chosen and whether it worked. Without a command: serve.',
  )
  .showSuggestionAfterError()
  .exitOverride()
const asked = COMMANDS[args[0]!]
// a module may bring several commands, and is the same object each time it is imported
const modules = new Set(await Promise.all((asked ? [asked] : Object.values(COMMANDS)).map((load) => load())))
for (const module of modules) module.register(program)

/** Exit codes: 0 done, 1 failed, 2 wrong usage. */
try {
  await program.parseAsync(args, { from: 'user' })
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
