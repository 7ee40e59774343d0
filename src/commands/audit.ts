import type { Command } from 'commander'
import type { Alarm } from '../core/evidence/audit.js'
import { type CommonOptions, common, print, settingsOf } from './command.js'
import { withOperator } from './evidence.js'

interface AuditOptions extends CommonOptions {
  bar?: string[]
  restore?: string[]
  barNamed?: boolean
}

export function register(program: Command): void {
  common(
    program
      .command('audit')
      .description('look for rings of clients that push a capability; take their votes back')
      .option('--bar <client...>', "take these clients' votes out of the count")
      .option('--bar-named', 'bar every client that an alarm names')
      .option('--restore <client...>', 'let these clients count again'),
  ).action((options: AuditOptions) =>
    withOperator(settingsOf(options), async (operator) => {
      const before = await operator.audit()
      const bar = [...(options.bar ?? []), ...(options.barNamed ? before.flatMap((alarm) => alarm.clients) : [])]
      const barred = [...new Set(bar)]
      if (barred.length > 0) await operator.judge(barred, true, Date.now())
      if (options.restore) await operator.judge(options.restore, false, Date.now())
      const alarms = barred.length > 0 || options.restore ? await operator.audit() : before
      const restored = options.restore ?? []
      print(options, { alarms, barred, restored }, () => auditText(alarms, barred, restored))
    }),
  )
}

function auditText(alarms: readonly Alarm[], barred: readonly string[], restored: readonly string[]): string {
  const lines: string[] = []
  if (barred.length > 0) lines.push(`${barred.length} clients barred; the evidence is as if they had never reported.`)
  if (restored.length > 0) lines.push(`${restored.length} clients count again.`)
  for (const { capability, clients, share, loyal, others, p } of alarms) {
    lines.push(
      `${capability}: ${clients.length} clients that come mostly for it hold ${(share * 100).toFixed(0)} % of its weight;`,
      `  they say it worked ${loyal.succeeded} of ${loyal.succeeded + loyal.failed} times, all others ${others.succeeded} of ${others.succeeded + others.failed} (p ${p.toExponential(0)})`,
      `  matchgraph audit --bar ${clients.join(' ')}`,
    )
  }
  if (alarms.length === 0) lines.push('No alarms.')
  return lines.join('\n')
}
