import type { FC } from 'hono/jsx'
import type { NearMiss, SearchResult, ToolSummary } from '../../../core/api/search.js'
import { capabilityAnchor, capabilityHref, toolHref } from '../links.js'
import { evidenceWords, number, priceWords, typeWords } from '../words.js'
import { Sure } from './parts.js'

/** What somebody has just reported without a script; shown in the place of the buttons. */
export interface Reported {
  capability: string
  outcome: 'succeeded' | 'failed'
}

/** Type, price and rank of a tool, after its name unless that stands above. */
export const ToolLine: FC<{ tool: ToolSummary; unnamed?: boolean }> = ({ tool, unnamed }) => (
  <p class="by">
    {!unnamed && (
      <>
        <a href={toolHref(tool.slug)}>{tool.name}</a> ·{' '}
      </>
    )}
    {typeWords(tool.type)} · {priceWords(tool.pricing)}
    {tool.rank !== undefined && ` · rank ${number(tool.rank, 0)} of 100`}
  </p>
)

type Shown = Pick<SearchResult, 'capability' | 'confidence' | 'evidence' | 'why' | 'exploration'>

const Traits: FC<{ capability: SearchResult['capability'] }> = ({ capability: { unique, versus, limitations } }) =>
  unique || versus || limitations?.length ? (
    <details class="more">
      <summary>What sets it apart, and its limits</summary>
      {unique && <p>{unique}</p>}
      {versus && <p>{versus}</p>}
      {limitations?.length ? (
        <ul>
          {limitations.map((limit) => (
            <li>{limit}</li>
          ))}
        </ul>
      ) : null}
    </details>
  ) : null

export const Facts: FC<{ of: Pick<Shown, 'confidence' | 'evidence'> }> = ({ of }) => (
  <div class="facts">
    <Sure confidence={of.confidence} />
    <span class={of.evidence.timesMatched === 0 ? 'soft' : undefined}>{evidenceWords(of.evidence)}</span>
  </div>
)

/** "It worked" and its opposite; a plain form, which the script sends without leaving the page. */
export const Report: FC<{ token: string; capability: string; name: string; back: string; reported?: Reported }> = ({
  token,
  capability,
  name,
  back,
  reported,
}) =>
  reported?.capability === capability ? (
    <span class="done" role="status">
      {reported.outcome === 'succeeded' ? 'Recorded: it worked for you.' : 'Recorded: it did not work for you.'}
    </span>
  ) : token ? (
    <form method="post" action="/matches" data-report>
      <input type="hidden" name="token" value={token} />
      <input type="hidden" name="capability" value={capability} />
      <input type="hidden" name="back" value={back} />
      <button class="quiet" type="submit" name="outcome" value="succeeded" aria-label={`This worked: ${name}`}>
        This worked
      </button>
      <button class="quiet" type="submit" name="outcome" value="failed" aria-label={`Did not work: ${name}`}>
        Did not work
      </button>
    </form>
  ) : null

export const Result: FC<{ result: SearchResult; back: string; reported?: Reported }> = ({ result, back, reported }) => {
  const { capability, tool, token } = result
  const href = capabilityHref(tool.slug, capability.id)
  return (
    <li class="result" id={capabilityAnchor(capability.id)} value={result.position}>
      <h2>
        <a href={href} data-select={token || undefined}>
          {capability.name}
        </a>{' '}
        {result.exploration && <span class="new">new here, shown to learn more</span>}
      </h2>
      <ToolLine tool={tool} />
      <p>{capability.description}</p>
      {result.why && <p class="why">Why: {result.why}.</p>}
      <Traits capability={capability} />
      <Facts of={result} />
      <div class="act">
        <Report token={token} capability={capability.id} name={capability.name} back={back} reported={reported} />
        <a class="copy" href={href} data-copy aria-label={`Copy link to ${capability.name}`}>
          Copy link
        </a>
      </div>
    </li>
  )
}

export const NearMisses: FC<{ misses: readonly NearMiss[] }> = ({ misses }) => (
  <section>
    <h2>What comes nearest, and what each fails</h2>
    <ul class="results">
      {misses.map(({ capability, tool, fails }) => (
        <li class="result">
          <h3>
            <a href={capabilityHref(tool.slug, capability.id)}>{capability.name}</a>
          </h3>
          <ToolLine tool={tool} />
          <p class="why">
            <b>Fails:</b> {fails}
          </p>
        </li>
      ))}
    </ul>
  </section>
)
