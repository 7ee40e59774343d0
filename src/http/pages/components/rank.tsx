import type { FC } from 'hono/jsx'
import type { ToolRankAnswer } from '../../../core/api/rank.js'
import { partAbout, partLabel } from '../rank-words.js'
import { number, plural, valueWords } from '../words.js'
import { Bar, NoData, Out, Scroll } from './parts.js'

type Part = ToolRankAnswer['components'][number]

const Inputs: FC<{ part: Part }> = ({ part }) => (
  <>
    {part.inputs.map(({ name, value, asOf, source }) => (
      <span class="source">
        {name}: {valueWords(value)}
        {asOf && `, ${asOf}`}
        {source && (
          <>
            {' '}
            <Out href={source} />
          </>
        )}
      </span>
    ))}
  </>
)

const Row: FC<{ part: Part; type: string }> = ({ part, type }) => (
  <tr>
    <th scope="row">
      {partLabel(part.component)}
      <span class="source">{partAbout(part.component)}</span>
    </th>
    <td>
      {part.value === undefined ? (
        <>
          <NoData />
          <span class="source">
            taken as{' '}
            {part.typeTools > 0 ? `the mean of ${plural(part.typeTools, 'tool')} of type ${type}` : 'the middle'}:{' '}
            {number(part.typeMean, 3)}
          </span>
        </>
      ) : (
        <>
          {number(part.value, 3)}, counted {number(part.reliability * 100, 0)} % ({number(part.n)} seen); the rest is
          the mean of its type, {number(part.typeMean, 3)}
          <Inputs part={part} />
        </>
      )}
    </td>
    <td>
      <Bar value={part.points} of={100 * part.weight} wide />
    </td>
    <td class="n">
      {number(part.points, 2)} <span class="soft">of {number(100 * part.weight, 0)}</span>
    </td>
  </tr>
)

/** A rank taken apart: the points of the rows sum to it. */
export const RankBreakdown: FC<{ rank: ToolRankAnswer }> = ({ rank }) => (
  <section>
    <h2 id="rank">
      Rank {number(rank.rank, 1)} of 100{' '}
      <span class="soft small">
        90 % interval {number(rank.interval[0], 1)} to {number(rank.interval[1], 1)}
      </span>
    </h2>
    <p>
      <Bar value={rank.rank} of={100} interval={rank.interval} wide />
    </p>
    <Scroll label="Rank in parts">
      <table>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">What is known</th>
            <th scope="col">
              <span class="sr">As a bar</span>
            </th>
            <th scope="col" class="n">
              Points
            </th>
          </tr>
        </thead>
        <tbody>
          {rank.components.map((part) => (
            <Row part={part} type={rank.type} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colspan={3}>
              Sum of the points: the rank
            </th>
            <td class="n">
              <b>{number(rank.rank, 2)}</b>
            </td>
          </tr>
        </tfoot>
      </table>
    </Scroll>
    <p class="small soft">
      {rank.timesMatched === 0
        ? 'No matches recorded yet.'
        : `Matched ${plural(rank.timesMatched, 'time')}${rank.since ? ` since ${rank.since.slice(0, 10)}` : ''}.`}{' '}
      Weights of version {rank.version}; <a href={`/api/v1/tools/${rank.slug}/rank`}>all numbers as JSON</a>.
    </p>
  </section>
)
