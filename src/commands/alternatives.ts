import type { Command } from 'commander'
import { type AlternativesAnswer, alternativesQuerySchema } from '../core/api/alternatives.js'
import { Engine } from '../engine/engine.js'
import { type CommonOptions, common, print, requestOf, settingsOf } from './command.js'
import { openEvidence } from './evidence.js'
import { engineParts, openHome } from './open.js'

interface AlternativesCommandOptions extends CommonOptions {
  free?: boolean
  type?: string
  for?: string
  without?: string[]
  layer?: string
  limit?: string
}

export function register(program: Command): void {
  common(
    program
      .command('alternatives <tool>')
      .description('need something different? what could take the place of a tool')
      .option('--free', 'only what costs nothing to start with')
      .option('--type <types>', 'only these types of tool, comma separated')
      .option('--for <need>', 'a need in words that it has to serve')
      .option('--without <tools...>', 'leave these out')
      .option('--layer <layer>', 'same (default): of the same role; any: whoever does the same')
      .option('--limit <n>', 'results, 1 to 20 (default 5)'),
  ).action(async (name: string, options: AlternativesCommandOptions) => {
    const { type, without, layer, limit } = options
    const request = requestOf(alternativesQuerySchema, {
      ...(options.free && { free: 'on' }),
      ...(type && { type }),
      ...(options.for && { for: options.for }),
      ...(without && { without }),
      ...(layer && { layer }),
      ...(limit && { limit }),
    })
    const settings = settingsOf(options)
    const opened = await openHome(settings)
    const evidence = await openEvidence(opened, settings)
    try {
      const engine = await Engine.open(await engineParts(opened), evidence.hook)
      const answer = await engine.alternatives(name, request, { address: '127.0.0.1' }, Date.now())
      print(options, answer, () => asText(answer))
    } finally {
      await evidence.close()
      await opened.close()
    }
  })
}

function asText({ summary, results, nearMisses, irreplaceable }: AlternativesAnswer): string {
  return [
    summary,
    '',
    ...results.flatMap(({ position, tool, coverage, why }) => [
      `${String(position).padStart(2)}. ${tool.name}  [${tool.slug}, does ${Math.round(coverage * 100)} %]`,
      `    ${why}`,
    ]),
    ...nearMisses.map(
      ({ tool, coverage, fails }) => `near: ${tool.name}, does ${Math.round(coverage * 100)} %, but ${fails}`,
    ),
    ...(irreplaceable.length > 0
      ? [`nobody else here has: ${irreplaceable.map((capability) => capability.name).join('; ')}`]
      : []),
  ].join('\n')
}
