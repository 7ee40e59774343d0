import type { SearchResult } from '../core/api/search.js'
import type { Capability } from '../core/catalogue.js'
import type { SearchContext } from './ask.js'
import type { Scored } from './evidence-hook.js'

/** The result as shown, from its stored record. */
export function resultOf(
  context: SearchContext,
  one: Scored,
  capability: Capability,
  position: number,
  token: string,
  withExplain: boolean,
): SearchResult {
  const { live, evidence } = context
  const { tool } = live.catalogue.ownerOf(one.ranked.label)!
  const { id, name, description, unique, versus, limitations } = capability
  const { explain } = one.ranked
  return {
    position,
    score: rounded(one.score),
    confidence: rounded(one.ranked.confidence),
    capability: {
      id,
      name,
      description,
      ...(unique && { unique }),
      ...(versus && { versus }),
      ...(limitations && { limitations }),
    },
    tool: {
      slug: tool.slug,
      name: tool.name,
      type: tool.type,
      ...(tool.layer && { layer: tool.layer }),
      ...(tool.url && { url: tool.url }),
      ...(tool.pricing && { pricing: tool.pricing }),
      rank: evidence.rank(live, tool.slug),
    },
    why: whyOf(one),
    evidence: one.summary,
    exploration: one.exploration,
    token,
    ...(withExplain &&
      explain && {
        explain: {
          contributions: explain.contributions,
          words: explain.words,
          ...(explain.clause && { clause: explain.clause }),
          relevance: one.ranked.relevance,
          ...(one.ranked.crossEncoder && { crossEncoder: one.ranked.crossEncoder }),
          ...(one.parts && { evidence: one.parts }),
        },
      }),
  }
}

/** Six digits: finer differences mean nothing and cost a reader tokens. */
export const rounded = (x: number): number => Math.round(x * 1e6) / 1e6

function whyOf({ ranked, named, why, exploration }: Scored): string {
  const parts = [
    exploration ? 'shown to learn more about it' : '',
    ranked.explain?.why.replace(/\.$/, '') ?? '',
    ranked.crossEncoder
      ? `cross-encoder ${ranked.crossEncoder.score.toFixed(2)}, place ${ranked.crossEncoder.from} before it`
      : '',
    named ?? '',
    why ?? '',
  ]
  return parts.filter(Boolean).join('; ')
}
