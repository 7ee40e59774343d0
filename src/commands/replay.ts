import type { Command } from 'commander'
import { type CommonOptions, common, print, settingsOf } from './command.js'
import { openEvidence } from './evidence.js'
import { openHome } from './open.js'

export function register(program: Command): void {
  common(
    program
      .command('replay')
      .description('rebuild all evidence from the event log, and say whether it equals what is stored'),
  ).action(async (options: CommonOptions) => {
    const settings = settingsOf(options)
    const opened = await openHome(settings)
    const evidence = await openEvidence(opened, settings)
    try {
      const answer = await evidence.matches.log.replay()
      print(options, answer, () =>
        answer.identical
          ? `Rebuilt from ${answer.events} events: identical to what was stored.`
          : `Rebuilt from ${answer.events} events: it differs from what was stored, and the rebuilt one is stored now.`,
      )
      if (!answer.identical) process.exitCode = 1
    } finally {
      await evidence.close()
      await opened.close()
    }
  })
}
