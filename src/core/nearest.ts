import { editDistance } from './text/distance.js'

/** Longest word that is compared; longer ones are no typos of anything, and the comparison is quadratic. */
const MAX_LENGTH = 64

const fold = (word: string) => word.toLowerCase().replace(/[\s_-]+/g, '')

/**
 * The candidate that `word` was probably meant to be, or undefined when none is near: at most one edit in three
 * letters (two for words up to six letters), case, dashes and underscores not counted. A candidate that continues the
 * word, or that the word continues (`desc` → `description`), counts as near from three letters on. The first of equals wins.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(word)
  if (wanted === '' || wanted.length > MAX_LENGTH) return undefined
  const allowed = wanted.length <= 2 ? 1 : Math.max(2, Math.floor(wanted.length / 3))
  let found: string | undefined
  let least = allowed + 1
  let extension: string | undefined
  for (const candidate of candidates) {
    const folded = fold(candidate)
    if (folded.length > MAX_LENGTH) continue
    if (extension === undefined && isExtension(wanted, folded)) extension = candidate
    const distance = editDistance(wanted, folded, least - 1)
    // two short words that share no letter in place are not typos of each other
    if (distance < least && distance < Math.min(wanted.length, folded.length)) {
      least = distance
      found = candidate
    }
  }
  return least <= 1 ? found : (extension ?? found)
}

function isExtension(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  return short.length >= 3 && long.startsWith(short)
}
