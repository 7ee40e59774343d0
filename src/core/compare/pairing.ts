import type { Tool } from '../catalogue.js'

/** A recorded pairing of two tools (`worksWith`), as one of them states it. */
export interface Pairing {
  /** Slug of the tool whose record says so. */
  from: string
  to: string
  /** Why they work together, a whole sentence where the record gives one. */
  why?: string
}

/** Categories that say in what form a tool comes, not what it is for. */
const FORMS = new Set(['mcp-server', 'sdk', 'ui'])

/** The categories that say what a tool is for, the main one first. */
export const purposesOf = ({ categories = [] }: Tool): string[] => categories.filter((category) => !FORMS.has(category))

export const partnersOf = (tool: Tool): { slug: string; why?: string }[] =>
  (tool.worksWith ?? []).map((entry) => (typeof entry === 'string' ? { slug: entry } : entry))

/** What each record says of the other, at most two. */
export function pairingsOf(a: Tool, b: Tool): Pairing[] {
  const said = (from: Tool, to: Tool): Pairing[] =>
    partnersOf(from)
      .filter(({ slug }) => slug === to.slug)
      .map(({ why }) => ({ from: from.slug, to: to.slug, ...(why && { why }) }))
  return [...said(a, b), ...said(b, a)]
}

/** Slugs that both tools are recorded to work with. */
export function commonPartners(a: Tool, b: Tool): string[] {
  const own = new Set(partnersOf(a).map(({ slug }) => slug))
  return partnersOf(b)
    .map(({ slug }) => slug)
    .filter((slug) => own.has(slug) && slug !== a.slug && slug !== b.slug)
}

/** Words by which a sentence says that the thing it is about has the other one inside. */
const HAS_INSIDE =
  /\b(?:builds? (?:its \w+ )?(?:on|around)|built (?:on|around)|on top of|(?:original|its) engine|(?:databases?|projects?|plans?) (?:include|can enable)|can be switched on|is (?:included|bundled|preinstalled))\b/i
/** Words by which a thin interface says that it passes calls on. */
const PASSES_ON = /\b(?:built on|thin (?:call|layer|wrapper)|on top of|wraps?|exposes?|drives)\b/i
const THIN_TYPES = new Set(['mcp', 'cli', 'extension', 'skill'])
/** "managed X", "serverless X service": what is offered is X itself. */
const OFFERED = /\b(?:managed|serverless|hosted)\s+/i

/** The sentence that says which of the two contains the other. */
export interface Containment {
  container: Tool
  contained: Tool
  sentence: string
}

/**
 * Reads from what the records say of each other whether one has the other inside: a platform built around it, an add-on it
 * includes, or a thin interface (MCP server, command line) to part of it.
 */
export function containmentOf(a: Tool, b: Tool, pairings: readonly Pairing[]): Containment | undefined {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const sentence = offers(one, other)
    if (sentence) return { container: one, contained: other, sentence }
  }
  for (const { from, why } of pairings) {
    if (!why) continue
    const [speaker, partner] = from === a.slug ? [a, b] : [b, a]
    const thin = [a, b].filter((tool) => THIN_TYPES.has(tool.type))
    if (thin.length === 1 && PASSES_ON.test(why) && thin[0] === speaker && speaker.type !== 'extension') {
      return { container: partner, contained: speaker, sentence: why }
    }
    if (thin.length === 1 && thin[0]!.type === 'mcp' && thin[0] === partner && PASSES_ON.test(why)) {
      return { container: speaker, contained: partner, sentence: why }
    }
    if (!HAS_INSIDE.test(why)) continue
    // who has whom inside: the one the sentence names first, or, when it names none, the bigger kind of thing
    const container = namedFirst(why, a, b) ?? biggerOf(a, b)
    if (container) return { container, contained: container === a ? b : a, sentence: why }
  }
  return undefined
}

/** The sentence of `one`'s description that offers `other` itself as a service or is built around it. */
function offers(one: Tool, other: Tool): string | undefined {
  if (THIN_TYPES.has(one.type)) return undefined
  const name = escaped(other.name)
  const offered = new RegExp(`${OFFERED.source}${name}\\b`, 'i')
  const built = new RegExp(`\\b(?:built (?:on|around)|on top of)\\s+(?:\\w+\\s+){0,2}${name}\\b`, 'i')
  return one.description.split(/(?<=[.!?])\s+/).find((sentence) => offered.test(sentence) || built.test(sentence))
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function namedFirst(sentence: string, a: Tool, b: Tool): Tool | undefined {
  const at = (tool: Tool) => sentence.toLowerCase().indexOf(tool.name.toLowerCase())
  const [atA, atB] = [at(a), at(b)]
  if (atA < 0 && atB < 0) return undefined
  if (atB < 0 || (atA >= 0 && atA < atB)) return a
  return b
}

/** Platforms and products host frameworks, models and extensions, never the other way round. */
const HOSTS = new Set(['platform', 'product', 'app', 'webapp'])
function biggerOf(a: Tool, b: Tool): Tool | undefined {
  if (HOSTS.has(a.type) === HOSTS.has(b.type)) return undefined
  return HOSTS.has(a.type) ? a : b
}
