import type { Graph, GraphEdge, GraphNode, GraphQuery } from '../core/api/graph.js'
import { searchQuerySchema } from '../core/api/search.js'
import { partnersOf } from '../core/compare/pairing.js'
import { serveProbability, serves } from '../core/compare/serves.js'
import { count } from '../core/compare/words.js'
import { fewCrossings } from '../core/graph/order.js'
import { ask, type SearchContext } from './ask.js'
import type { Asking } from './judge.js'
import type { LiveTool } from './live-catalogue.js'
import { toolNamed } from './names.js'
import { portraitsOf } from './portraits.js'

/** Share of the nodes that capabilities may take; the rest is for needs and tools. */
const CAPABILITIES = 0.4
/** Other tools' capabilities drawn for each capability of a tool that is asked about. */
const NEIGHBOURS = 2
/** A neighbour is drawn from this cosine on. */
const NEAR = 0.35

/** A capability that is drawn, and how well it serves the need that stands before it. */
interface Drawing {
  label: number
  /** Index of its need. */
  need: number
  weight: number
}

/**
 * The match graph around a need or a tool: needs → capabilities → tools, with recorded matches on the tools and the tools' recorded pairings.
 * @throws AppError `not-found` with suggestions for a name that is no tool
 */
export async function graph(context: SearchContext, request: GraphQuery, asking: Asking): Promise<Graph> {
  const started = performance.now()
  const most = Math.floor(request.limit * CAPABILITIES)
  const around =
    request.intent === undefined
      ? await aroundTool(context, toolNamed(context.live, request.tool!), most)
      : await aroundNeed(context, request.intent, most, asking)
  const { nodes, edges, omitted } = await assemble(context, around, request.limit, asking.now)
  return {
    generation: context.live.generation.id,
    title: around.title,
    nodes,
    edges,
    omitted: { ...omitted, capabilities: omitted.capabilities + around.omitted },
    tookMs: Math.round((performance.now() - started) * 100) / 100,
  }
}

interface Around {
  title: string
  /** Needs in words; the first one is what was asked, when a need was asked. */
  needs: string[]
  /** Slug of the tool that was asked. */
  tool?: string
  drawings: Drawing[]
  omitted: number
}

async function aroundNeed(
  context: SearchContext,
  need: string,
  most: number,
  { caller, now }: Asking,
): Promise<Around> {
  const request = searchQuerySchema.parse({ q: need, explore: 'off' })
  const { scored, answer } = await ask(context, request, caller, { now, searchId: '', offset: 0 }, undefined)
  const top = Math.max(0, ...scored.map(({ ranked }) => ranked.relevance))
  const serving = answer === 'none' ? [] : scored.filter(({ ranked }) => serves(ranked.relevance, top))
  return {
    title: serving.length === 0 ? `Nothing here serves “${need}”` : `What serves “${need}”`,
    needs: [need],
    drawings: serving
      .slice(0, most)
      .map(({ ranked }) => ({ label: ranked.label, need: 0, weight: serveProbability(ranked.relevance) })),
    omitted: Math.max(0, serving.length - most),
  }
}

/** Each capability of a tool with its need, and the nearest capabilities of other tools that a need like it would meet too. */
async function aroundTool(
  { live, ...rest }: SearchContext,
  { tool, capabilities }: LiveTool,
  most: number,
): Promise<Around> {
  const shown = capabilities.slice(0, Math.max(1, Math.floor(most / 2)))
  const drawn = await portraitsOf(
    { live, ...rest },
    shown.map(({ label }) => label),
  )
  const needs: string[] = []
  const drawings: Drawing[] = []
  const near: Drawing[] = []
  const own = new Set(capabilities.map(({ label }) => label))
  for (const { label } of shown) {
    const one = drawn.get(label)
    if (!one) continue
    const need = needs.push(one.capability.intents?.at(-1) ?? one.capability.name) - 1
    drawings.push({ label, need, weight: 1 })
    const vector = one.portrait.rows[0]
    if (!vector) continue
    const { labels, scores } = live.index.semantic.search(vector, NEIGHBOURS * 4)
    const others = [...labels].map((other, i) => ({ label: other, need, weight: Math.max(0, Math.min(1, scores[i]!)) }))
    near.push(...others.filter((other) => !own.has(other.label) && other.weight >= NEAR).slice(0, NEIGHBOURS))
  }
  near.sort((x, y) => y.weight - x.weight)
  return {
    title: `${tool.name}: ${count(shown.length, 'need')} it serves, and who else does`,
    needs,
    tool: tool.slug,
    drawings: [...drawings, ...near.slice(0, Math.max(0, most - drawings.length))],
    omitted: capabilities.length - shown.length,
  }
}

