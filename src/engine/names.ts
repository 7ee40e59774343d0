import { AppError } from '../core/errors.js'
import { foldName } from '../core/fold-name.js'
import { nearest } from '../core/nearest.js'
import { editDistance } from '../core/text/distance.js'
import type { Live } from './live.js'
import type { LiveTool } from './live-catalogue.js'

/** How many suggestions a miss gets. */
const SUGGESTIONS = 3

/**
 * The tool that a name means: its slug, its name, or either as people type it ("flyio", "GPT 4o", "fly"). A part of a name
 * is enough when it begins exactly one tool's slug or name; nothing is guessed beyond that.
 * @throws AppError `not-found` with the nearest names
 */
export function toolNamed(live: Live, typed: string): LiveTool {
  const { catalogue } = live
  const exact = catalogue.tools.get(typed) ?? only(catalogue.exactTools(typed))
  if (exact) return exact
  const begun = only(startingWith(catalogue.tools.values(), typed))
  if (begun) return begun
  throw noTool(live, typed)
}

/** The answer to a name that is no tool: `not-found`, with the names that were probably meant. */
export function noTool(live: Live, typed: string): AppError {
  const near = suggestions(live, typed)
  const hint = near.length === 0 ? ' See /api/v1/tools for all.' : ` Did you mean ${listed(near)}?`
  return new AppError('not-found', `There is no tool "${typed}".${hint}`, {
    faults: near.map((slug) => ({ path: 'tool', message: `"${typed}" is not known`, suggestion: slug })),
  })
}

/** The tools of several names, each once, in the order typed. */
export function toolsNamed(live: Live, typed: readonly string[]): LiveTool[] {
  return [...new Set(typed.map((name) => toolNamed(live, name)))]
}

const only = <T>(all: readonly T[]): T | undefined => (all.length === 1 ? all[0] : undefined)

/** Tools whose slug or name begins with whole words as typed. */
function startingWith(tools: Iterable<LiveTool>, typed: string): LiveTool[] {
  const words = wordsIn(typed)
  if (words.length === 0) return []
  return [...tools].filter(({ tool }) =>
    [tool.slug, tool.name].some((name) => {
      const own = wordsIn(name)
      return words.every((word, i) => own[i] === word)
    }),
  )
}

const wordsIn = (name: string): string[] => name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** Slugs that were probably meant, nearest first: those that contain the name, then those a few letters away. */
export function suggestions({ catalogue }: Pick<Live, 'catalogue'>, typed: string): string[] {
  const wanted = foldName(typed)
  if (wanted === '') return []
  const scored: { slug: string; distance: number }[] = []
  for (const { tool } of catalogue.tools.values()) {
    let distance = Number.POSITIVE_INFINITY
    for (const name of [foldName(tool.slug), foldName(tool.name)]) {
      if (wanted.length >= 2 && name.includes(wanted)) distance = Math.min(distance, 0.5)
      else if (name.length >= 4 && wanted.includes(name)) distance = Math.min(distance, 0.75)
      else if (nearest(wanted, [name]))
        distance = Math.min(distance, editDistance(wanted, name, Math.max(wanted.length, name.length)))
    }
    if (Number.isFinite(distance)) scored.push({ slug: tool.slug, distance })
  }
  scored.sort((a, b) => a.distance - b.distance || a.slug.length - b.slug.length || (a.slug < b.slug ? -1 : 1))
  return scored.slice(0, SUGGESTIONS).map(({ slug }) => slug)
}

const listed = (slugs: readonly string[]): string => {
  const quoted = slugs.map((slug) => `"${slug}"`)
  return quoted.length === 1 ? quoted[0]! : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`
}
