import type { FC, PropsWithChildren } from 'hono/jsx'
import { hostOf, percent, sureWords } from '../words.js'

/** A link that leaves this host; anything but http(s) stays a text. */
export const Out: FC<PropsWithChildren<{ href: string }>> = ({ href, children }) =>
  /^https?:\/\//i.test(href) ? (
    <a href={href} rel="noopener nofollow">
      {children ?? hostOf(href)}
    </a>
  ) : (
    <span>{children ?? href}</span>
  )

/** A share of `of` as a bar, with an interval when there is one. For the eye only: the number stands beside it. */
export const Bar: FC<{ value: number; of?: number; interval?: readonly [number, number]; wide?: boolean }> = ({
  value,
  of = 1,
  interval,
  wide,
}) => {
  const at = (x: number) => Math.round(Math.min(1, Math.max(0, x / of)) * 1000) / 10
  return (
    <svg class={wide ? 'bar wide' : 'bar'} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" width="100" height="8" rx="2" />
      <rect class="fill" width={at(value)} height="8" rx="2" />
      {interval && (
        <rect
          class="span"
          x={at(interval[0])}
          y="3"
          width={Math.max(0.5, at(interval[1]) - at(interval[0]))}
          height="2"
        />
      )}
    </svg>
  )
}

export const Sure: FC<{ confidence: number }> = ({ confidence }) => (
  <span class="sure">
    <Bar value={confidence} />
    {sureWords(confidence)}, {percent(confidence)}
  </span>
)

export const NoData: FC = () => <span class="none">no data</span>

/** What may be wider than the page scrolls by itself; focusable, so that it scrolls by keyboard too. */
export const Scroll: FC<PropsWithChildren<{ label: string }>> = ({ label, children }) => (
  <section class="scroll" aria-label={label} tabindex={0}>
    {children}
  </section>
)
