import fs from 'node:fs'
import path from 'node:path'
import { Command, CommanderError } from 'commander'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import * as alternatives from '../../src/commands/alternatives.js'
import * as audit from '../../src/commands/audit.js'
import * as check from '../../src/commands/check.js'
import * as compare from '../../src/commands/compare.js'
import * as imports from '../../src/commands/import.js'
import * as pin from '../../src/commands/pin.js'
import * as rank from '../../src/commands/rank.js'
import * as replay from '../../src/commands/replay.js'
import * as search from '../../src/commands/search.js'
import * as validate from '../../src/commands/validate.js'
import * as verify from '../../src/commands/verify.js'
import { AppError } from '../../src/core/errors.js'
import { run } from '../support/cli.js'
import { FUZZ_RUNS, nastyText } from '../support/fuzz.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'
import { runCommand } from '../support/run-command.js'

/** Commands that neither listen, nor go to the network, nor work for long. */
const MODULES = [alternatives, audit, check, compare, imports, pin, rank, replay, search, validate, verify]
/** Options that would write where the fuzz says, or start what it says. */
const APART = new Set(['--home', '--out', '--save', '--command'])
const RUNS = Math.ceil(FUZZ_RUNS / 20)

const { folder, remove } = tempFolder()
const home = path.join(folder, 'home')
beforeAll(async () => {
  const file = path.join(folder, 'catalogue.jsonl')
  fs.writeFileSync(file, SMALL_CATALOGUE.map((record) => JSON.stringify(record)).join('\n'))
  expect((await run(['index', '--catalogue', file, '--home', home])).code).toBe(0)
})
afterAll(() => remove())

const program = new Command()
for (const module of MODULES) module.register(program)

/** A value, but no place that there is: nothing is read that the test did not make. */
const value = nastyText.map((text) => (text.trim() === '' || fs.existsSync(text) ? 'nowhere' : text))
const commandLine = fc.constantFrom(...program.commands).chain((command) => {
  const options = command.options.filter(({ long }) => long && !APART.has(long))
  const option = fc
    .tuple(fc.constantFrom(...options.map(({ long, required }) => [long!, required] as const)), value)
    .map(([[name, takesValue], text]) => (takesValue ? [name, text] : [name]))
  return fc
    .tuple(fc.array(value, { maxLength: 3 }), fc.array(option, { maxLength: 3 }), fc.boolean())
    .map(([texts, given, mistyped]) => [
      command.name(),
      ...given.flat(),
      ...(mistyped ? ['--no-such-option'] : []),
      '--home',
      home,
      ...texts,
    ])
})

it(`any arguments are done, or refused in words (${RUNS} cases)`, async () => {
  await fc.assert(
    fc.asyncProperty(commandLine, async (args) => {
      try {
        const { code, out, err } = await runCommand(MODULES, ...args)
        expect([0, 1, 2]).toContain(code)
        expect(out + err).not.toMatch(/\n\s+at \S+ \(|TypeError|\[object Object\]/)
      } catch (error) {
        if (!(error instanceof CommanderError)) {
          expect(error, JSON.stringify(args)).toBeInstanceOf(AppError)
          expect((error as AppError).code, (error as AppError).detail).not.toBe('internal')
        }
      }
    }),
    { seed: 20261130, numRuns: RUNS, endOnFailure: true },
  )
}, 3_600_000)

it('the process itself tells a hostile argument in one line and exits 1 or 2', async () => {
  for (const text of ['__proto__', '\u202E-1']) {
    const { code, stderr } = await run(['pin', text, '--home', home])
    expect([1, 2], text).toContain(code)
    expect(stderr).not.toMatch(/\n\s+at /)
  }
})
