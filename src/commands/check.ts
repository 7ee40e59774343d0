import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { type Change, changesSince, type Pin, parseLock } from '../../indexer/pins.js'
import { AppError } from '../core/errors.js'
import { type CommonOptions, common, print, settingsOf } from './command.js'
import { needJudge, type Serves } from './need.js'
import { type Opened, openHome } from './open.js'

interface CheckOptions extends CommonOptions {
  strict?: boolean
}

/** One pinned tool against the catalogue of today. */
interface Checked {
  slug: string
  /** It can still be relied on for what it was pinned for. */
  met: boolean
  changes: Change[]
}

export function register(program: Command): void {
  common(
    program
      .command('check <file>')
      .description(
        'compare a lock file of "pin" with the catalogue of today; exit 1 when a pinned need is no longer met',
      )
      .option('--strict', 'exit 1 at any change'),
  ).action(async (file: string, options: CheckOptions) => {
    const lock = parseLock(await readJson(file))
    const opened = await openHome(settingsOf(options))
    try {
      const tools = await checkTools(opened, lock.tools)
      print(options, { pinnedAt: lock.pinnedAt, met: tools.every(({ met }) => met), tools }, () => asText(tools))
      if (tools.some(({ met, changes }) => !met || (options.strict && changes.length > 0))) process.exitCode = 1
    } finally {
      await opened.close()
    }
  })
}

/** @throws AppError `not-found`, `invalid-body` */
export async function readJson(file: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new AppError('not-found', `${file} cannot be read: ${(cause as Error).message}`, { cause })
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid-body', `${file} is not JSON: ${(cause as Error).message}`, { cause })
  }
}

async function checkTools(opened: Opened, pins: Readonly<Record<string, Pin>>): Promise<Checked[]> {
  const serves = Object.values(pins).some(({ need }) => need) ? await needJudge(opened, Date.now()) : undefined
  const checked: Checked[] = []
  for (const [slug, pin] of Object.entries(pins)) {
    const stored = await opened.store.catalogue.tool(slug)
    const changes = changesSince(pin, stored?.tool, stored?.capabilities ?? [])
    if (stored && pin.need && serves && !(await stillServes(slug, pin.need, serves)))
      changes.unshift({ part: 'capability', what: `What it says no longer serves "${pin.need.text}".`, breaking: true })
    checked.push({ slug, met: !changes.some(({ breaking }) => breaking), changes })
  }
  return checked
}

const stillServes = async (slug: string, need: NonNullable<Pin['need']>, serves: Serves): Promise<boolean> =>
  (await serves(slug, need.text)).includes(need.capability)

function asText(tools: readonly Checked[]): string {
  return tools
    .flatMap(({ slug, met, changes }) => [
      `${slug}: ${!met ? 'NOT MET' : changes.length > 0 ? 'met, with changes' : 'unchanged'}`,
      ...changes.map(({ what, breaking }) => `  ${breaking ? '!' : '-'} ${what}`),
    ])
    .join('\n')
}
