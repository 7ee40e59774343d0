import type { FC } from 'hono/jsx'
import type { RankingsAnswer, RankingsQuery } from '../../core/api/rank.js'
import { LAYERS, TOOL_TYPES } from '../../core/catalogue.js'
import { COMPONENTS } from '../../core/rank/weights.js'
import { Bar, Scroll } from './components/parts.js'
import { toolHref } from './links.js'
import { blocks, link, table } from './markdown.js'
import type { Page } from './page.js'
import { partLabel } from './rank-words.js'
import { fixed, number, plural, priceWords, typeWords } from './words.js'

const hrefOf = ({ type, layer, pricing, category, tag, free }: RankingsQuery, cursor?: string): string => {
  const query = new URLSearchParams()
  for (const [name, values] of Object.entries({ type, layer, pricing, category, tag }))
    if (values?.length) query.set(name, values.join(','))
  if (free === 'on') query.set('free', 'on')
  if (cursor) query.set('cursor', cursor)
  return query.size > 0 ? `/rankings?${query}` : '/rankings'
}

const Choice: FC<{ name: string; label: string; values: readonly string[]; chosen: string | undefined }> = ({
  name,
  label,
  values,
  chosen,
}) => (
  <label>
    <span class="sr">{label}</span>
    <select name={name}>
      <option value="">any {label.toLowerCase()}</option>
      {values.map((value) => (
        <option value={value} selected={value === chosen}>
          {typeWords(value)}
        </option>
      ))}
    </select>
  </label>
)

type Row = RankingsAnswer['rankings'][number]

const Line: FC<{ row: Row }> = ({ row }) => (
  <tr>
    <td class="n">{row.position}</td>
    <th scope="row">
      <a href={toolHref(row.tool.slug)}>{row.tool.name}</a>
      <span class="source">
        {typeWords(row.tool.type)} · {priceWords(row.tool.pricing)}
      </span>
    </th>
    <td class="n">{fixed(row.rank)}</td>
    <td>
      <Bar value={row.rank} of={100} interval={row.interval} wide />
      <span class="source">
        {number(row.interval[0], 0)} to {number(row.interval[1], 0)}
      </span>
    </td>
    {COMPONENTS.map((name) => (
      <td class={row.noData.includes(name) ? 'n none' : 'n'}>
        {fixed(row.points[name] ?? 0)}
        {row.noData.includes(name) && <span class="source">no data</span>}
      </td>
    ))}
    <td class="n">{row.timesMatched}</td>
  </tr>
)

const ABOUT =
  'Tools by the lower end of their rank’s 90 % interval, so that little data never wins. Where nothing is known of a part, the mean of the type stands in, and “no data” is said.'

const textOf = (answer: RankingsAnswer): string =>
  blocks(
    '# Rankings',
    ABOUT,
    table(
      ['#', 'Tool', 'Type', 'Rank', '90 % interval', ...COMPONENTS.map(partLabel), 'Times matched'],
      answer.rankings.map((row) => [
        String(row.position),
        link(row.tool.name, `${toolHref(row.tool.slug)}.md`),
        typeWords(row.tool.type),
        number(row.rank, 2),
        row.interval.map((end) => number(end, 1)).join(' to '),
        ...COMPONENTS.map(
          (name) => `${number(row.points[name] ?? 0, 2)}${row.noData.includes(name) ? ' (no data)' : ''}`,
        ),
        String(row.timesMatched),
      ]),
    ),
    `${plural(answer.total, 'tool')} in all. The points of a row sum to its rank.`,
  )

export function rankingsPage(query: RankingsQuery, answer: RankingsAnswer): Page {
  return {
    title: 'Rankings',
    description: ABOUT,
    path: hrefOf(query, query.cursor),
    query: '',
    markdown: () => textOf(answer),
    body: () => (
      <>
        <h1>Rankings</h1>
        <p class="lead soft">{ABOUT}</p>
        <form class="ways" action="/rankings" method="get">
          <Choice name="type" label="Type" values={TOOL_TYPES} chosen={query.type?.[0]} />
          <Choice name="layer" label="Layer" values={LAYERS} chosen={query.layer?.[0]} />
          <label class="check">
            <input type="checkbox" name="free" value="on" checked={query.free === 'on'} /> free to start with
          </label>
          <button type="submit" class="quiet">
            Show
          </button>
        </form>
        <p class="state">
          <b>{plural(answer.total, 'tool')}</b>
        </p>
        <Scroll label="Rankings">
          <table>
            <thead>
              <tr>
                <th scope="col" class="n">
                  #
                </th>
                <th scope="col">Tool</th>
                <th scope="col" class="n">
                  Rank
                </th>
                <th scope="col">90 % interval</th>
                {COMPONENTS.map((name) => (
                  <th scope="col" class="n">
                    {partLabel(name)}
                  </th>
                ))}
                <th scope="col" class="n">
                  Matched
                </th>
              </tr>
            </thead>
            <tbody>
              {answer.rankings.map((row) => (
                <Line row={row} />
              ))}
            </tbody>
          </table>
        </Scroll>
        {answer.nextCursor && (
          <p class="pages">
            <a class="button quiet" href={hrefOf(query, answer.nextCursor)}>
              Next
            </a>
          </p>
        )}
      </>
    ),
  }
}
