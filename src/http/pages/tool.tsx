import type { FC } from 'hono/jsx'
import type { Capability, Tool } from '../../core/catalogue.js'
import { Origin } from './components/claim.js'
import { Out } from './components/parts.js'
import { RankBreakdown } from './components/rank.js'
import { alternativesHref, capabilityAnchor, graphHref, searchHref, toolHref } from './links.js'
import type { Page } from './page.js'
import { toolMarkdown } from './tool-markdown.js'
import type { ToolView } from './tool-view.js'
import { attributeLabel, fixed, number, plural, priceWords, typeWords, valueWords, WITHHELD } from './words.js'

const Overview: FC<{ view: ToolView }> = ({ view: { tool, capabilities, rank, distinct } }) => (
  <dl class="facts-list">
    <div>
      <dt>Type</dt>
      <dd>
        {typeWords(tool.type)}
        {tool.layer && <span class="source">{tool.layer} layer</span>}
      </dd>
    </div>
    <div>
      <dt>Price</dt>
      <dd>
        {priceWords(tool.pricing)}
        {tool.pricing && <Origin of={tool.pricing} />}
      </dd>
    </div>
    <div>
      <dt>Rank</dt>
      <dd>
        <a href="#rank">{fixed(rank.rank)} of 100</a>
        <span class="source">
          {number(rank.interval[0], 0)} to {number(rank.interval[1], 0)}, with 90 % certainty
        </span>
      </dd>
    </div>
    <div>
      <dt>Matched</dt>
      <dd>
        {rank.timesMatched === 0 ? <span class="none">no matches yet</span> : plural(rank.timesMatched, 'time')}
        {rank.since && <span class="source">since {rank.since.slice(0, 10)}</span>}
      </dd>
    </div>
    <div>
      <dt>Licence</dt>
      <dd>{tool.license ?? <span class="none">no data</span>}</dd>
    </div>
    <div>
      <dt>Capabilities</dt>
      <dd>
        {number(capabilities.length)}, {number(distinct)} distinct
      </dd>
    </div>
    {(tool.url || tool.repository) && (
      <div>
        <dt>Where</dt>
        <dd>
          {[tool.url, tool.repository].map(
            (address) =>
              address && (
                <span class="source">
                  <Out href={address} />
                </span>
              ),
          )}
        </dd>
      </div>
    )}
  </dl>
)

