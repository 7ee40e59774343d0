/** A stretch that a byte-pair tokenizer never splits across: letters, digits, white space, or one other character. */
const STRETCH = /[A-Za-z]+|[0-9]+|\s+|[^\sA-Za-z0-9]/g
/** Words of a language keep to this length and this shape; the rest is counted letter by letter. */
const WORD = /^(?:[A-Z]?[a-z]{1,15}|[A-Z]{2,4})$/
const ASCII_LETTERS_PER_TOKEN = 4
const encoder = new TextEncoder()

/**
 * An upper bound of what a text costs a model to read, in tokens: words count a token per four letters begun, digits, punctuation and white-space
 * runs one each, letters in no word's shape (keys, hashes) one each, and every byte of other scripts one. Byte-pair tokenizers make no
 * token shorter than a byte; for words the bound is held against the tokenizers cl100k_base and o200k_base on the shipped catalogue in the
 * tests, where it is 1 to 3 times their count, on average 1.6. It needs no vocabulary, so it costs nothing to load and holds for other models too.
 */
export function tokenBound(text: string): number {
  let tokens = 0
  let joined = false
  for (const { 0: stretch, index } of text.matchAll(STRETCH)) {
    const first = stretch.charCodeAt(0)
    if (isLetter(first)) tokens += wordBound(stretch, joined)
    else if (first > 127) tokens += encoder.encode(stretch).length
    else if (/\s/.test(stretch)) tokens += joinsNext(stretch, text.charCodeAt(index + 1)) ? 0 : stretch.length
    else tokens += stretch.length
    // letters right after digits or the other way round are no word: keys and hashes look like that
    joined = isDigit(first)
  }
  return tokens
}

/** One space and the word or sign after it are one token. */
const joinsNext = (space: string, next: number): boolean => space === ' ' && next > 32 && next < 128 && !isDigit(next)

const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
const isDigit = (code: number): boolean => code >= 48 && code <= 57

function wordBound(letters: string, afterDigits: boolean): number {
  if (afterDigits) return letters.length
  // camelCase is split at its humps, as tokenizers do
  const humps = letters.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [letters]
  // many short humps are a key, not a name
  if (humps.length > 3 && letters.length < 4 * humps.length) return letters.length
  return humps.reduce(
    (sum, hump) => sum + (WORD.test(hump) ? Math.ceil(hump.length / ASCII_LETTERS_PER_TOKEN) : hump.length),
    0,
  )
}
