import type { CapabilityRef, Relation } from '../api/compare.js'
import type { Tool } from '../catalogue.js'
import type { Fit } from './align.js'
import { type Containment, commonPartners, containmentOf, type Pairing, pairingsOf, purposesOf } from './pairing.js'
import { refOf, type Side } from './subject.js'
import { categoryWords, count, listed, percent, quoted } from './words.js'

/** One contains the other by what they do: this share of the smaller one is covered, and at most that of the larger one. */
const CONTAINED = 0.8
const CONTAINER = 0.5
/** … and the larger one is this many times as large: two of equal size have much in common, neither contains the other. */
const LARGER = 1.5
/** Tools of different layers, or with only a side category in common, replace each other from this mean coverage on. */
const OVERLAP = 0.25
/** Of two recorded partners of the same layer and category, the share from which they replace rather than extend each other. */
const PARTNER_OVERLAP = 0.5

/** Everything the decision looks at. */
interface Facts {
  a: Side
  b: Side
  fit: Fit
  sameLayer: boolean
  /** Both list it first. */
  mainCategory: string | undefined
  categories: string[]
  pairings: Pairing[]
  partners: string[]
  containment: Containment | undefined
}

/** What is known of the tools that both are recorded to work with. */
export interface Partners {
  /** Undefined for one that is not in the catalogue. */
  nameOf(slug: string): string | undefined
  /** Whether so many tools are recorded to work with it (Docker, PostgreSQL) that it says nothing of a pair. */
  isHub(slug: string): boolean
}

/**
 * What kind of pair two tools are, with the reason. From layers and categories (same role?), recorded pairings, and which
 * capabilities both have.
 */
export function relationOf(a: Side, b: Side, fit: Fit, known: Partners): Relation {
  const facts = factsOf(a, b, fit, known)
  const kind = kindOf(facts)
  const base = { tools: [a.tool.slug, b.tool.slug] as [string, string], coverage: fit.coverage }
  switch (kind) {
    case 'contains':
      return { kind, ...base, ...containsReason(facts) }
    case 'substitutes':
      return { kind, ...base, ...substitutesReason(facts) }
    case 'complements':
      return { kind, ...base, ...complementsReason(facts, known) }
    case 'unrelated':
      return { kind, ...base, ...unrelatedReason(facts) }
  }
}

function factsOf(a: Side, b: Side, fit: Fit, { nameOf, isHub }: Partners): Facts {
  const [ofA, ofB] = [purposesOf(a.tool), purposesOf(b.tool)]
  const pairings = pairingsOf(a.tool, b.tool)
  return {
    a,
    b,
    fit,
    sameLayer: a.tool.layer !== undefined && a.tool.layer === b.tool.layer,
    mainCategory: ofA[0] !== undefined && ofA[0] === ofB[0] ? ofA[0] : undefined,
    categories: ofA.filter((category) => ofB.includes(category)),
    pairings,
    partners: commonPartners(a.tool, b.tool).filter((slug) => nameOf(slug) !== undefined && !isHub(slug)),
    containment: containmentOf(a.tool, b.tool, pairings),
  }
}

function kindOf(facts: Facts): Relation['kind'] {
  const { a, b, fit, sameLayer, mainCategory, categories, pairings, partners, containment } = facts
  const [ofA, ofB] = fit.coverage
  if (containment || containedSide(facts)) return 'contains'
  const overlap = (ofA + ofB) / 2
  if (pairings.length > 0) {
    const sameJob = sameLayer && mainCategory !== undefined
    // two models of one kind are a choice, however well they share the work
    return sameJob && (a.tool.layer === 'model' || overlap >= PARTNER_OVERLAP) ? 'substitutes' : 'complements'
  }
  if (mainCategory !== undefined || (sameLayer && categories.length > 0)) return 'substitutes'
  if ((categories.length > 0 || sameLayer || a.tool.layer === undefined) && overlap >= OVERLAP) return 'substitutes'
  if (!sameLayer && a.tool.layer && b.tool.layer && partners.length > 0) return 'complements'
  return 'unrelated'
}

/** The side whose capabilities the other one has nearly all, and more besides. */
function containedSide({ a, b, fit, sameLayer, categories, pairings }: Facts): Side | undefined {
  if (!sameLayer && categories.length === 0 && pairings.length === 0) return undefined
  const [ofA, ofB] = fit.coverage
  if (a.groups.length >= 3 && b.groups.length >= LARGER * a.groups.length && ofA >= CONTAINED && ofB <= CONTAINER)
    return a
  if (b.groups.length >= 3 && a.groups.length >= LARGER * b.groups.length && ofB >= CONTAINED && ofA <= CONTAINER)
    return b
  return undefined
}

type Reason = Pick<Relation, 'why' | 'basis' | 'container'>

function containsReason(facts: Facts): Reason {
  const { a, b, containment } = facts
  const pairs = strongestPairs(facts, 2)
  if (containment) {
    const { container, contained, sentence: said } = containment
    const shared = pairs.length > 0 ? ` Both have ${pairWords(pairs)}.` : ` ${unlikeWords(facts)}`
    return {
      why: `${container.name} contains ${contained.name}. The record says: ${quoted(said)}${shared}`,
      container: container.slug,
      basis: basis(pairs.length > 0 ? pairs.flat() : unlike(facts), ['worksWith', 'description']),
    }
  }
  const inner = containedSide(facts)!
  const outer = inner === a ? b : a
  const share = facts.fit.coverage[inner === a ? 0 : 1]
  return {
    why: `${outer.tool.name} has ${percent(share)} of what ${inner.tool.name} does, among it ${pairWords(pairs)}, and ${count(outer.groups.length, 'capability', 'capabilities')} in all against ${inner.groups.length}.`,
    container: outer.tool.slug,
    basis: basis(pairs.flat(), []),
  }
}

