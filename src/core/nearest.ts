/** Longest word that is compared; longer ones are no typos of anything, and the comparison is quadratic. */
const MAX_LENGTH = 64

/**
 * Edits (insertion, deletion, substitution, swap of neighbours) between two words: the restricted
 * Damerau-Levenshtein distance (optimal string alignment).
 */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1
  let beforeLast = new Uint16Array(width)
  let last = Uint16Array.from({ length: width }, (_, j) => j)
  let row = new Uint16Array(width)
  for (let i = 1; i <= a.length; i++) {
    row[0] = i
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1)
      row[j] = best
    }
    const free = beforeLast
    beforeLast = last
    last = row
    row = free
  }
  return last[b.length]!
}

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
    if (Math.abs(folded.length - wanted.length) >= least) continue
    const distance = editDistance(wanted, folded)
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
