import type { Command } from 'commander'
import { type Lock, type Pin, pinOf } from '../../indexer/pins.js'
import { AppError } from '../core/errors.js'
import { type CommonOptions, common, settingsOf, usageError } from './command.js'
import { needJudge, type Serves } from './need.js'
import { type Opened, openHome } from './open.js'

interface PinOptions extends CommonOptions {
  need?: string[]
}

export function register(program: Command): void {
  common(
    program
      .command('pin <slug...>')
      .description('print a lock file of tools as they are now; keep it as tools.lock.json and run "check" on it')
      .option('--need <text...>', 'what a tool is pinned for: SLUG=NEED, or the need alone when there is one tool'),
  ).action(async (slugs: string[], options: PinOptions) => {
    const needs = needsOf(slugs, options.need ?? [])
    const opened = await openHome(settingsOf(options))
    try {
      process.stdout.write(`${JSON.stringify(await lockOf(opened, slugs, needs), null, 2)}\n`)
    } finally {
      await opened.close()
    }
  })
}

function needsOf(slugs: readonly string[], written: readonly string[]): Map<string, string> {
  return new Map(
    written.map((one): [string, string] => {
      const [, slug, need] = /^([a-z0-9-]+)=(.+)$/s.exec(one) ?? []
      if (slug !== undefined && slugs.includes(slug)) return [slug, need!.trim()]
      if (slugs.length === 1 && one.trim() !== '') return [slugs[0]!, one.trim()]
      throw usageError(`--need ${one}: write it as SLUG=NEED with one of the slugs that are pinned.`)
    }),
  )
}

async function lockOf(opened: Opened, slugs: readonly string[], needs: ReadonlyMap<string, string>): Promise<Lock> {
  const now = Date.now()
  const generation = await opened.store.catalogue.generation()
  const serves = needs.size === 0 ? undefined : await needJudge(opened, now)
  const tools: [string, Pin][] = []
  for (const slug of [...new Set(slugs)].sort())
    tools.push([slug, await pinTool(opened, slug, needs.get(slug), serves)])
  return {
    lockfile: 1,
    pinnedAt: new Date(now).toISOString(),
    generation: generation?.id ?? 0,
    tools: Object.fromEntries(tools),
  }
}

async function pinTool(
  opened: Opened,
  slug: string,
  text: string | undefined,
  serves: Serves | undefined,
): Promise<Pin> {
  const stored = await opened.store.catalogue.tool(slug)
  if (stored === undefined)
    throw new AppError('not-found', `There is no tool "${slug}" in this home. See "matchgraph search".`)
  if (text === undefined || serves === undefined) return pinOf(stored.tool, stored.capabilities)
  const [capability] = await serves(slug, text)
  if (capability === undefined)
    throw new AppError('not-found', `Nothing in "${slug}" serves "${text}", so it cannot be pinned for that.`)
  return pinOf(stored.tool, stored.capabilities, { text, capability })
}
