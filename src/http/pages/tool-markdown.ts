import type { Capability } from '../../core/catalogue.js'
import { alternativesHref, toolHref } from './links.js'
import { blocks, bullets, fence, inline, link, table } from './markdown.js'
import { partLabel } from './rank-words.js'
import type { ToolView } from './tool-view.js'
import { attributeLabel, claimWords, number, plural, priceWords, typeWords, valueWords, WITHHELD } from './words.js'

const originText = ({ claimedBy, asOf, source }: { claimedBy?: string; asOf?: string; source?: string }): string =>
  [claimWords(claimedBy), asOf, source && link('source', source)].filter(Boolean).join(', ')

const joined = (title: string, lines: readonly string[] | undefined): string[] =>
  lines && lines.length > 0 ? [`${title}: ${lines.map(inline).join('; ')}`] : []

const capabilityText = (capability: Capability): string =>
  blocks(
    `### ${inline(capability.name)}`,
    inline(capability.description),
    bullets([
      `id: \`${capability.id}\``,
      ...joined('Unique', capability.unique ? [capability.unique] : []),
      ...joined('Versus', capability.versus ? [capability.versus] : []),
      ...joined('Best for', capability.bestFor),
      ...joined('Limits', capability.limitations),
      ...joined('Requires', capability.requires),
      ...joined('Takes', capability.inputs),
      ...joined('Gives', capability.outputs),
      ...joined('Asked as', capability.intents),
      ...(capability.source ? [`Source: ${link(capability.source, capability.source)}`] : []),
    ]),
  ).trimEnd()

/** A tool as an agent reads it. */
export function toolMarkdown({ tool, capabilities, nameOf, rank, distinct, withheld }: ToolView): string {
  const { execution, pricing } = tool
  const facts = [
    ...Object.entries(tool.attributes ?? {}).map(([key, one]) => [
      attributeLabel(key),
      inline(valueWords(one.value, one.unit)),
      originText(one),
    ]),
    ...Object.entries(tool.signals ?? {}).map(([key, one]) => [
      attributeLabel(key),
      inline(Array.isArray(one.value) ? one.value.join(', ') : valueWords(one.value)),
      originText(one),
    ]),
  ]
  return blocks(
    `# ${inline(tool.name)}`,
    inline(tool.description),
    withheld && WITHHELD,
    bullets([
      `Type: ${typeWords(tool.type)}${tool.layer ? `, ${tool.layer} layer` : ''}`,
      `Price: ${priceWords(pricing)}${pricing?.note ? `. ${inline(pricing.note)}` : ''}`,
      `Rank: ${number(rank.rank, 2)} of 100, 90 % interval ${rank.interval.map((end) => number(end, 1)).join(' to ')}`,
      `Matched: ${rank.timesMatched === 0 ? 'no matches recorded yet' : plural(rank.timesMatched, 'time')}`,
      `Licence: ${tool.license ? inline(tool.license) : 'no data'}`,
      ...[tool.url, tool.repository].flatMap((address) => (address ? [link(address, address)] : [])),
      link('Alternatives', `${alternativesHref(tool.slug)}.md`),
      link('As JSON', `/api/v1${toolHref(tool.slug)}`),
    ]),
    `## What it can do (${number(capabilities.length)}, ${number(distinct)} distinct)`,
    ...capabilities.map(capabilityText),
    '## Rank in parts',
    table(
      ['Part', 'Value', 'Counted', 'Mean of its type', 'Points'],
      rank.components.map((part) => [
        partLabel(part.component),
        part.value === undefined ? 'no data' : number(part.value, 4),
        `${number(part.reliability * 100, 0)} %`,
        number(part.typeMean, 4),
        `${number(part.points, 3)} of ${number(100 * part.weight, 0)}`,
      ]),
    ),
    facts.length > 0 && '## Facts, with their sources',
    facts.length > 0 && table(['What', 'Value', 'From'], facts),
    execution && '## How to call it',
    execution?.command && fence(execution.command, 'sh'),
    execution &&
      `Over ${execution.protocol}${execution.url ? ` at ${inline(execution.url)}` : ''}${execution.auth ? `, authentication: ${inline(execution.auth)}` : ''}.`,
    tool.worksWith?.length ? '## Works with' : '',
    bullets(
      (tool.worksWith ?? []).map((other) => {
        const { slug, why } = typeof other === 'string' ? { slug: other, why: undefined } : other
        const name = nameOf(slug)
        return `${name ? link(name, `${toolHref(slug)}.md`) : slug}${why ? `: ${inline(why)}` : ''}`
      }),
    ),
    tool.failureModes?.length ? '## How it fails' : '',
    bullets(
      (tool.failureModes ?? []).map((failure) =>
        typeof failure === 'string'
          ? inline(failure)
          : `${inline(failure.mode)}${failure.frequency ? ` (${inline(failure.frequency)})` : ''}${failure.mitigation ? `. ${inline(failure.mitigation)}` : ''}`,
      ),
    ),
  )
}
