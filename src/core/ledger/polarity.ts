import { wordsOf } from '../text/words.js'

/** Where a sentence turns: what stands on the other side is not denied by a "not" on this one. */
const TURNS =
  /[;:]|,\s+(?=but|while|though|although|whereas|so|and|which)|\s(?=(?:but|while|although|whereas|though)\s)/
const DENY_BEFORE = new Set(
  'no not never without cannot lacks lack neither nor except excluding unlike beyond outside'.split(' '),
)
const DENY_AFTER = new Set(
  'cannot never unsupported unavailable missing refused rejected badly poorly poor weak excluded dropped ignored unlikely impossible'.split(
    ' ',
  ),
)
const AUXILIARY = new Set('is are was were be do does did can could has have will would may must'.split(' '))
/** Words between a denial and what it denies. */
const REACH = 5

export const partsOf = (sentence: string): string[] => sentence.split(TURNS)

/** Whether the words at `first..last` of a part of a sentence are denied by it ("no X", "X is not supported", "X is handled badly"). */
export function isDenied(words: readonly string[], first: number, last: number): boolean {
  for (let i = Math.max(0, first - REACH); i < first; i++) {
    // "not only X" affirms
    if (DENY_BEFORE.has(words[i]!) && words[i + 1] !== 'only') return true
  }
  for (let i = first + 1; i <= Math.min(words.length - 1, last + REACH); i++) {
    if (i > last && DENY_AFTER.has(words[i]!)) return true
    if (words[i] === 'not' && AUXILIARY.has(words[i - 1]!)) return true
  }
  return false
}

/** Whether a sentence denies what `pattern` finds in it, when it finds anything: the first mention that is not denied affirms. */
export function mentions(sentence: string, pattern: RegExp): 'affirmed' | 'denied' | undefined {
  let seen: 'denied' | undefined
  for (const part of partsOf(sentence)) {
    const found = pattern.exec(part)
    if (!found) continue
    const before = wordsOf(part.slice(0, found.index)).length
    const length = Math.max(1, wordsOf(found[0]).length)
    if (!isDenied(wordsOf(part), before, before + length - 1)) return 'affirmed'
    seen = 'denied'
  }
  return seen
}
