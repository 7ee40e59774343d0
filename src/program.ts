import { Command, CommanderError } from 'commander'
import { AppError } from './core/errors.js'

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

/**
 * Does what the command line asks for and sets the exit code: 0 done, 1 failed, 2 wrong usage.
 * @param args what follows the program's name, beginning with the command
 */
export async function main(args: readonly string[]): Promise<void> {
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
}
