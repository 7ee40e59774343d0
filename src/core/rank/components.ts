import type { Tool } from '../catalogue.js'
import { DAY } from '../evidence/decay.js'
import { COMPONENTS, type Component, type RankWeights } from './weights.js'

/** One number that a component was made from, as shown. */
export interface RawInput {
  name: string
  value: number | string
  /** What it contributes, 0..1. */
  score: number
  asOf?: string
  source?: string
}

/** A component before shrinkage. `n` 0 and no value: no data. */
export interface Observed {
  value?: number
  /** How many observations stand behind it. */
  n: number
  inputs: RawInput[]
}
export type Observation = Record<Component, Observed>

/** Decayed counts of a tool's matches, and the overall rates they are held against. */
export interface ToolEvidence {
  expected: number
  selected: number
  succeeded: number
  failed: number
  /** Overall selections per expected one, and overall share of successes. */
  overallRate: number
  overallSuccess: number
  /** Accepted selections, undecayed. */
  timesMatched: number
}

/** What one tool shows of each component. Pure: `now` is a parameter (ms). */
export function observe(
  tool: Tool,
  evidence: ToolEvidence | undefined,
  weights: RankWeights,
  now: number,
): Observation {
  return {
    matchGraph: matchGraph(evidence),
    quality: quality(tool),
    adoption: adoption(tool, evidence, weights),
    freshness: freshness(tool, weights, now),
    ecosystem: ecosystem(tool, weights),
  }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** The mean of the inputs' scores; each input is one observation. */
const averaged = (inputs: RawInput[]): Observed =>
  inputs.length === 0 ? { n: 0, inputs } : { value: mean(inputs.map((input) => input.score)), n: inputs.length, inputs }

/**
 * A rate, never a volume: being chosen as often as position and competition explain is .5, twice as often .67; three parts of it,
 * two parts the share of outcomes that were successes. Volume counts under adoption, so that popularity cannot buy rank twice.
 */
function matchGraph(evidence: ToolEvidence | undefined): Observed {
  if (evidence === undefined || evidence.expected <= 0) return { n: 0, inputs: [] }
  const { expected, selected, succeeded, failed, overallRate, overallSuccess } = evidence
  const lift = selected / expected / overallRate
  const success = (succeeded + 4 * overallSuccess) / (succeeded + failed + 4)
  const inputs = [
    { name: 'selections per expected selection', value: lift, score: lift / (1 + lift) },
    { name: 'share of outcomes that succeeded', value: success, score: success },
  ]
  return { value: 0.6 * inputs[0]!.score + 0.4 * inputs[1]!.score, n: expected, inputs }
}

/** How well what is said of it can be checked: values with sources, a dated price, failure modes named; issues kept low. */
function quality(tool: Tool): Observed {
  const inputs: RawInput[] = []
  const attributes = Object.values(tool.attributes ?? {})
  if (attributes.length > 0) {
    const share = attributes.filter((a) => a.source !== undefined).length / attributes.length
    inputs.push({ name: 'attributes with a source', value: share, score: share })
  }
  if (tool.pricing !== undefined) {
    const { asOf, source } = tool.pricing
    const given = [asOf, source].filter((x) => x !== undefined).length
    inputs.push({ name: 'price with date and source', value: given, score: given / 2, asOf, source })
  }
  const modes = tool.failureModes?.length
  if (modes !== undefined) inputs.push({ name: 'failure modes named', value: modes, score: Math.min(1, modes / 3) })
  const issues = tool.signals?.openIssuesRatio
  if (typeof issues?.value === 'number') {
    inputs.push({ ...dated('openIssuesRatio', issues), score: Math.max(0, Math.min(1, 1 - issues.value)) })
  }
  return averaged(inputs)
}

type Signal = NonNullable<Tool['signals']>[string]
const dated = (name: string, { value, asOf, source }: Signal): Omit<RawInput, 'score'> => ({
  name,
  value: Array.isArray(value) ? value.length : value,
  asOf,
  source,
})

const decades = (value: number, most: number): number => Math.min(1, Math.log10(1 + Math.max(0, value)) / most)

function adoption(tool: Tool, evidence: ToolEvidence | undefined, { adoptionDecades }: RankWeights): Observed {
  const inputs: RawInput[] = []
  for (const [name, most] of Object.entries(adoptionDecades)) {
    const signal = tool.signals?.[name]
    if (typeof signal?.value === 'number') {
      inputs.push({ ...dated(name, signal), score: decades(signal.value, most) })
    }
  }
  const matched = adoptionDecades.timesMatched
  if (matched !== undefined && evidence !== undefined && evidence.timesMatched > 0) {
    const { timesMatched: value } = evidence
    inputs.push({ name: 'timesMatched', value, score: decades(value, matched) })
  }
  return averaged(inputs)
}

function freshness(tool: Tool, { freshnessHalfLifeDays }: RankWeights, now: number): Observed {
  const signal = tool.signals?.lastRelease
  const at = typeof signal?.value === 'string' ? Date.parse(signal.value) : Number.NaN
  if (signal === undefined || Number.isNaN(at)) return { n: 0, inputs: [] }
  const days = Math.max(0, (now - at) / DAY)
  return averaged([{ ...dated('lastRelease', signal), score: 2 ** (-days / freshnessHalfLifeDays) }])
}

function ecosystem(tool: Tool, { ecosystemScale }: RankWeights): Observed {
  const inputs: RawInput[] = []
  const saturating = (count: number): number => 1 - Math.exp(-count / ecosystemScale)
  if (tool.worksWith !== undefined) {
    inputs.push({ name: 'worksWith', value: tool.worksWith.length, score: saturating(tool.worksWith.length) })
  }
  const signal = tool.signals?.integrations
  if (signal !== undefined) {
    const count = Array.isArray(signal.value) ? signal.value.length : Number(signal.value)
    if (Number.isFinite(count)) inputs.push({ ...dated('integrations', signal), score: saturating(count) })
  }
  return averaged(inputs)
}

/** Mean and deviation of each component over the tools of a type that have data. */
export type TypeNorms = Record<Component, { mean: number; deviation: number; tools: number }>

/** @param observations of all tools of one type */
export function normsOf(observations: Iterable<Observation>, { fallback }: RankWeights): TypeNorms {
  const sums = Object.fromEntries(COMPONENTS.map((c) => [c, [0, 0, 0]])) as Record<Component, number[]>
  for (const observation of observations) {
    for (const component of COMPONENTS) {
      const { value } = observation[component]
      if (value === undefined) continue
      const sum = sums[component]
      sum[0]!++
      sum[1]! += value
      sum[2]! += value * value
    }
  }
  const norms = COMPONENTS.map((component) => {
    const [n, sum, squares] = sums[component] as [number, number, number]
    if (n < 3) return [component, { mean: n === 0 ? fallback.mean : sum / n, deviation: fallback.deviation, tools: n }]
    const average = sum / n
    return [component, { mean: average, deviation: Math.sqrt(Math.max(0, squares / n - average ** 2)), tools: n }]
  })
  return Object.fromEntries(norms) as TypeNorms
}
