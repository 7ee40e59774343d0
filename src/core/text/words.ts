import { stemmer } from 'stemmer'
import { STOP_WORDS } from './stop-words.js'

/** Longer words are hashes, keys or encoded data: nobody asks for them word by word. */
const LONGEST_WORD = 40

/** Scripts written without spaces between words: indexed as overlapping character pairs. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const RUNS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+|[\p{L}\p{N}\p{M}]+/gu
const ASCII_WORDS = /[a-z0-9]+/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
const ASCII = /^[\x00-\x7f]*$/

const CAPITAL = /\p{Lu}/u

/** Compatibility forms unified and Latin accents taken off ("Zürich" → "Zurich"); kana keep their voicing, Hangul stays composed. */
export const foldAccents = (text: string): string =>
  ASCII.test(text)
    ? text
    : text
        .normalize('NFKD')
        .replace(/[\u0300-\u036f]/g, '')
        .normalize('NFC')

/** Puts a space between the humps of camelCase and between an acronym and the word after it ("parseHTMLPage" → "parse HTML Page"). */
export const splitCamelCase = (text: string): string =>
  !CAPITAL.test(text)
    ? text
    : text.replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2').replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')

/** A name as words for an embedding model: camelCase, snake_case, paths and punctuated identifiers become spaced words. */
export const spacedName = (name: string): string =>
  splitCamelCase(name)
    .replace(/[_\-./:#]+/g, ' ')
    .trim()

/** Splits at everything that is neither letter nor digit; the text is already folded and lower-cased. */
function runs(text: string): string[] {
  if (ASCII.test(text)) return text.match(ASCII_WORDS) ?? []
  const words: string[] = []
  for (const [run] of text.matchAll(RUNS)) {
    if (!UNSPACED.test(run)) {
      words.push(run)
      continue
    }
    const characters = [...run]
    if (characters.length === 1) words.push(run)
    for (let i = 1; i < characters.length; i++) words.push(characters[i - 1]! + characters[i]!)
  }
  return words
}

/**
 * The words of a text, folded, in order: accents off, camelCase and every punctuation split, lower case; scripts without spaces as character pairs.
 * The English clitics ('s, n't, 're …) are dropped.
 */
export function wordsOf(text: string): string[] {
  const folded = splitCamelCase(foldAccents(text).replace(/['’](?:s|t|re|ve|ll|d|m)\b/gi, ' ')).toLowerCase()
  return runs(folded).filter((word) => word.length <= LONGEST_WORD)
}

/** The one-word form of an identifier of several parts ("getWeather", "get_weather" → "getweather"), or undefined when `name` is no such thing. */
export function joinedIdentifier(name: string): string | undefined {
  const trimmed = name.trim()
  if (/\s/.test(trimmed)) return undefined
  const words = wordsOf(trimmed)
  if (words.length < 2 || UNSPACED.test(trimmed)) return undefined
  const joined = words.join('')
  return joined.length <= LONGEST_WORD ? joined : undefined
}

/** Porter stem of a folded word; words with digits or other letters than a–z stay as they are. */
export const stemOf = (word: string): string => (/^[a-z]{3,}$/.test(word) ? stemmer(word) : word)

export const isStopWord = (word: string): boolean => STOP_WORDS.has(word)