const Attributes: FC<{ tool: Tool }> = ({ tool }) => {
  const attributes = Object.entries(tool.attributes ?? {})
  const signals = Object.entries(tool.signals ?? {})
  if (attributes.length + signals.length === 0) return null
  return (
    <section>
      <h2 id="facts">Facts, with their sources</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {attributes.map(([key, attribute]) => (
            <tr>
              <th scope="row">{attributeLabel(key)}</th>
              <td>
                {valueWords(attribute.value, attribute.unit)}
                <Origin of={attribute} />
              </td>
            </tr>
          ))}
          {signals.map(([key, signal]) => (
            <tr>
              <th scope="row">{attributeLabel(key)}</th>
              <td>
                {Array.isArray(signal.value) ? signal.value.join(', ') : valueWords(signal.value)}
                <Origin of={signal} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {tool.pricing?.note && (
        <p class="read">
          <b>On the price:</b> {tool.pricing.note}
        </p>
      )}
    </section>
  )
}

const Lines: FC<{ title: string; lines: readonly string[] | undefined }> = ({ title, lines }) =>
  lines && lines.length > 0 ? (
    <>
      <dt>{title}</dt>
      <dd>
        {lines.length === 1 ? (
          lines[0]
        ) : (
          <ul>
            {lines.map((line) => (
              <li>{line}</li>
            ))}
          </ul>
        )}
      </dd>
    </>
  ) : null

/** Names first: what most people scan for. */
const CapabilityNames: FC<{ capabilities: readonly Capability[] }> = ({ capabilities }) => (
  <section>
    <h2>What it can do</h2>
    <ul class="names">
      {capabilities.map(({ id, name }) => (
        <li>
          <a href={`#${capabilityAnchor(id)}`}>{name}</a>
        </li>
      ))}
    </ul>
  </section>
)

const CapabilityCard: FC<{ capability: Capability }> = ({ capability }) => (
  <article class="capability" id={capabilityAnchor(capability.id)}>
    <h3>{capability.name}</h3>
    <p>{capability.description}</p>
    <dl>
      <Lines title="Unique" lines={capability.unique ? [capability.unique] : []} />
      <Lines title="Versus" lines={capability.versus ? [capability.versus] : []} />
      <Lines title="Best for" lines={capability.bestFor} />
      <Lines title="Limits" lines={capability.limitations} />
      <Lines title="Requires" lines={capability.requires} />
      <Lines title="Takes" lines={capability.inputs && [capability.inputs.join(', ')]} />
      <Lines title="Gives" lines={capability.outputs && [capability.outputs.join(', ')]} />
      {capability.intents && capability.intents.length > 0 && (
        <>
          <dt>Asked as</dt>
          <dd>
            <ul>
              {capability.intents.map((intent) => (
                <li>
                  <a href={searchHref({ q: intent })}>{intent}</a>
                </li>
              ))}
            </ul>
          </dd>
        </>
      )}
      {capability.source && (
        <>
          <dt>Source</dt>
          <dd>
            <Out href={capability.source} />
            {capability.asOf && `, ${capability.asOf}`}
          </dd>
        </>
      )}
    </dl>
  </article>
)

const WorksWith: FC<{ view: ToolView }> = ({ view: { tool, nameOf } }) =>
  tool.worksWith && tool.worksWith.length > 0 ? (
    <section>
      <h2 id="works-with">Works with</h2>
      <ul class="read">
        {tool.worksWith.map((other) => {
          const { slug, why } = typeof other === 'string' ? { slug: other, why: undefined } : other
          const name = nameOf(slug)
          return (
            <li>
              {name ? <a href={toolHref(slug)}>{name}</a> : slug}
              {why && `: ${why}`}
            </li>
          )
        })}
      </ul>
    </section>
  ) : null

const FailureModes: FC<{ tool: Tool }> = ({ tool }) =>
  tool.failureModes && tool.failureModes.length > 0 ? (
    <section>
      <h2 id="failures">How it fails</h2>
      <ul class="read">
        {tool.failureModes.map((failure) => {
          const one: { mode: string; frequency?: string; mitigation?: string } =
            typeof failure === 'string' ? { mode: failure } : failure
          return (
            <li>
              {one.mode}
              {one.frequency && ` (${one.frequency})`}. {one.mitigation && <span class="soft">{one.mitigation}</span>}
            </li>
          )
        })}
      </ul>
    </section>
  ) : null

const Execution: FC<{ tool: Tool }> = ({ tool: { execution } }) =>
  execution ? (
    <section>
      <h2 id="run">How to call it</h2>
      {execution.command && (
        <pre class="wrap" tabindex={0}>
          <code>{execution.command}</code>
        </pre>
      )}
      <p>
        Over {execution.protocol}
        {execution.url && (
          <>
            {' '}
            at <code>{execution.url}</code>
          </>
        )}
        {execution.auth && `, authentication: ${execution.auth}`}.
      </p>
    </section>
  ) : null

const Ways: FC<{ tool: Tool }> = ({ tool }) => (
  <div class="ways">
    <a class="button quiet" href={alternativesHref(tool.slug)}>
      Need something different?
    </a>
    <a class="button quiet" href={graphHref('tool', tool.slug)}>
      Graph
    </a>
    <form action="/compare" method="get">
      <input type="hidden" name="tools" value={tool.slug} />
      <label class="sr" for="other">
        Compare {tool.name} with
      </label>
      <input id="other" type="text" name="tools" placeholder="another tool" required maxlength={100} />
      <button class="quiet" type="submit">
        Compare
      </button>
    </form>
  </div>
)

const jsonLd = ({ tool }: ToolView): object => ({
  '@context': 'https://schema.org',
  '@type': 'SoftwareApplication',
  name: tool.name,
  description: tool.description,
  applicationCategory: typeWords(tool.type),
  ...(tool.url && { url: tool.url }),
  ...(tool.license && { license: tool.license }),
  ...(tool.pricing?.startingPrice && {
    offers: {
      '@type': 'Offer',
      price: tool.pricing.startingPrice.amount,
      priceCurrency: tool.pricing.startingPrice.currency,
    },
  }),
})

export function toolPage(view: ToolView): Page {
  const { tool, capabilities } = view
  return {
    title: tool.name,
    description: tool.description || `${tool.name}: ${plural(capabilities.length, 'capability', 'capabilities')}.`,
    path: toolHref(tool.slug),
    query: '',
    jsonLd: jsonLd(view),
    markdown: () => toolMarkdown(view),
    body: () => (
      <article>
        <h1>{tool.name}</h1>
        <p class="lead">{tool.description}</p>
        {view.withheld && (
          <p class="why">
            {WITHHELD} <a href={`/api/v1${toolHref(tool.slug)}?raw=on`}>The record as written</a>
          </p>
        )}
        <Ways tool={tool} />
        <div class="with-side">
          <aside aria-label="Key facts">
            <Overview view={view} />
          </aside>
          <div>
            <CapabilityNames capabilities={capabilities} />
            <section>
              <h2 id="capabilities">In detail</h2>
              {capabilities.map((capability) => (
                <CapabilityCard capability={capability} />
              ))}
            </section>
            <RankBreakdown rank={view.rank} />
            <Attributes tool={tool} />
            <Execution tool={tool} />
            <WorksWith view={view} />
            <FailureModes tool={tool} />
          </div>
        </div>
      </article>
    ),
  }
}
