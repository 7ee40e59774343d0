import type { CapabilityRef } from '../api/compare.js'
import type { Capability, Tool } from '../catalogue.js'
import { areTwins, likeness, type Portrait, similarity } from './likeness.js'
import { purposesOf } from './pairing.js'

/** One of the compared tools, with the capabilities that are compared. */
export interface Subject {
  tool: Tool
  capabilities: readonly Capability[]
  portraits: readonly Portrait[]
  /** Capabilities of the tool, also those that are left out of the comparison. */
  total: number
}

/** A compared tool whose near-duplicates are collapsed. */
export interface Side {
  tool: Tool
  capabilities: readonly Capability[]
  portraits: readonly Portrait[]
  total: number
  /** Indexes of capabilities that count once, the first one speaking for the others. */
  groups: readonly (readonly number[])[]
}

/** Groups of indexes that are near-duplicates of one another (transitively), in order of their first member. */
export function twinGroups(portraits: readonly Portrait[]): number[][] {
  const leader = portraits.map((_, i) => i)
  const find = (i: number): number => {
    let at = i
    while (leader[at] !== at) at = leader[at]!
    return at
  }
  for (let i = 0; i < portraits.length; i++) {
    for (let j = i + 1; j < portraits.length; j++) {
      const [a, b] = [find(i), find(j)]
      if (a !== b && areTwins(portraits[i]!, portraits[j]!)) leader[Math.max(a, b)] = Math.min(a, b)
    }
  }
  const groups = new Map<number, number[]>()
  for (const i of portraits.keys()) {
    const group = groups.get(find(i))
    if (group) group.push(i)
    else groups.set(i, [i])
  }
  return [...groups.values()]
}

export const sideOf = (subject: Subject): Side => ({ ...subject, groups: twinGroups(subject.portraits) })

/**
 * Logit that tools of another layer without a common category lose: the labelled pairs are of tools of one field, and among
 * others a capability with a counterpart is about seven times as rare (.5 % of random pairs pass ½ without it, wrongly all but few).
 */
const OTHER_FIELD = -2

/** What is known of two tools before their capabilities are compared: logit added to every likeness between them. */
export function fieldShift(a: Tool, b: Tool): number {
  const stated = a.layer !== undefined && b.layer !== undefined
  const shared = purposesOf(a).some((purpose) => purposesOf(b).includes(purpose))
  return stated && a.layer !== b.layer && !shared ? OTHER_FIELD : 0
}

/** Of two groups the most alike members: probability that they do the same, and the cosine of their texts. */
export function groupLikeness(
  a: Side,
  groupA: readonly number[],
  b: Side,
  groupB: readonly number[],
): { probability: number; similarity: number } {
  const shift = fieldShift(a.tool, b.tool)
  let most = { probability: -1, similarity: 0 }
  for (const i of groupA) {
    for (const j of groupB) {
      const probability = likeness(a.portraits[i]!, b.portraits[j]!, shift)
      if (probability > most.probability)
        most = { probability, similarity: similarity(a.portraits[i]!, b.portraits[j]!) }
    }
  }
  return most
}

/** Probability that group i of `a` and group j of `b` do the same, `a.groups × b.groups`, row-major; and the cosines. */
export function likenessMatrix(a: Side, b: Side): { probability: Float64Array; similarity: Float64Array } {
  const size = a.groups.length * b.groups.length
  const matrix = { probability: new Float64Array(size), similarity: new Float64Array(size) }
  for (const [i, groupA] of a.groups.entries()) {
    for (const [j, groupB] of b.groups.entries()) {
      const at = i * b.groups.length + j
      const { probability, similarity } = groupLikeness(a, groupA, b, groupB)
      matrix.probability[at] = probability
      matrix.similarity[at] = similarity
    }
  }
  return matrix
}

/** The capability that speaks for a group. */
export function refOf(side: Side, group: number): CapabilityRef {
  const { id, name } = side.capabilities[side.groups[group]![0]!]!
  return { tool: side.tool.slug, id, name }
}
