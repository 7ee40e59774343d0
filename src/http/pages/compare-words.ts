import type { Comparison, Relation, Scenario } from '../../core/api/compare.js'

/** Names of the compared tools by slug. */
export const namesOf = (comparison: Comparison): Map<string, string> =>
  new Map(comparison.tools.map(({ slug, name }) => [slug, name]))

const KINDS: Readonly<Record<Relation['kind'], string>> = {
  substitutes: 'Substitutes: one can take the other’s place',
  complements: 'Complements: they belong together',
  contains: 'One contains the other',
  unrelated: 'Unrelated: neither stands in for the other',
}
export const kindWords = ({ kind, container, tools }: Relation, names: ReadonlyMap<string, string>): string => {
  const other = tools.find((slug) => slug !== container)
  return kind === 'contains' && container && other
    ? `${names.get(container) ?? container} contains ${names.get(other) ?? other}`
    : KINDS[kind]
}

/** Who wins a situation. */
export function winnerWords({ outcome, tools }: Scenario, names: ReadonlyMap<string, string>): string {
  const named = tools.map((slug) => names.get(slug) ?? slug)
  if (outcome === 'neither') return named.length > 2 ? 'None of them' : 'Neither'
  if (outcome === 'together') return `${named.join(' + ')} together`
  return named.length > 1 ? `Either: ${named.join(' or ')}` : (named[0] ?? '')
}

const ORIGINS: Readonly<Record<Scenario['origin'], string>> = {
  intents: 'from what people ask these tools for',
  attribute: 'from what the records say',
  asked: 'your question',
}
export const originWords = (origin: Scenario['origin']): string => ORIGINS[origin]
