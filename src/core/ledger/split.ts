import { BOUND_PHRASES, boundOf } from './bounds.js'
import { judgeCapacity } from './capacity.js'
import { FEATURES } from './features.js'
import { contentOf, judgeTopic } from './topic.js'
import type { Requirement } from './verdict.js'

/** Where one requirement ends and the next begins. */
const BORDERS =
  /(?<![,;.:?!\n])[,;.:?!\n]+(?=\s|$)|\s(?:and|with|that|which|who|while|plus|but|also|as well as|where|so)\s|(?=\s(?:without|no)\s)/i
const LEADING =
  /^(?:(?:and|with|that|which|can|it|we|i|is|are|be|has|have|having|must|should|an?|the|also|for|in|to|under|by|of|on|our|my|some|any|want|need|ideally|preferably|please)\s+)+/i
const TRAILER =
  /^(?:and|with|that|which|can|it|we|i|is|are|be|has|have|an?|the|for|in|to|under|by|of|on|from|over|via|our|my|not|or)$/i
/** Words that joined a part to something that a rule took. */
const LEADING_JOINT = /^(?:(?:and|with|that|which|can|is|are|has|must|should|also)\s+)+/i
/** Stands for what a rule took, so that positions stay and nothing joins across the gap. */
const BLANK = '\u0001'

interface Found {
  at: number
  requirement: Requirement
}

/**
 * Splits a need into what is to be done and the conditions on it. Phrases that a rule knows (price, licence, place, language, number, …) become
 * conditions of their own; what is left is cut at its borders, the first part with content being the need.
 */
export function splitIntent(intent: string): { requirements: Requirement[]; need: string } {
  const conditions: Found[] = []
  let rest = intent
  const takeAll = (phrase: RegExp, keeps: boolean, make: (match: RegExpExecArray) => Requirement): void => {
    const all = new RegExp(phrase.source, `${phrase.flags}g`)
    for (let match = all.exec(rest); match; match = all.exec(rest)) {
      conditions.push({ at: match.index, requirement: make(match) })
      if (keeps) continue
      const end = match.index + match[0].length
      rest = rest.slice(0, match.index) + BLANK.repeat(match[0].length) + rest.slice(end)
    }
  }
  for (const { phrase, judge, keeps } of FEATURES) {
    takeAll(phrase, keeps === true, (match) => {
      const text = match[0].trim()
      const groups = match.groups ?? {}
      return { text, role: 'condition', judge: (record) => judge(record, groups, text, intent) }
    })
  }
  for (const phrase of BOUND_PHRASES) {
    takeAll(phrase, false, (match) => {
      const bound = boundOf(match.groups ?? {}, intent)
      return { text: match[0].trim(), role: 'condition', judge: (record) => judgeCapacity(record, bound, intent) }
    })
  }
  // words that a condition judges already are not judged again as part of the need
  const judged = new Set(conditions.flatMap(({ requirement }) => contentOf(requirement.text)))
  const requirements = [...conditions, ...topicsOf(rest, judged)].sort((a, b) => a.at - b.at)
  return { requirements: requirements.map(({ requirement }) => requirement), need: tidied(rest, intent) }
}

/** Cuts the joining words off the end, word by word: one regular expression would try each run of them from every place in it. */
export function withoutTrailers(text: string): string {
  const parts = text.split(/(\s+)/) // words at even places, what is between them at odd ones
  let length = parts.length
  while (length > 2 && TRAILER.test(parts[length - 1]!)) length -= 2
  return parts.slice(0, length).join('')
}

export const requirementsOf = (intent: string): Requirement[] => splitIntent(intent).requirements

/** What is to be done, without the conditions that a rule took; the whole intent when nothing else is left. */
function tidied(rest: string, intent: string): string {
  const need = rest
    .split(new RegExp(`${BLANK}+`))
    .map((piece) => withoutTrailers(piece.replace(/^[\s,;]+|[\s,;]+$/g, '').replace(LEADING_JOINT, '')))
    .filter((piece) => contentOf(piece).length > 0)
    .join(' ')
  return need === '' ? intent : need
}

function topicsOf(rest: string, judged: ReadonlySet<string>): Found[] {
  const topics: Found[] = []
  let at = 0
  for (const piece of rest.split(new RegExp(`(${BORDERS.source}|${BLANK}+)`, 'i'))) {
    const start = at
    at += piece?.length ?? 0
    const text = withoutTrailers((piece ?? '').trim().replace(LEADING, '')).trim()
    const wanted = contentOf(text).filter((stem) => !judged.has(stem))
    if (text.includes(BLANK) || wanted.length === 0) continue
    const role = topics.length === 0 ? 'need' : 'condition'
    topics.push({ at: start, requirement: { text, role, judge: (record) => judgeTopic(record, wanted) } })
  }
  return topics
}
