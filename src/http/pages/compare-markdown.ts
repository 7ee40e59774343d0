import type { Claim, Comparison } from '../../core/api/compare.js'
import { kindWords, namesOf, originWords, winnerWords } from './compare-words.js'
import { capabilityHref, toolHref } from './links.js'
import { blocks, bullets, inline, link, table } from './markdown.js'
import { claimWords, number, percent, valueWords } from './words.js'

const cell = (claim: Claim | null | undefined): string => {
  if (!claim) return 'no data'
  const origin = [claimWords(claim.claimedBy), claim.asOf, claim.source && link('source', claim.source)].filter(Boolean)
  const clash = claim.contradicts?.map((text) => ` Its own texts say otherwise: ${inline(text)}`).join('') ?? ''
  return `${inline(valueWords(claim.value, claim.unit))}${origin.length > 0 ? ` (${origin.join(', ')})` : ''}${clash}`
}

/** A comparison as an agent reads it. */
export function compareMarkdown(comparison: Comparison): string {
  const names = namesOf(comparison)
  const nameOf = (slug: string): string => inline(names.get(slug) ?? slug)
  const { tools, relation, verdict, scenarios, bottomLine, headToHead } = comparison
  return blocks(
    `# ${tools.map(({ name }) => inline(name)).join(' vs ')}`,
    `**${inline(kindWords(relation, names))}.** ${inline(relation.why)}`,
    '## Which one, for whom',
    ...verdict.sentences.map(inline),
    verdict.flips.length > 0 && `What would turn it round:\n\n${bullets(verdict.flips.map(inline))}`,
    '## Best for',
    table(
      ['Situation', 'Best', 'Why', 'From'],
      scenarios.map((one) => [
        inline(one.title),
        inline(winnerWords(one, names)),
        inline(one.reason),
        originWords(one.origin),
      ]),
    ),
    '## Side by side',
    table(
      ['', ...tools.map(({ slug, name }) => link(name, `${toolHref(slug)}.md`))],
      comparison.table.map((row) => [
        `${inline(row.label)}${row.note ? ` (${inline(row.note)})` : ''}`,
        ...tools.map(({ slug }) => cell(row.cells[slug])),
      ]),
    ),
    `## Capabilities, aligned`,
    comparison.pairs.length > 0 &&
      bullets(
        comparison.pairs.map(
          ({ members, probability }) =>
            `${members.map(({ tool, id, name }) => `${nameOf(tool)}: ${link(name, capabilityHref(tool, id))}`).join(' = ')} (${percent(probability)} likely the same)`,
        ),
      ),
    ...tools.flatMap(({ slug, name }) => [
      `### Only ${inline(name)}`,
      bullets(
        (comparison.only[slug] ?? []).map(
          (one) => `${link(one.name, capabilityHref(slug, one.id))}: ${inline(one.description)}`,
        ),
      ),
    ]),
    '## Head to head',
    inline(headToHead.note),
    headToHead.n > 0 &&
      bullets(
        headToHead.wins.map(
          ({ tool, selected, succeeded, failed }) =>
            `${nameOf(tool)}: chosen ${number(selected)}, worked ${number(succeeded)}, failed ${number(failed)}`,
        ),
      ),
    '## Bottom line',
    ...bottomLine.sentences.map(inline),
    bullets(bottomLine.ways.map(({ text, href }) => link(text, href))),
  )
}