function substitutesReason(facts: Facts): Reason {
  const { a, b, fit, mainCategory, categories } = facts
  const pairs = strongestPairs(facts, 2)
  const category = mainCategory ?? categories[0]
  const role = category
    ? `Both are in the category ${categoryWords(category)}`
    : `Both stand in the same layer (${a.tool.layer ?? 'not stated'})`
  const numbers = `${Math.round(fit.coverage[0] * a.groups.length)} of ${a.tool.name}’s ${a.groups.length} capabilities and ${Math.round(fit.coverage[1] * b.groups.length)} of ${b.tool.name}’s ${b.groups.length} have a counterpart`
  const fields = category ? ['categories'] : ['layer']
  if (pairs.length === 0) {
    return {
      why: `${role}, but they go about it differently: no capability of one has a counterpart in the other. ${unlikeWords(facts)}`,
      basis: basis(unlike(facts), fields),
    }
  }
  return { why: `${role}: ${numbers}, such as ${pairWords(pairs)}.`, basis: basis(pairs.flat(), fields) }
}

function complementsReason(facts: Facts, { nameOf }: Partners): Reason {
  const { a, b, pairings, partners } = facts
  const roles =
    a.tool.layer !== b.tool.layer
      ? `${a.tool.name} belongs to the ${a.tool.layer ?? 'unstated'} layer, ${b.tool.name} to the ${b.tool.layer ?? 'unstated'} layer`
      : `Both belong to the ${a.tool.layer} layer, but not for the same job`
  const said = pairings.find((pairing) => pairing.why)
  const link = said?.why
    ? `Of ${nameIn(facts, said.to)}, the record of ${nameIn(facts, said.from)} says: ${quoted(said.why)}`
    : pairings.length > 0
      ? 'The catalogue records that they work together.'
      : `No pairing of the two is recorded, but both work with ${listed(partners.slice(0, 2).map((slug) => nameOf(slug)!))}.`
  return {
    why: `${roles}. ${link} ${unlikeWords(facts)}`,
    basis: basis(unlike(facts), ['layer', 'worksWith']),
  }
}

const nameIn = ({ a, b }: Facts, slug: string): string => (a.tool.slug === slug ? a.tool.name : b.tool.name)

function unrelatedReason(facts: Facts): Reason {
  const { a, b } = facts
  const kind = (tool: Tool) => {
    const [purpose] = purposesOf(tool)
    return purpose ? `in the category ${categoryWords(purpose)}` : `of type ${tool.type}`
  }
  return {
    why: `${a.tool.name} is ${kind(a.tool)}, ${b.tool.name} is ${kind(b.tool)}; no pairing is recorded and no capability of one does what one of the other does. ${unlikeWords(facts)}`,
    basis: basis(unlike(facts), [purposesOf(a.tool)[0] ? 'categories' : 'type']),
  }
}

const basis = (capabilities: CapabilityRef[], fields: string[]): Relation['basis'] => ({ capabilities, fields })

/** The partners in the alignment that are most surely the same. */
function strongestPairs({ a, b, fit }: Facts, most: number): [CapabilityRef, CapabilityRef][] {
  return [...fit.partner.entries()]
    .filter(([, j]) => j >= 0)
    .map(([i, j]) => ({ i, j, p: fit.probability[i * fit.columns + j]! }))
    .sort((x, y) => y.p - x.p)
    .slice(0, most)
    .map(({ i, j }) => [refOf(a, i), refOf(b, j)])
}

const pairWords = (pairs: readonly [CapabilityRef, CapabilityRef][]): string =>
  listed(pairs.map(([x, y]) => (x.name === y.name ? quoted(x.name) : `${quoted(x.name)} / ${quoted(y.name)}`)))

/** The capability of each side that is least like anything of the other: what it is there for. */
function unlike({ a, b, fit }: Facts): CapabilityRef[] {
  const nearestOf = (i: number) => Math.max(0, ...b.groups.map((_, j) => fit.probability[i * fit.columns + j]!))
  const nearestTo = (j: number) => Math.max(0, ...a.groups.map((_, i) => fit.probability[i * fit.columns + j]!))
  return [...leastOf(a, nearestOf), ...leastOf(b, nearestTo)]
}

/** The first listed of a side's own capabilities; records list the most characteristic ones first. */
function leastOf(side: Side, nearest: (group: number) => number): CapabilityRef[] {
  if (side.groups.length === 0) return []
  const own = side.groups.findIndex((_, group) => nearest(group) < 0.25)
  return [refOf(side, Math.max(0, own))]
}

function unlikeWords(facts: Facts): string {
  const { a, b } = facts
  const [x, y] = unlike(facts)
  return x && y ? `${a.tool.name} is there for ${quoted(x.name)}, ${b.tool.name} for ${quoted(y.name)}.` : ''
}
