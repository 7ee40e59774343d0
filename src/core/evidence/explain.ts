import { liftInterval } from './estimate.js'
import type { Weighed } from './weigh.js'

/** What an answer tells of one result's evidence. Counts are decayed and those of near needs; `timesMatched` is a plain count. */
export interface EvidenceSummary {
  timesMatched: number
  selections: number
  /** How often it would have been chosen at its positions, were it like the others. */
  expected: number
  succeeded: number
  failed: number
  /** Selections per expected selection, relative to all capabilities; shrunk towards 1. */
  lift: number
  /** 90 % interval of `lift`. */
  interval: [low: number, high: number]
}

const round = (x: number, parts = 1000): number => Math.round(x * parts) / parts

export function summarize({ estimate: e }: Pick<Weighed, 'estimate'>, timesMatched: number): EvidenceSummary {
  const [low, high] = liftInterval(e)
  return {
    timesMatched,
    selections: round(e.selected),
    expected: round(e.expected * e.overall),
    succeeded: round(e.succeeded),
    failed: round(e.failed),
    lift: round(e.rate / e.overall),
    interval: [round(low), round(high)],
  }
}

/** The evidence in plain words; undefined when there is nothing to say. */
export function explain(weighed: Weighed): string | undefined {
  const { estimate: e, words, fairStart } = weighed
  const parts: string[] = []
  const count = (x: number): string => (x < 10 ? String(round(x, 10)) : x.toFixed(0))
  if (e.selected >= 0.5) {
    const reports = e.succeeded + e.failed
    const worked = reports >= 0.5 ? `, ${count(e.succeeded)} of ${count(reports)} worked` : ''
    parts.push(`chosen ${count(e.selected)} times where ${count(e.expected * e.overall)} were expected${worked}`)
  }
  if (words.length > 0) {
    parts.push(
      `found through needs it served: ${words
        .slice(0, 4)
        .map((word) => `*${word}*`)
        .join(', ')}`,
    )
  }
  if (fairStart > 0.05) parts.push('new here: given a fair start')
  return parts.length === 0 ? undefined : parts.join('; ')
}
