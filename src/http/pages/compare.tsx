import type { FC } from 'hono/jsx'
import type { Comparison, Row, Scenario } from '../../core/api/compare.js'
import { compareMarkdown } from './compare-markdown.js'
import { kindWords, namesOf, originWords, winnerWords } from './compare-words.js'
import { Capabilities } from './components/aligned.js'
import { ClaimCell } from './components/claim.js'
import { Scroll } from './components/parts.js'
import { compareHref, toolHref } from './links.js'
import type { Page } from './page.js'
import { number, percent } from './words.js'

type Names = ReadonlyMap<string, string>

const Relations: FC<{ comparison: Comparison; names: Names }> = ({ comparison, names }) => (
  <section class="relation">
    <p class="kind">{kindWords(comparison.relation, names)}</p>
    <p>{comparison.relation.why}</p>
    {comparison.relations.length > 1 && (
      <details class="more">
        <summary>Every pair</summary>
        <ul>
          {comparison.relations.map((relation) => (
            <li>
              <b>{relation.tools.map((slug) => names.get(slug) ?? slug).join(' and ')}:</b> {kindWords(relation, names)}
              . {relation.why}
            </li>
          ))}
        </ul>
      </details>
    )}
  </section>
)

const Verdict: FC<{ verdict: Comparison['verdict'] }> = ({ verdict }) => (
  <section class="read">
    <h2 id="verdict">Which one, for whom</h2>
    {verdict.sentences.map((sentence) => (
      <p>{sentence}</p>
    ))}
    {verdict.flips.length > 0 && (
      <>
        <h3>What would turn it round</h3>
        <ul>
          {verdict.flips.map((flip) => (
            <li>{flip}</li>
          ))}
        </ul>
      </>
    )}
  </section>
)

const GROUPS: readonly { state: Row['state']; title: string }[] = [
  { state: 'differs', title: 'What tells them apart' },
  { state: 'partial', title: 'Known of some only' },
  { state: 'equal', title: 'The same' },
]

const Table: FC<{ comparison: Comparison }> = ({ comparison: { tools, table } }) => (
  <section>
    <h2 id="table">Side by side</h2>
    <Scroll label="Side by side">
      <table class="sides">
        <thead>
          <tr>
            <td />
            {tools.map(({ slug, name }) => (
              <th scope="col">
                <a href={toolHref(slug)}>{name}</a>
              </th>
            ))}
          </tr>
        </thead>
        {GROUPS.map(({ state, title }) => {
          const rows = table.filter((row) => row.state === state)
          return rows.length === 0 ? null : (
            <tbody>
              <tr class="group">
                <th scope="rowgroup" colspan={tools.length + 1}>
                  {title}
                </th>
              </tr>
              {rows.map((row) => (
                <tr>
                  <th scope="row">
                    {row.label}
                    {row.note && <span class="source">{row.note}</span>}
                  </th>
                  {tools.map(({ slug }) => (
                    <td>
                      <ClaimCell claim={row.cells[slug]} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          )
        })}
      </table>
    </Scroll>
  </section>
)

const Situation: FC<{ scenario: Scenario; names: Names }> = ({ scenario, names }) => (
  <li class="situation">
    <h3>{scenario.title}</h3>
    <p class="winner" data-outcome={scenario.outcome}>
      {winnerWords(scenario, names)}
    </p>
    <p>{scenario.reason}</p>
    <details class="more">
      <summary>In whose words, and what decides it</summary>
      <ul>
        {scenario.needs.map((need) => (
          <li>“{need}”</li>
        ))}
        {scenario.covering.map(({ tool, name, confidence }) => (
          <li>
            {names.get(tool) ?? tool}: {name}, {percent(confidence)} sure
          </li>
        ))}
        {scenario.failed.map(({ tool, requirement }) => (
          <li>
            {names.get(tool) ?? tool} {requirement}
          </li>
        ))}
        {scenario.elsewhere.map(({ tool, name, why }) => (
          <li>
            Elsewhere: <a href={toolHref(tool)}>{name}</a>, {why}
          </li>
        ))}
        <li class="soft">{originWords(scenario.origin)}</li>
      </ul>
    </details>
  </li>
)

const Situations: FC<{ comparison: Comparison; names: Names; asked: readonly string[] }> = ({
  comparison,
  names,
  asked,
}) => (
  <section>
    <h2 id="situations">Best for</h2>
    <form class="ask" action={compareHref(...names.keys())} method="get">
      <label class="sr" for="for">
        A situation of your own
      </label>
      <input id="for" type="search" name="for" value={asked[0] ?? ''} placeholder="A situation of your own, in words" />
      <button type="submit">Judge</button>
    </form>
    <ul class="situations">
      {comparison.scenarios.map((scenario) => (
        <Situation scenario={scenario} names={names} />
      ))}
    </ul>
  </section>
)

const HeadToHead: FC<{ comparison: Comparison; names: Names }> = ({ comparison: { headToHead }, names }) => (
  <section class="read">
    <h2 id="head-to-head">Head to head</h2>
    <p>{headToHead.note}</p>
    {headToHead.n > 0 && (
      <ul>
        {headToHead.wins.map(({ tool, selected, succeeded, failed }) => (
          <li>
            {names.get(tool) ?? tool}: chosen {number(selected)}, worked {number(succeeded)}, failed {number(failed)}
          </li>
        ))}
      </ul>
    )}
  </section>
)

const BottomLine: FC<{ bottomLine: Comparison['bottomLine'] }> = ({ bottomLine }) => (
  <section class="read">
    <h2 id="bottom-line">Bottom line</h2>
    {bottomLine.sentences.map((sentence) => (
      <p>{sentence}</p>
    ))}
    <ul>
      {bottomLine.ways.map(({ text, href }) => (
        <li>
          <a href={href}>{text}</a>
        </li>
      ))}
    </ul>
  </section>
)

/** @param asked situations that the visitor put in words of their own */
export function comparePage(comparison: Comparison, asked: readonly string[]): Page {
  const names = namesOf(comparison)
  const title = [...names.values()].join(' vs ')
  const own = asked.length > 0 ? `?${new URLSearchParams(asked.map((text) => ['for', text]))}` : ''
  return {
    title,
    description: `${kindWords(comparison.relation, names)}. ${comparison.verdict.sentences[0] ?? ''}`,
    path: `${compareHref(...names.keys())}${own}`,
    noIndex: asked.length > 0,
    query: '',
    markdown: () => compareMarkdown(comparison),
    body: () => (
      <>
        <h1>{title}</h1>
        <Relations comparison={comparison} names={names} />
        <nav aria-label="On this page">
          <ul class="toc">
            <li>
              <a href="#verdict">Which one</a>
            </li>
            <li>
              <a href="#situations">Best for</a>
            </li>
            <li>
              <a href="#table">Side by side</a>
            </li>
            <li>
              <a href="#capabilities">Capabilities</a>
            </li>
            <li>
              <a href="#bottom-line">Bottom line</a>
            </li>
          </ul>
        </nav>
        <Verdict verdict={comparison.verdict} />
        <Situations comparison={comparison} names={names} asked={asked} />
        <Table comparison={comparison} />
        <Capabilities comparison={comparison} names={names} />
        <HeadToHead comparison={comparison} names={names} />
        <BottomLine bottomLine={comparison.bottomLine} />
      </>
    ),
  }
}
