import type { FC } from 'hono/jsx'
import type { Comparison } from '../../../core/api/compare.js'
import { capabilityHref, toolHref } from '../links.js'
import { percent } from '../words.js'

type Names = ReadonlyMap<string, string>

const Both: FC<{ pairs: Comparison['pairs']; names: Names }> = ({ pairs, names }) => (
  <>
    <h3>{names.size > 2 ? 'More than one has it' : 'Both have it'}</h3>
    {pairs.length === 0 ? (
      <p class="soft">No capability of one does the same as one of another.</p>
    ) : (
      <ul class="pairs">
        {pairs.map(({ members, probability }) => (
          <li>
            <div class="pair">
              {members.map(({ tool, id, name, limitations }) => (
                <p>
                  <span class="source">{names.get(tool) ?? tool}</span>
                  <a href={capabilityHref(tool, id)}>{name}</a>
                  {limitations[0] && <span class="source">Limit: {limitations[0]}</span>}
                </p>
              ))}
            </div>
            <p class="small soft">{percent(probability)} likely the same</p>
          </li>
        ))}
      </ul>
    )}
  </>
)

/** Capabilities aligned: what several have, and what only one has. */
export const Capabilities: FC<{ comparison: Comparison; names: Names }> = ({ comparison, names }) => (
  <section>
    <h2 id="capabilities">Capabilities, aligned</h2>
    <p class="soft">
      {comparison.tools
        .map(({ name, capabilities: { total, distinct } }) => `${name}: ${total}, ${distinct} distinct`)
        .join(' · ')}
    </p>
    <Both pairs={comparison.pairs} names={names} />
    <div class="columns">
      {comparison.tools.map(({ slug, name }) => (
        <section>
          <h3>
            Only <a href={toolHref(slug)}>{name}</a>
          </h3>
          <ul>
            {(comparison.only[slug] ?? []).map((one) => (
              <li>
                <a href={capabilityHref(slug, one.id)}>{one.name}</a>
                {one.nearest && (
                  <span class="source">
                    nearest: {names.get(one.nearest.tool) ?? one.nearest.tool}, {one.nearest.name} (
                    {percent(one.nearest.probability)})
                  </span>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  </section>
)
