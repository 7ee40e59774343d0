import { isStopWord, wordsOf } from './words.js'

/** Where one need ends and the next begins: sentence and list punctuation, and the words that join requests. */
const BORDERS = /(?<![.?!;,\n])[.?!;,\n]+(?=\s|$)|\s(?:(?:and|then|also|as well as|plus)\s+)+/i
const FEWEST_CONTENT_WORDS = 2
const MOST_CLAUSES = 8

/** A query's parts when it asks for several things: 2 to 8 texts with at least two content words each, else none. */
export function clausesOf(query: string): string[] {
  const clauses = query
    .split(BORDERS)
    .map((part) => part.trim())
    .filter((part) => wordsOf(part).filter((word) => !isStopWord(word)).length >= FEWEST_CONTENT_WORDS)
  return clauses.length >= 2 ? clauses.slice(0, MOST_CLAUSES) : []
}
