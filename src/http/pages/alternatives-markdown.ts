import type { AlternativesAnswer } from '../../core/api/alternatives.js'
import type { CapabilityRef } from '../../core/api/compare.js'
import { capabilityHref, compareHref, toolHref } from './links.js'
import { blocks, bullets, inline, link } from './markdown.js'
import { matchedWords, percent } from './words.js'

const refs = (title: string, of: readonly CapabilityRef[]): string[] =>
  of.length > 0 ? [`${title}: ${of.map(({ tool, id, name }) => link(name, capabilityHref(tool, id))).join('; ')}`] : []

/** Alternatives as an agent reads them. */
export function alternativesMarkdown({
  tool,
  summary,
  results,
  nearMisses,
  irreplaceable,
}: AlternativesAnswer): string {
  return blocks(
    `# Something different from ${inline(tool.name)}`,
    inline(summary),
    ...results.flatMap((one) => [
      `## ${one.position}. ${link(one.tool.name, `${toolHref(one.tool.slug)}.md`)}`,
      inline(one.why),
      bullets([
        `Does ${percent(one.coverage)} of what ${inline(tool.name)} does`,
        `Price: ${inline(one.price)}`,
        `Evidence: ${matchedWords(one.evidence)}`,
        ...(one.serves
          ? [
              `Serves your need by ${link(one.serves.name, capabilityHref(one.serves.tool, one.serves.id))}, ${percent(one.serves.confidence)} sure`,
            ]
          : []),
        ...refs(
          'Does too',
          one.shared.map(({ by }) => by),
        ),
        ...refs('You would lose', one.missing),
        ...refs('You would gain', one.extra),
        link('Compare', `${compareHref(tool.slug, one.tool.slug)}.md`),
      ]),
    ]),
    nearMisses.length > 0 && '## What comes nearest, and what each fails',
    bullets(
      nearMisses.map(
        (miss) =>
          `${link(miss.tool.name, `${toolHref(miss.tool.slug)}.md`)} (${percent(miss.coverage)} of it): ${inline(miss.fails)}`,
      ),
    ),
    irreplaceable.length > 0 && '## What nobody else here does',
    bullets(irreplaceable.map(({ tool: slug, id, name }) => link(name, capabilityHref(slug, id)))),
  )
}