async function assemble(context: SearchContext, around: Around, limit: number, now: number) {
  const { catalogue } = context.live
  const drawings = around.drawings.filter(({ label }) => catalogue.ownerOf(label) !== undefined)
  const capabilities = [...new Set(drawings.map(({ label }) => label))]
  const room = limit - around.needs.length - capabilities.length
  const owners = [...new Set(capabilities.map((label) => catalogue.ownerOf(label)!))]
  const tools = owners.slice(0, Math.max(1, room))
  const kept = new Set(capabilities.filter((label) => tools.includes(catalogue.ownerOf(label)!)))
  const edges = edgesOf(
    context,
    drawings.filter(({ label }) => kept.has(label)),
    tools,
    now,
  )
  const columns = fewCrossings(
    [
      around.needs.map((_, i) => `intent:${i}`),
      capabilities.filter((label) => kept.has(label)).map((label) => `capability:${catalogue.outlineOf(label)!.id}`),
      tools.map(({ tool }) => `tool:${tool.slug}`),
    ],
    edges.filter(({ kind }) => kind !== 'works-with'),
  )
  const nodes = columns.flatMap((column) => column.map((id, row) => nodeOf(context, around, id, row)))
  return {
    nodes,
    edges,
    omitted: { capabilities: capabilities.length - kept.size, tools: owners.length - tools.length },
  }
}

function nodeOf({ live }: SearchContext, around: Around, id: string, row: number): GraphNode {
  const at = id.indexOf(':')
  const [kind, ref] = [id.slice(0, at), id.slice(at + 1)]
  if (kind === 'intent') {
    const index = Number(ref)
    return { id, kind: 'intent', label: around.needs[index]!, row, focus: around.tool === undefined && index === 0 }
  }
  if (kind === 'capability') {
    const { name } = live.catalogue.outlineOf(live.catalogue.labelOf(ref)!)!
    return { id, kind: 'capability', label: name, row, ref, focus: false }
  }
  const { tool } = live.catalogue.tools.get(ref)!
  const { name, type, layer } = tool
  return { id, kind: 'tool', label: name, row, ref, type, ...(layer && { layer }), focus: around.tool === ref }
}

function edgesOf(
  context: SearchContext,
  drawings: readonly Drawing[],
  tools: readonly LiveTool[],
  now: number,
): GraphEdge[] {
  const { catalogue } = context.live
  const idOf = (label: number) => `capability:${catalogue.outlineOf(label)!.id}`
  const serving = drawings.map(
    ({ label, need, weight }): GraphEdge => ({ from: `intent:${need}`, to: idOf(label), kind: 'serves', weight }),
  )
  const belonging = [...new Set(drawings.map(({ label }) => label))].map((label): GraphEdge => {
    const { slug } = catalogue.ownerOf(label)!.tool
    const matches = context.evidence.matchesOf?.(catalogue.outlineOf(label)!.id, now)
    return { from: idOf(label), to: `tool:${slug}`, kind: 'belongs', weight: 1, ...(matches && { matches }) }
  })
  const slugs = new Set(tools.map(({ tool }) => tool.slug))
  const paired = new Set<string>()
  const working = tools.flatMap(({ tool }) =>
    partnersOf(tool).flatMap(({ slug, why }): GraphEdge[] => {
      const key = [tool.slug, slug].sort().join(' ')
      if (!slugs.has(slug) || paired.has(key)) return []
      paired.add(key)
      return [{ from: `tool:${tool.slug}`, to: `tool:${slug}`, kind: 'works-with', weight: 1, ...(why && { why }) }]
    }),
  )
  return [...serving, ...belonging, ...working]
}
