import type { Command } from 'commander'
import { type Comparison, compareQuerySchema } from '../core/api/compare.js'
import { Engine } from '../engine/engine.js'
import { type CommonOptions, common, print, requestOf, settingsOf } from './command.js'
import { openEvidence } from './evidence.js'
import { engineParts, openHome } from './open.js'

interface CompareCommandOptions extends CommonOptions {
  for?: string[]
}

export function register(program: Command): void {
  common(
    program
      .command('compare <tools...>')
      .description('compare two to five tools: what kind of pair they are, what both have, who serves which situation')
      .option('--for <situation...>', 'situations of your own, judged first'),
  ).action(async (tools: string[], options: CompareCommandOptions) => {
    const request = requestOf(compareQuerySchema, { tools, for: options.for })
    const settings = settingsOf(options)
    const opened = await openHome(settings)
    const evidence = await openEvidence(opened, settings)
    try {
      const engine = await Engine.open(await engineParts(opened), evidence.hook)
      const comparison = await engine.compare(request, { address: '127.0.0.1' }, Date.now())
      print(options, comparison, () => asText(comparison))
    } finally {
      await evidence.close()
      await opened.close()
    }
  })
}

function asText({
  tools,
  relation,
  table,
  pairs,
  only,
  scenarios,
  headToHead,
  verdict,
  bottomLine,
}: Comparison): string {
  const nameOf = (slug: string) => tools.find((tool) => tool.slug === slug)?.name ?? slug
  const cell = (claim: Comparison['table'][number]['cells'][string] | undefined) =>
    claim ? `${claim.value}${claim.unit ? ` ${claim.unit}` : ''}${claim.asOf ? ` (${claim.asOf})` : ''}` : 'no data'
  return [
    tools.map((tool) => tool.name).join(' vs '),
    `${relation.kind}: ${relation.why}`,
    '',
    ...tools.map(
      ({ name, capabilities, matches }) =>
        `${name}: ${capabilities.total} capabilities, ${capabilities.distinct} distinct; matched ${matches.timesMatched} times`,
    ),
    '',
    ...table.map((row) => `${row.label}: ${tools.map(({ slug }) => cell(row.cells[slug])).join(' | ')}`),
    '',
    ...pairs.map(
      ({ probability, members }) =>
        `both: ${members.map((member) => member.name).join(' = ')}  (${Math.round(probability * 100)} %)`,
    ),
    ...tools.map(
      ({ slug, name }) =>
        `only ${name}: ${(only[slug] ?? []).map((capability) => capability.name).join('; ') || 'nothing'}`,
    ),
    '',
    ...scenarios.map(
      ({ title, outcome, tools: winners, reason }) =>
        `${title}: ${outcome === 'neither' ? 'neither' : winners.map(nameOf).join(outcome === 'either' ? ' or ' : ' + ')}. ${reason}`,
    ),
    '',
    ...verdict.sentences,
    ...verdict.flips.map((flip) => `  ${flip}`),
    ...(verdict.sentences.includes(headToHead.note) ? [] : [headToHead.note]),
    '',
    ...bottomLine.sentences,
  ].join('\n')
}
