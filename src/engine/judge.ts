import type { CapabilityRef, Scenario } from '../core/api/compare.js'
import { searchQuerySchema } from '../core/api/search.js'
import { likeness } from '../core/compare/likeness.js'
import { type Answer, judged, type Need } from '../core/compare/outcome.js'
import type { Pairing } from '../core/compare/pairing.js'
import { serveProbability, serves } from '../core/compare/serves.js'
import { fieldShift } from '../core/compare/subject.js'
import { sentence } from '../core/compare/words.js'
import { LabelSet } from '../core/document.js'
import { ask, type SearchContext } from './ask.js'
import type { Caller } from './evidence-hook.js'
import type { LiveTool } from './live-catalogue.js'
import { portraitsOf } from './portraits.js'

/**
 * A tool whose capability is this likely the same as one that serves a need serves it too, said in other words. Together with
 * `serves` right in 69 of the 79 labelled situations of the first set of test/fixtures/pairs.tsv.
 */
const ALIKE = 0.6
/** Capabilities of a tool that are compared with one that serves. */
const MOST_LOOKED_AT = 60

/** Who asks, and when; for evidence. */
export interface Asking {
  caller: Caller
  now: number
}

/** One tool's best capability for a need, and the probability that it serves it. */
interface Best {
  label: number
  ref: CapabilityRef
  relevance: number
  confidence: number
}

/**
 * The best capability of one tool for a need, by the same search as everywhere, among that tool's capabilities.
 * Never explores and notes no impression.
 */
export async function bestOf(
  context: SearchContext,
  { tool, labels }: LiveTool,
  need: string,
  { caller, now }: Asking,
): Promise<Best | undefined> {
  const { catalogue } = context.live
  const allowed = new LabelSet(labels, catalogue.highestLabel)
  const request = searchQuerySchema.parse({ q: need, explore: 'off' })
  const { scored } = await ask(context, request, caller, { now, searchId: '', offset: 0 }, allowed)
  const top = scored[0]
  const outline = top && catalogue.outlineOf(top.ranked.label)
  if (!top || !outline) return undefined
  const { id, name } = outline
  const { relevance } = top.ranked
  return {
    label: outline.label,
    ref: { tool: tool.slug, id, name },
    relevance,
    confidence: serveProbability(relevance),
  }
}

/** Where one need of a situation ends and the next one begins. */
const BORDERS = /,\s+(?:and|then)\s+|;\s+|(?<=[.!?])\s+/
const FEWEST_WORDS = 3

/** The needs of a situation: its parts when each is a phrase of its own, else the whole. */
export function needsIn(situation: string): string[] {
  const parts = situation.split(BORDERS).map((part) => part.trim())
  return parts.length > 1 && parts.every((part) => part.split(/\s+/).length >= FEWEST_WORDS) ? parts : [situation]
}

/** Judges a situation in the caller's words. */
export async function askedScenario(
  context: SearchContext,
  tools: readonly LiveTool[],
  situation: string,
  asking: Asking,
): Promise<Scenario> {
  const needs = await Promise.all(needsIn(situation).map((need) => needOf(context, tools, need, asking)))
  return judged(tools, needs, { origin: 'asked', title: situation })
}

async function needOf(context: SearchContext, tools: readonly LiveTool[], need: string, asking: Asking): Promise<Need> {
  const best = await Promise.all(tools.map((tool) => bestOf(context, tool, need, asking)))
  const top = Math.max(...best.map((one) => one?.relevance ?? 0))
  const serving = best.filter((one) => one !== undefined && serves(one.relevance, top))
  const by = await Promise.all(
    tools.map((tool, i): Promise<Answer> | Answer => {
      const own = best[i]
      if (own && serving.includes(own)) return { ref: own.ref, probability: own.confidence, serves: true }
      return inOtherWords(context, tool, own, serving as Best[])
    }),
  )
  return { spoken: need, brief: need, by }
}

/** The tool's capability that is most likely the same as one of those that serve the need, or the tool's own best. */
async function inOtherWords(
  context: SearchContext,
  tool: LiveTool,
  own: Best | undefined,
  serving: readonly Best[],
): Promise<Answer> {
  const labels = [...tool.labels.subarray(0, MOST_LOOKED_AT)]
  const drawn = await portraitsOf(context, [...labels, ...serving.map((one) => one.label)])
  let most: Answer = { ref: own?.ref, probability: own?.confidence ?? 0, serves: false }
  for (const other of serving) {
    const shift = fieldShift(tool.tool, context.live.catalogue.ownerOf(other.label)!.tool)
    for (const label of labels) {
      const one = drawn.get(label)
      if (!one) continue
      const same = likeness(one.portrait, drawn.get(other.label)!.portrait, shift)
      if (same < ALIKE || same * other.confidence <= (most.serves ? most.probability : 0)) continue
      const { id, name } = one.capability
      most = { ref: { tool: tool.tool.slug, id, name }, probability: same * other.confidence, serves: true }
    }
  }
  return most
}

/**
 * A recorded pairing as a situation: what the record says the two do together, and the capability of each that is nearest to it.
 * `fit` is how well they are, the product of the two confidences. Undefined when the record gives no reason.
 */
export async function pairingScenario(
  context: SearchContext,
  pair: readonly [LiveTool, LiveTool],
  { why }: Pairing,
  tools: readonly LiveTool[],
  asking: Asking,
): Promise<{ scenario: Scenario; fit: number } | undefined> {
  if (!why) return undefined
  const parts = await Promise.all(pair.map((tool) => bestOf(context, tool, why, asking)))
  if (parts.some((part) => part === undefined)) return undefined
  const [first, second] = parts as [Best, Best]
  const drawn = await portraitsOf(context, [first.label, second.label])
  const needs = [first, second].map(({ label, ref, confidence }): Need => {
    const { intents = [] } = drawn.get(label)!.capability
    const brief = intents.at(-1) ?? ref.name
    return {
      spoken: intents[0] ?? ref.name,
      brief,
      by: tools.map(({ tool }) =>
        tool.slug === ref.tool
          ? { ref, probability: confidence, serves: true }
          : { ref: undefined, probability: 0, serves: false },
      ),
    }
  })
  const scenario = judged(tools, needs, { origin: 'intents' })
  const fit = first.confidence * second.confidence
  return { scenario: { ...scenario, reason: `${sentence(why)} ${scenario.reason}` }, fit }
}
