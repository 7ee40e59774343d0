import type { Command } from 'commander'
import { verifyPassport } from '../engine/passport.js'
import { readJson } from './check.js'
import { type CommonOptions, common, print } from './command.js'

interface VerifyOptions extends CommonOptions {
  key?: string
}

export function register(program: Command): void {
  common(
    program
      .command('verify <file>')
      .description(
        'check a tool passport offline: unchanged since it was signed, and by the expected key; exit 1 when not',
      )
      .option('--key <public key>', "the key it must be signed with, as in the issuer's /.well-known/matchgraph.json"),
  ).action(async (file: string, options: VerifyOptions) => {
    const { valid, reason, passport, faults } = verifyPassport(await readJson(file), options.key)
    const about = passport && {
      subject: passport.subject,
      issuedAt: passport.issuedAt,
      generation: passport.generation,
      keyId: passport.signature.keyId,
    }
    print(options, { valid, reason, ...about, ...(faults.length > 0 && { faults }) }, () =>
      [
        `${valid ? 'Valid' : 'NOT valid'}. ${reason}`,
        ...(about ? [`${about.subject}, generation ${about.generation}, issued ${about.issuedAt}`] : []),
        ...faults.slice(0, 10).map(({ path, message }) => `  ${path} ${message}`),
      ].join('\n'),
    )
    if (!valid) process.exitCode = 1
  })
}
