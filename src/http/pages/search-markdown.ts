import type { GroupedAnswer, SearchAnswer, SearchQuery, SearchResult } from '../../core/api/search.js'
import { parametersOf } from './components/filters.js'
import { capabilityHref, searchHref, toolHref } from './links.js'
import { blocks, bullets, inline, link } from './markdown.js'
import { evidenceWords, number, percent, plural, priceWords, stateWords, sureWords, typeWords } from './words.js'

const toolWords = ({ tool }: Pick<SearchResult, 'tool'>): string =>
  [
    link(tool.name, `${toolHref(tool.slug)}.md`),
    typeWords(tool.type),
    priceWords(tool.pricing),
    tool.rank === undefined ? '' : `rank ${number(tool.rank, 0)} of 100`,
  ]
    .filter(Boolean)
    .join(' · ')

const traits = ({ unique, versus, limitations }: SearchResult['capability']): string[] => [
  ...(unique ? [`Unique: ${inline(unique)}`] : []),
  ...(versus ? [`Versus: ${inline(versus)}`] : []),
  ...(limitations?.length ? [`Limits: ${limitations.map(inline).join(' ')}`] : []),
]

function resultText(result: SearchResult): string {
  const { capability, position, confidence, why, evidence, token } = result
  return blocks(
    `## ${position}. ${inline(capability.name)}`,
    toolWords(result),
    inline(capability.description),
    bullets([
      `Sure: ${sureWords(confidence)}, ${percent(confidence)}`,
      ...(why ? [`Why: ${inline(why)}`] : []),
      `Evidence: ${evidenceWords(evidence)}`,
      ...traits(capability),
      ...(token ? [`Report back: POST /api/v1/matches {"token": "${token}", "outcome": "selected"}`] : []),
    ]),
  ).trimEnd()
}

function groupText(group: GroupedAnswer['results'][number]): string {
  return blocks(
    `## ${group.position}. ${inline(group.tool.name)}`,
    toolWords(group),
    bullets(
      group.capabilities.map(
        ({ capability, confidence }) =>
          `${link(capability.name, capabilityHref(group.tool.slug, capability.id))}: ${sureWords(confidence)}, ${percent(confidence)}`,
      ),
    ),
  ).trimEnd()
}

/** A search as an agent reads it: what was asked, what was found, how sure it is, and how to report back. */
export function searchMarkdown(query: SearchQuery, answer: SearchAnswer | GroupedAnswer): string {
  const { strong, rest } = stateWords(answer)
  const results =
    query.groupBy === 'tool'
      ? (answer as GroupedAnswer).results.map(groupText)
      : (answer as SearchAnswer).results.map(resultText)
  return blocks(
    `# ${inline(query.q)}`,
    `${strong} ${rest}`,
    ...results,
    answer.nextCursor && link('More results', searchHref({ ...parametersOf(query), cursor: answer.nextCursor })),
    answer.relaxations && `## Ask for less`,
    answer.relaxations &&
      bullets(
        answer.relaxations.map(({ drop, wouldMatch }) => `Drop \`${drop}\`: ${plural(wouldMatch, 'more result')}`),
      ),
    answer.nearMisses && `## What comes nearest, and what each fails`,
    answer.nearMisses &&
      bullets(
        answer.nearMisses.map(
          ({ capability, tool, fails }) =>
            `${link(capability.name, capabilityHref(tool.slug, capability.id))} (${inline(tool.name)}): ${inline(fails)}`,
        ),
      ),
  )
}
