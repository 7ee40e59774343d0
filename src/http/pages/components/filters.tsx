import type { FC } from 'hono/jsx'
import type { SearchQuery } from '../../../core/api/search.js'
import { searchHref } from '../links.js'
import { priceModel, typeWords } from '../words.js'

export const FACETS = ['type', 'pricing', 'layer', 'category'] as const
type Facet = (typeof FACETS)[number]
/** Values shown a facet; a chosen one is always shown. */
const MOST = 8

const WORDS: Partial<Record<Facet, (value: string) => string>> = {
  type: typeWords,
  pricing: priceModel,
  category: (value) => value.replaceAll('-', ' '),
}
const TITLES: Readonly<Record<Facet, string>> = { type: 'Type', pricing: 'Price', layer: 'Layer', category: 'Category' }

/** The parameters that make up a shareable search address. */
export const parametersOf = (query: SearchQuery) => ({
  q: query.q,
  type: query.type,
  pricing: query.pricing,
  layer: query.layer,
  category: query.category,
  tag: query.tag,
  tool: query.tool,
  free: query.free === 'on' ? 'on' : undefined,
  groupBy: query.groupBy === 'tool' ? 'tool' : undefined,
  mode: query.mode === 'hybrid' ? undefined : query.mode,
  cut: query.cut === 'off' ? 'off' : undefined,
})

interface Option {
  text: string
  href: string
  count?: number
  chosen: boolean
}

function optionsOf(facet: Facet, query: SearchQuery, counts: Readonly<Record<string, number>>): Option[] {
  const chosen: readonly string[] = query[facet] ?? []
  const values = [...new Set([...chosen, ...Object.keys(counts).slice(0, MOST)])]
  return values.map((value) => {
    const isChosen = chosen.includes(value)
    const next = isChosen ? chosen.filter((one) => one !== value) : [...chosen, value]
    return {
      text: (WORDS[facet] ?? ((v: string) => v))(value),
      href: searchHref({ ...parametersOf(query), [facet]: next }),
      count: counts[value] ?? 0,
      chosen: isChosen,
    }
  })
}

const Options: FC<{ title: string; options: readonly Option[] }> = ({ title, options }) =>
  options.length === 0 ? null : (
    <>
      <h3>{title}</h3>
      <ul>
        {options.map(({ text, href, count, chosen }) => (
          <li>
            <a href={href} aria-current={chosen ? 'true' : undefined}>
              <span>
                {text}
                {chosen && <span class="sr"> (chosen; take away)</span>}
              </span>
              {count !== undefined && <span class="n">{count}</span>}
            </a>
          </li>
        ))}
      </ul>
    </>
  )

/** Filters as links: each leads to the same search with one thing changed, so every state has an address. */
export const Filters: FC<{ query: SearchQuery; facets: Readonly<Record<string, Record<string, number>>> }> = ({
  query,
  facets,
}) => {
  const base = parametersOf(query)
  const free = query.free === 'on'
  const byTool = query.groupBy === 'tool'
  return (
    <aside aria-label="Filters" id="filters">
      <details class="filters">
        <summary>Filters</summary>
        <Options
          title="Show"
          options={[
            { text: 'free to start with', href: searchHref({ ...base, free: free ? undefined : 'on' }), chosen: free },
            {
              text: 'one entry a tool',
              href: searchHref({ ...base, groupBy: byTool ? undefined : 'tool' }),
              chosen: byTool,
            },
          ]}
        />
        {FACETS.map((facet) => (
          <Options title={TITLES[facet]} options={optionsOf(facet, query, facets[facet] ?? {})} />
        ))}
        {(query.tag ?? []).concat(query.tool ?? []).length > 0 && (
          <p class="small">
            <a href={searchHref({ ...base, tag: undefined, tool: undefined })}>
              Also: {(query.tag ?? []).concat(query.tool ?? []).join(', ')} (take away)
            </a>
          </p>
        )}
      </details>
    </aside>
  )
}
