import type { Command } from 'commander'
import { type RankingsAnswer, rankingsQuerySchema, type ToolRankAnswer } from '../core/api/rank.js'
import { Engine } from '../engine/engine.js'
import { wordingOf } from '../engine/wording.js'
import { type CommonOptions, common, print, requestOf, settingsOf } from './command.js'
import { openEvidence } from './evidence.js'
import { engineParts, openHome } from './open.js'

export function register(program: Command): void {
  common(
    program
      .command('rank')
      .description('leaderboard of tools, or what the rank of one tool is made of')
      .argument('[slug]', 'the tool'),
  )
    .option('--limit <n>', 'tools on the leaderboard', '20')
    .action(async (slug: string | undefined, options: CommonOptions & { limit: string }) => {
      const query = requestOf(rankingsQuerySchema, { limit: options.limit })
      const settings = settingsOf(options)
      const opened = await openHome(settings)
      const evidence = await openEvidence(opened, settings)
      try {
        const { live } = await Engine.open(await engineParts(opened), evidence.hook)
        if (slug === undefined) {
          const board = evidence.ranks.rankings(live, query)
          print(options, board, () => boardText(board))
        } else {
          const rank = evidence.ranks.breakdown(live, slug)
          rank.wording = await wordingOf((await opened.store.catalogue.tool(slug))!, opened.embedder)
          print(options, rank, () => rankText(rank))
        }
      } finally {
        await evidence.close()
        await opened.close()
      }
    })
}

const span = ([low, high]: readonly number[]): string => `${low!.toFixed(1)} to ${high!.toFixed(1)}`

function boardText({ rankings, total }: RankingsAnswer): string {
  const lines = rankings.map(
    ({ position, tool, rank, interval, timesMatched }) =>
      `${String(position).padStart(4)}  ${rank.toFixed(1).padStart(5)}  (${span(interval)})  ${tool.name}  [${tool.slug}]${timesMatched > 0 ? `  matched ${timesMatched} times` : ''}`,
  )
  return [...lines, `${total} tools, by the lower end of the 90 % interval`].join('\n')
}

function rankText(answer: ToolRankAnswer): string {
  const lines = [`${answer.name}  ${answer.rank.toFixed(2)} of 100  (90 %: ${span(answer.interval)})`]
  for (const c of answer.components) {
    const own = c.value === undefined ? 'no data' : `${c.value.toFixed(3)} from ${Number(c.n.toFixed(1))} observations`
    const shrunk = `${own}, ${(c.reliability * 100).toFixed(0)} % its own, mean of its type ${c.typeMean.toFixed(3)}`
    lines.push(
      `  ${c.component.padEnd(11)} ${c.points.toFixed(2).padStart(6)} = 100 × ${c.weight} × ${c.estimate.toFixed(4)}  (${shrunk})`,
    )
    for (const input of c.inputs) {
      lines.push(
        `      ${input.name}: ${typeof input.value === 'number' ? Number(input.value.toFixed(3)) : input.value}${input.asOf ? ` (${input.asOf})` : ''}`,
      )
    }
  }
  const { wording } = answer
  if (wording && wording.boasting + wording.addressingReaders > 0)
    lines.push(
      `  wording: ${wording.boasting} capabilities boast, which adds ${wording.sensitivity} to their similarity; ${wording.addressingReaders} speak to the model that reads them; none of it enters the rank`,
    )
  const since = answer.since ? ` since ${answer.since.slice(0, 10)}` : ''
  lines.push(`  matched ${answer.timesMatched} times${since}; weights version ${answer.version}`)
  return lines.join('\n')
}
