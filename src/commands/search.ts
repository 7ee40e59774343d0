import type { Command } from 'commander'
import { type SearchAnswer, searchQuerySchema } from '../core/api/search.js'
import { Engine } from '../engine/engine.js'
import { neutralEvidence } from '../engine/neutral-evidence.js'
import { type CommonOptions, common, print, requestOf, settingsOf } from './command.js'
import { engineParts, openHome } from './open.js'

interface SearchCommandOptions extends CommonOptions {
  limit?: string
  type?: string
  pricing?: string
  mode?: string
  free?: boolean
  explain?: boolean
}

export function register(program: Command): void {
  common(
    program
      .command('search <query...>')
      .description('search capabilities by a need in plain words')
      .option('--limit <n>', 'results, 1 to 50 (default 10)')
      .option('--type <types>', 'only these types of tool, comma separated')
      .option('--pricing <models>', 'only these pricing models, comma separated')
      .option('--free', 'only what costs nothing to start with')
      .option('--mode <mode>', 'hybrid, semantic or keyword')
      .option('--explain', 'show what each part of the score came from'),
  ).action(async (words: string[], options: SearchCommandOptions) => {
    const { limit, type, pricing, mode } = options
    const request = requestOf(searchQuerySchema, {
      q: words.join(' '),
      ...(limit && { limit }),
      ...(type && { type }),
      ...(pricing && { pricing }),
      ...(mode && { mode }),
      ...(options.free && { free: 'on' }),
      ...(options.explain && { explain: 'on' }),
      explore: 'off',
    })
    const opened = await openHome(settingsOf(options))
    try {
      const engine = await Engine.open(await engineParts(opened), neutralEvidence)
      const answer = (await engine.search(request, { address: '127.0.0.1' }, Date.now())) as SearchAnswer
      print(options, answer, () => asText(answer))
    } finally {
      await opened.close()
    }
  })
}

const ANSWERS = {
  match: 'Found.',
  weak: 'Nothing fits for sure; these come nearest.',
  none: 'Nothing here does that.',
} as const

function asText(answer: SearchAnswer): string {
  const lines = [
    `${ANSWERS[answer.answer]} (${answer.total} results, ${answer.tookMs} ms, generation ${answer.generation})`,
    '',
  ]
  for (const { position, confidence, capability, tool, why, explain } of answer.results) {
    lines.push(
      `${String(position).padStart(2)}. ${capability.name}  [${tool.name}, ${(confidence * 100).toFixed(0)} % sure]`,
    )
    lines.push(
      ...wrap(capability.description, 100)
        .slice(0, 2)
        .map((line) => `    ${line}`),
    )
    lines.push(`    why: ${why}`)
    if (explain) {
      const parts = explain.contributions.map(({ feature, points }) => `${feature} ${points.toFixed(1)}`)
      lines.push(`    points: ${parts.join(', ')}`)
    }
  }
  for (const miss of answer.nearMisses ?? [])
    lines.push(`  near: ${miss.capability.name}  [${miss.tool.name}], but ${miss.fails}`)
  for (const { drop, wouldMatch } of answer.relaxations ?? []) lines.push(`  without ${drop}: ${wouldMatch} more`)
  return lines.join('\n')
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length + 1 > width) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  return [...lines, line]
}
