import type { FC } from 'hono/jsx'
import type { Alternative, AlternativesAnswer, AlternativesQuery } from '../../core/api/alternatives.js'
import type { CapabilityRef } from '../../core/api/compare.js'
import { alternativesMarkdown } from './alternatives-markdown.js'
import { Bar } from './components/parts.js'
import { ToolLine } from './components/result.js'
import { alternativesHref, capabilityHref, compareHref, toolHref } from './links.js'
import type { Page } from './page.js'
import { matchedWords, percent } from './words.js'

const Refs: FC<{ title: string; refs: readonly CapabilityRef[] }> = ({ title, refs }) =>
  refs.length === 0 ? null : (
    <details class="more">
      <summary>
        {title}: {refs.length}
      </summary>
      <ul>
        {refs.map(({ tool, id, name }) => (
          <li>
            <a href={capabilityHref(tool, id)}>{name}</a>
          </li>
        ))}
      </ul>
    </details>
  )

const Shared: FC<{ shared: Alternative['shared'] }> = ({ shared }) =>
  shared.length === 0 ? null : (
    <details class="more">
      <summary>Does too: {shared.length}</summary>
      <ul>
        {shared.map((one) => (
          <li>
            <a href={capabilityHref(one.tool, one.id)}>{one.name}</a> by{' '}
            <a href={capabilityHref(one.by.tool, one.by.id)}>{one.by.name}</a>{' '}
            <span class="soft">({percent(one.probability)} likely the same)</span>
          </li>
        ))}
      </ul>
    </details>
  )

const One: FC<{ one: Alternative; slug: string; name: string }> = ({ one, slug, name }) => (
  <li class="result" value={one.position}>
    <h2>
      <a href={toolHref(one.tool.slug)}>{one.tool.name}</a>
    </h2>
    <ToolLine tool={one.tool} unnamed />
    <p>{one.why}</p>
    <div class="facts">
      <span class="sure">
        <Bar value={one.coverage} />
        {percent(one.coverage)} of what {name} does
      </span>
      <span>{one.price}</span>
      <span class={one.evidence.timesMatched === 0 ? 'soft' : undefined}>{matchedWords(one.evidence)}</span>
    </div>
    {one.serves && (
      <p class="why">
        Serves your need by <a href={capabilityHref(one.serves.tool, one.serves.id)}>{one.serves.name}</a>,{' '}
        {percent(one.serves.confidence)} sure.
      </p>
    )}
    <Shared shared={one.shared} />
    <Refs title="You would lose" refs={one.missing} />
    <Refs title="You would gain" refs={one.extra} />
    <div class="act">
      <a class="button quiet" href={compareHref(slug, one.tool.slug)}>
        Compare with {name}
      </a>
    </div>
  </li>
)

const Constraints: FC<{ slug: string; query: AlternativesQuery }> = ({ slug, query }) => (
  <form class="ways" action={alternativesHref(slug)} method="get">
    <label class="sr" for="for">
      What it must do for you
    </label>
    <input id="for" type="text" class="long" name="for" value={query.for ?? ''} placeholder="what it must do for you" />
    <label class="check">
      <input type="checkbox" name="free" value="on" checked={query.free === 'on'} /> free to start with
    </label>
    <label class="check">
      <input type="checkbox" name="layer" value="any" checked={query.layer === 'any'} /> of any layer
    </label>
    <button class="quiet" type="submit">
      Look again
    </button>
  </form>
)

const NearMisses: FC<{ misses: AlternativesAnswer['nearMisses'] }> = ({ misses }) =>
  misses.length === 0 ? null : (
    <section>
      <h2>What comes nearest, and what each fails</h2>
      <ul>
        {misses.map(({ tool, coverage, fails }) => (
          <li>
            <a href={toolHref(tool.slug)}>{tool.name}</a> ({percent(coverage)} of it): {fails}
          </li>
        ))}
      </ul>
    </section>
  )

const hrefOf = (slug: string, query: AlternativesQuery): string => {
  const given = new URLSearchParams()
  if (query.for) given.set('for', query.for)
  if (query.free === 'on') given.set('free', 'on')
  if (query.layer === 'any') given.set('layer', 'any')
  if (query.type) given.set('type', query.type.join(','))
  if (query.without.length > 0) given.set('without', query.without.join(','))
  return `${alternativesHref(slug)}${given.size > 0 ? `?${given}` : ''}`
}

export function alternativesPage(query: AlternativesQuery, answer: AlternativesAnswer): Page {
  const { slug, name } = answer.tool
  const path = hrefOf(slug, query)
  return {
    title: `Alternatives to ${name}`,
    description: answer.summary,
    path,
    noIndex: path.includes('?'),
    query: '',
    markdown: () => alternativesMarkdown(answer),
    body: () => (
      <>
        <h1>
          Something different from <a href={toolHref(slug)}>{name}</a>
        </h1>
        <p class="lead">{answer.summary}</p>
        <Constraints slug={slug} query={query} />
        <ol class="results">
          {answer.results.map((one) => (
            <One one={one} slug={slug} name={name} />
          ))}
        </ol>
        <NearMisses misses={answer.nearMisses} />
        {answer.irreplaceable.length > 0 && (
          <section>
            <h2>What nobody else here does</h2>
            <ul>
              {answer.irreplaceable.map((one) => (
                <li>
                  <a href={capabilityHref(one.tool, one.id)}>{one.name}</a>
                </li>
              ))}
            </ul>
          </section>
        )}
      </>
    ),
  }
}
