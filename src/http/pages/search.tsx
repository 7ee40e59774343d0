import type { FC } from 'hono/jsx'
import type { GroupedAnswer, SearchAnswer, SearchQuery } from '../../core/api/search.js'
import { Filters, parametersOf } from './components/filters.js'
import { Facts, NearMisses, type Reported, Result, ToolLine } from './components/result.js'
import { capabilityHref, searchHref, toolHref } from './links.js'
import { inline } from './markdown.js'
import type { Page } from './page.js'
import { searchMarkdown } from './search-markdown.js'
import { number, plural, stateWords } from './words.js'

export const EXAMPLES = [
  'run untrusted AI-generated code in an isolated sandbox',
  'turn scanned invoices into structured data',
  'send one prompt to several models and compare the answers',
]

const PROMISE = 'Say what you need; get the tools that do it, how sure that is, and why.'

const AskForm: FC<{ query: string; keep?: Readonly<Record<string, string | readonly string[] | undefined>> }> = ({
  query,
  keep = {},
}) => (
  <search>
    <form class="ask" action="/search" method="get" data-live>
      <label class="sr" for="q">
        What do you need?
      </label>
      <input
        id="q"
        type="search"
        name="q"
        value={query}
        placeholder="In your own words: what should it do?"
        maxlength={2000}
        required
        autocomplete="off"
      />
      {Object.entries(keep).map(([name, value]) =>
        name === 'q' || !value || value.length === 0 ? null : (
          <input type="hidden" name={name} value={typeof value === 'string' ? value : value.join(',')} />
        ),
      )}
      <button type="submit">Search</button>
    </form>
  </search>
)

/** The empty page: what this is, and three questions to try. */
export function homePage(size: { tools: number; capabilities: number }): Page {
  const sizes = `${number(size.capabilities)} capabilities of ${plural(size.tools, 'tool')}`
  return {
    title: 'matchgraph: needs in, capabilities out',
    description: `${PROMISE} ${sizes}, open and self-hosted.`,
    path: '/',
    jsonLd: { '@context': 'https://schema.org', '@type': 'WebSite', name: 'matchgraph', description: PROMISE },
    markdown: () =>
      [
        '# matchgraph',
        PROMISE,
        `${sizes}. Ask: \`/search.md?q=…\``,
        EXAMPLES.map((q) => `- [${inline(q)}](/search.md?${new URLSearchParams({ q })})`).join('\n'),
        'More: [rankings](/rankings.md), [API](/docs.md), [for agents](/llms.txt)',
      ].join('\n\n'),
    body: () => (
      <div class="hero">
        <h1>What do you need?</h1>
        <p class="lead soft">{PROMISE}</p>
        <AskForm query="" />
        <p class="sr" role="status" id="live-state" />
        <div id="answer">
          <section aria-label="Examples">
            <p class="state">{sizes}. For example:</p>
            <ul class="examples">
              {EXAMPLES.map((q) => (
                <li>
                  <a href={searchHref({ q })}>{q}</a>
                </li>
              ))}
            </ul>
          </section>
        </div>
      </div>
    ),
  }
}

type Answer = SearchAnswer | GroupedAnswer

const Relaxations: FC<{ query: SearchQuery; of: NonNullable<Answer['relaxations']> }> = ({ query, of }) => (
  <section>
    <h2>Ask for less</h2>
    <ul>
      {of.map(({ drop, wouldMatch }) => (
        <li>
          <a href={searchHref({ ...parametersOf(query), [drop.split('=')[0]!]: undefined })}>Drop {drop}</a>:{' '}
          {plural(wouldMatch, 'more result')}
        </li>
      ))}
    </ul>
  </section>
)

const isGrouped = (_answer: Answer, query: SearchQuery): _answer is GroupedAnswer => query.groupBy === 'tool'

const Groups: FC<{ answer: GroupedAnswer }> = ({ answer }) => (
  <ol class="results">
    {answer.results.map((group) => (
      <li class="result" value={group.position}>
        <h2>
          <a href={toolHref(group.tool.slug)}>{group.tool.name}</a>
        </h2>
        <ToolLine tool={group.tool} unnamed />
        <ul>
          {group.capabilities.map(({ capability, confidence, evidence }) => (
            <li>
              <a href={capabilityHref(group.tool.slug, capability.id)} data-select={group.token || undefined}>
                {capability.name}
              </a>
              <Facts of={{ confidence, evidence }} />
            </li>
          ))}
        </ul>
      </li>
    ))}
  </ol>
)

const Answered: FC<{ query: SearchQuery; answer: Answer; reported?: Reported }> = ({ query, answer, reported }) => {
  const state = stateWords(answer)
  const back = searchHref(parametersOf(query))
  return (
    <div class="search-page with-filters" id="answer">
      <div>
        <p class="state">
          <b>{state.strong}</b> {state.rest}{' '}
          <a href={back} data-copy>
            Copy link
          </a>{' '}
          <a class="to-filters" href="#filters">
            Filters
          </a>
        </p>
        {isGrouped(answer, query) ? (
          <Groups answer={answer} />
        ) : (
          <ol class="results">
            {answer.results.map((result) => (
              <Result result={result} back={back} reported={reported} />
            ))}
          </ol>
        )}
        {answer.nextCursor && (
          <p class="pages">
            <a class="button quiet" href={searchHref({ ...parametersOf(query), cursor: answer.nextCursor })}>
              More results
            </a>
          </p>
        )}
        {answer.relaxations && <Relaxations query={query} of={answer.relaxations} />}
        {answer.nearMisses && <NearMisses misses={answer.nearMisses} />}
      </div>
      <Filters query={query} facets={answer.facets ?? {}} />
    </div>
  )
}

export function searchPage(query: SearchQuery, answer: Answer, reported?: Reported): Page {
  const parameters = parametersOf(query)
  return {
    title: query.q,
    description: `Capabilities that serve "${query.q}".`,
    path: searchHref(parameters),
    noIndex: true,
    markdown: () => searchMarkdown(query, answer),
    body: () => (
      <>
        <h1 class="sr">Results for “{query.q}”</h1>
        <AskForm query={query.q} keep={{ ...parameters, q: undefined }} />
        <p class="sr" role="status" id="live-state">
          {stateWords(answer).strong}
        </p>
        <Answered query={query} answer={answer} reported={reported} />
      </>
    ),
  }
}
