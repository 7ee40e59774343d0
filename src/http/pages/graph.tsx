import type { FC } from 'hono/jsx'
import type { Graph, GraphEdge } from '../../core/api/graph.js'
import { GraphSvg } from './components/graph-svg.js'
import { Scroll } from './components/parts.js'
import { graphHref, nodeHrefs } from './links.js'
import { blocks, inline, link, table } from './markdown.js'
import type { Page } from './page.js'
import { EXAMPLES } from './search.js'
import { matchedWords, percent, plural } from './words.js'

const KINDS: Readonly<Record<GraphEdge['kind'], string>> = {
  serves: 'is served by',
  belongs: 'is a capability of',
  'works-with': 'works with',
}
const ABOUT =
  'Needs on the left, capabilities in the middle, tools on the right. The wider a line, the more matches were recorded on it.'

const evidenceOf = ({ matches }: GraphEdge): string => (matches ? matchedWords(matches) : '')
const sureOf = ({ kind, weight }: GraphEdge): string => (kind === 'serves' ? percent(weight) : '')

const Ask: FC<{ intent: string }> = ({ intent }) => (
  <form class="ask" action="/graph" method="get">
    <label class="sr" for="intent">
      A need in words
    </label>
    <input
      id="intent"
      type="search"
      name="intent"
      value={intent}
      placeholder="a need, in words"
      required
      maxlength={2000}
    />
    <button type="submit">Draw</button>
  </form>
)

const EdgeTable: FC<{ graph: Graph }> = ({ graph }) => {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  const hrefs = nodeHrefs(graph)
  const Name: FC<{ id: string }> = ({ id }) => {
    const label = nodes.get(id)?.label ?? id
    return hrefs.has(id) ? <a href={hrefs.get(id)}>{label}</a> : <>{label}</>
  }
  return (
    <section>
      <h2 id="lines">The same as a table</h2>
      <Scroll label="Lines of the graph">
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">How</th>
              <th scope="col">To</th>
              <th scope="col" class="n">
                Sure
              </th>
              <th scope="col">Matches</th>
            </tr>
          </thead>
          <tbody>
            {graph.edges.map((edge) => (
              <tr>
                <td>
                  <Name id={edge.from} />
                </td>
                <td>
                  {KINDS[edge.kind]}
                  {edge.why && <span class="source">{edge.why}</span>}
                </td>
                <td>
                  <Name id={edge.to} />
                </td>
                <td class="n">{sureOf(edge)}</td>
                <td>{evidenceOf(edge)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  )
}

function textOf(graph: Graph): string {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  const hrefs = nodeHrefs(graph)
  const nameOf = (id: string): string => {
    const label = nodes.get(id)?.label ?? id
    const href = hrefs.get(id)
    return href ? link(label, href) : inline(label)
  }
  return blocks(
    `# ${inline(graph.title)}`,
    table(
      ['From', 'How', 'To', 'Sure', 'Matches'],
      graph.edges.map((edge) => [nameOf(edge.from), KINDS[edge.kind], nameOf(edge.to), sureOf(edge), evidenceOf(edge)]),
    ),
  )
}

/** Left out of a drawing that would have become unreadable. */
function omitted({ omitted: { capabilities, tools } }: Graph): string {
  const left = [
    capabilities > 0 ? plural(capabilities, 'capability', 'capabilities') : '',
    tools > 0 ? plural(tools, 'tool') : '',
  ].filter(Boolean)
  return left.length === 0 ? '' : `Left out, further away: ${left.join(' and ')}.`
}

/** @param asked how the page was asked for */
export function graphPage(graph: Graph, asked: { intent?: string; tool?: string }): Page {
  const path = asked.tool ? graphHref('tool', asked.tool) : graphHref('intent', asked.intent ?? '')
  return {
    title: graph.title,
    description: ABOUT,
    path,
    noIndex: true,
    query: '',
    markdown: () => textOf(graph),
    body: () => (
      <>
        <h1>{graph.title}</h1>
        <p class="soft">
          {ABOUT} {omitted(graph)}
        </p>
        <Ask intent={asked.intent ?? ''} />
        <Scroll label="Drawing of the graph">
          <GraphSvg graph={graph} />
        </Scroll>
        <EdgeTable graph={graph} />
      </>
    ),
  }
}

/** The page before anything was asked. */
export function graphStart(): Page {
  return {
    title: 'Match graph',
    description: ABOUT,
    path: '/graph',
    query: '',
    markdown: () =>
      blocks(
        '# Match graph',
        ABOUT,
        ...EXAMPLES.map((intent) => link(intent, `/graph.md?${new URLSearchParams({ intent })}`)),
      ),
    body: () => (
      <>
        <h1>Match graph</h1>
        <p class="lead soft">{ABOUT}</p>
        <Ask intent="" />
        <ul class="examples state">
          {EXAMPLES.map((intent) => (
            <li>
              <a href={graphHref('intent', intent)}>{intent}</a>
            </li>
          ))}
        </ul>
      </>
    ),
  }
}
