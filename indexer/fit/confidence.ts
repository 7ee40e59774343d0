import { areaUnderCurve, calibrationError, meanOf } from '../../src/core/metrics.js'
import {
  type ConfidenceSignals,
  type ConfidenceWeights,
  confidenceLogit,
  SIGNALS,
  sigmoid,
} from '../../src/core/relevance/confidence.js'
import type { RelevanceWeights } from '../../src/core/relevance/weights.js'
import { logisticFit } from './logistic.js'
import type { Group, NoMatchRow } from './no-match.js'

type Signal = keyof ConfidenceSignals
export type Confidence = RelevanceWeights['confidence']

/** Signals of each model, by forward selection leaving one set out; the others weigh 0. */
const RIGHT: readonly Signal[] = ['margin', 'rTerms', 'rSpread', 'lateTerms', 'hits', 'clause']
const PRESENT: readonly Signal[] = ['rTerms', 'rSpread', 'lateTerms', 'hits', 'clause', 'background', 'z']
/** What all requests of other domains together weigh against a set's own. */
const OTHERS_RIGHT = 0.3
const OTHERS_PRESENT = 1
/** Shares that the thresholds keep to on average over the sets they were fitted on: a little inside what the project promises (.12, .03, .15). */
const MOST_GONE_MATCHED = 0.1
const MOST_OTHER_MATCHED = 0.015
const MOST_THERE_DENIED = 0.145
const SLOPES = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10]

export interface NoMatchSet {
  name: string
  rows: NoMatchRow[]
}

/** Fits both models and the slope below the top, and sets the thresholds at the promised shares. */
export function fitConfidence(sets: readonly NoMatchSet[]): Confidence {
  const right = fitModel(sets, RIGHT, OTHERS_RIGHT, (row) => row.right)
  const present = fitModel(sets, PRESENT, OTHERS_PRESENT, (row) => row.group === 'there')
  // the offset belongs to one catalogue and is fitted on its exam, not here: new weights start without one
  return { right, present, slope: fitSlope(sets, right), shippedOffset: 0, ...fitThresholds(sets, right, present) }
}

function fitModel(
  sets: readonly NoMatchSet[],
  signals: readonly Signal[],
  others: number,
  label: (row: NoMatchRow) => boolean,
): ConfidenceWeights {
  const observations = sets.flatMap(({ rows }) => {
    const own = rows.filter(({ group }) => group !== 'other').length
    const foreign = rows.length - own
    // a set counts with the root of its size: large ones say more, but must not drown the small ones
    return rows.map((row) => ({
      x: signals.map((signal) => row.signals[signal]),
      y: label(row),
      weight: row.group === 'other' ? (others * Math.sqrt(own)) / foreign : Math.sqrt(own) / own,
    }))
  })
  const [bias, ...fitted] = logisticFit(observations)
  const weights = Object.fromEntries(SIGNALS.map((signal) => [signal, fitted[signals.indexOf(signal)] ?? 0]))
  return { bias: bias!, ...weights } as ConfidenceWeights
}

/** Logits lost per unit of relevance below the top: the slope under which places 2 to 10 are most likely. */
function fitSlope(sets: readonly NoMatchSet[], right: ConfidenceWeights): number {
  const likelihood = (slope: number): number =>
    meanOf(
      sets.map(({ rows }) =>
        meanOf(
          rows.flatMap(({ signals, list }) =>
            list.slice(1).map((place) => {
              const p = sigmoid(confidenceLogit(right, signals) - slope * place.below)
              return Math.log(Math.max(1e-9, place.right ? p : 1 - p))
            }),
          ),
        ),
      ),
    )
  return SLOPES.reduce((best, slope) => (likelihood(slope) > likelihood(best) ? slope : best))
}

/** The lowest match threshold and the highest none threshold that keep the promises, averaged over the sets. */
function fitThresholds(
  sets: readonly NoMatchSet[],
  right: ConfidenceWeights,
  present: ConfidenceWeights,
): { match: number; none: number } {
  const share = (group: Group, model: ConfidenceWeights, holds: (p: number) => boolean) =>
    meanOf(
      sets.map(({ rows }) => {
        const own = rows.filter((row) => row.group === group)
        return own.filter((row) => holds(sigmoid(confidenceLogit(model, row.signals)))).length / Math.max(1, own.length)
      }),
    )
  const grid = Array.from({ length: 99 }, (_, i) => (i + 1) / 100)
  const match = grid.find(
    (t) =>
      share('gone', right, (p) => p >= t) <= MOST_GONE_MATCHED &&
      share('other', right, (p) => p >= t) <= MOST_OTHER_MATCHED,
  )
  const none = grid.findLast((t) => share('there', present, (p) => p < t) <= MOST_THERE_DENIED)
  return { match: match ?? 1, none: none ?? 0 }
}

export interface NoMatchScore {
  set: string
  aurocPresent: number
  aurocRight: number
  aurocOther: number
  ece: number
  /** Shares of each group by answer. */
  answered: Record<Group, { match: number; weak: number; none: number }>
}

/** The figures of the public no-match test under given weights. */
export function scoreNoMatch({ name, rows }: NoMatchSet, confidence: Confidence): NoMatchScore {
  const judged = rows.map((row) => {
    const p = sigmoid(confidenceLogit(confidence.right, row.signals))
    const denied = sigmoid(confidenceLogit(confidence.present, row.signals)) < confidence.none
    return { ...row, p, answer: denied ? 'none' : p >= confidence.match ? 'match' : 'weak' }
  })
  const of = (group: Group) => judged.filter((row) => row.group === group)
  const ps = (list: typeof judged) => list.map(({ p }) => p)
  const own = judged.filter(({ group }) => group !== 'other')
  const shares = (group: Group) => {
    const share = (answer: string) =>
      of(group).filter((row) => row.answer === answer).length / Math.max(1, of(group).length)
    return { match: share('match'), weak: share('weak'), none: share('none') }
  }
  return {
    set: name,
    aurocPresent: areaUnderCurve(ps(of('there')), ps(of('gone'))),
    aurocRight: areaUnderCurve(ps(own.filter(({ right }) => right)), ps(own.filter(({ right }) => !right))),
    aurocOther: areaUnderCurve(ps(of('there')), ps(of('other'))),
    ece: calibrationError(
      ps(own),
      own.map(({ right }) => right),
    ),
    answered: { there: shares('there'), gone: shares('gone'), other: shares('other') },
  }
}
