import type { GroupedAnswer, SearchAnswer, SearchQuery, SearchResult } from '../core/api/search.js'
import { AppError } from '../core/errors.js'
import type { Asked, SearchContext } from './ask.js'
import type { Scored } from './evidence-hook.js'
import { resultOf } from './result.js'

type Page =
  | Pick<SearchAnswer, 'total' | 'nextCursor' | 'results'>
  | Pick<GroupedAnswer, 'total' | 'nextCursor' | 'results'>

/** What an impression is noted with. */
type Shown = Pick<Asked, 'question' | 'answer'>

export const encodeOffset = (offset: number): string => Buffer.from(`o${offset}`).toString('base64url')

/** @throws AppError `invalid-parameter` for anything that `nextCursor` never was */
export function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const match = /^o(\d{1,6})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (!match) {
    throw new AppError('invalid-parameter', 'cursor is not one of ours: take it from nextCursor of the page before.', {
      faults: [{ path: 'cursor', message: 'is not a cursor of this server' }],
    })
  }
  return Number(match[1])
}

/** The page of results that was asked for, with documents read once and an impression noted for what it shows. */
export async function pageOf(
  context: SearchContext,
  request: SearchQuery,
  asked: Shown,
  kept: readonly Scored[],
  offset: number,
): Promise<Page> {
  return request.groupBy === 'tool'
    ? toolPage(context, request, asked, kept, offset)
    : capabilityPage(context, request, asked, kept, offset)
}

async function capabilityPage(
  context: SearchContext,
  { limit, explain }: SearchQuery,
  asked: Shown,
  kept: readonly Scored[],
  offset: number,
): Promise<Page> {
  const results = await resultsOf(context, asked, kept.slice(offset, offset + limit), offset, explain === 'on')
  const more = kept.length > offset + limit
  return { total: kept.length, ...(more && { nextCursor: encodeOffset(offset + limit) }), results }
}

async function resultsOf(
  context: SearchContext,
  asked: Shown,
  shown: readonly Scored[],
  offset: number,
  explain: boolean,
): Promise<SearchResult[]> {
  const capabilities = await context.parts.store.catalogue.capabilities(shown.map((one) => one.ranked.label))
  const byLabel = new Map(capabilities.map((capability) => [capability.label, capability]))
  // a capability that was removed while this search ran is left out rather than shown without its text
  const present = shown.filter((one) => byLabel.has(one.ranked.label))
  const ids = present.map((one) => byLabel.get(one.ranked.label)!.id)
  const tokens = context.evidence.shown(asked.question, ids, offset + 1, asked.answer)
  return present.map((one, i) =>
    resultOf(context, one, byLabel.get(one.ranked.label)!, offset + i + 1, tokens[i]!, explain),
  )
}

/** At most this many capabilities of a tool are shown under it. */
const CAPABILITIES_PER_TOOL = 5

async function toolPage(
  context: SearchContext,
  { limit, explain }: SearchQuery,
  asked: Shown,
  kept: readonly Scored[],
  offset: number,
): Promise<Page> {
  const groups = new Map<string, Scored[]>()
  for (const one of kept) {
    const slug = context.live.catalogue.ownerOf(one.ranked.label)!.tool.slug
    const group = groups.get(slug)
    if (!group) groups.set(slug, [one])
    else if (group.length < CAPABILITIES_PER_TOOL) group.push(one)
  }
  const shown = [...groups.values()].slice(offset, offset + limit)
  const flat = await resultsOf(context, asked, shown.flat(), offset, explain === 'on')
  const bySlug = new Map<string, SearchResult[]>()
  for (const result of flat) bySlug.set(result.tool.slug, [...(bySlug.get(result.tool.slug) ?? []), result])
  const results = [...bySlug.values()].map((members, i) => {
    const { score, confidence, tool, why, token } = members[0]!
    const capabilities = members.map(({ tool: _tool, token: _token, ...rest }) => rest)
    return { position: offset + i + 1, score, confidence, tool, capabilities, why, token }
  })
  const more = groups.size > offset + limit
  return { total: groups.size, ...(more && { nextCursor: encodeOffset(offset + limit) }), results }
}
