import { AppError } from '../core/errors.js'
import { Vocabulary } from './vocabulary.js'

/** Class of an ASCII code in already clean, lower-cased text: 0 space, 1 part of a word, 2 punctuation (a word of its own). */
const CLASS = new Uint8Array(128)
for (let code = 33; code < 127; code++) CLASS[code] = /[a-z0-9]/i.test(String.fromCharCode(code)) ? 1 : 2

const NOT_PLAIN = /[^\t\n\r\x20-\x7e]/
// what BERT's "clean text" drops: control, format, private and surrogate code points and the replacement character
const DROPPED = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}\ufffd]/gu
// the ranges that transformers.js spaces out: it looks at UTF-16 units, so the astral ranges of the original never match
const CHINESE = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/g
const MARK = /\p{Mn}/gu
const WORDS = /[^\s\p{P}!-/:-@[-`{-~]+|[\p{P}!-/:-@[-`{-~]/gu

const PLAIN_WORDS = /[a-z0-9]+|[!-/:-@[-`{-~]/g

interface TokenizerFile {
  normalizer?: { type?: string; lowercase?: boolean; strip_accents?: boolean | null } | null
  pre_tokenizer?: { type?: string } | null
  model?: { type?: string; max_input_chars_per_word?: number; vocab?: unknown }
}

/**
 * WordPiece (Wu et al. 2016, as BERT uses it): text is cleaned, lower-cased, freed of accents, split at spaces and
 * punctuation, and each word is cut greedily into the longest pieces of the vocabulary. Same tokens as transformers.js,
 * with two differences on purpose: words that cannot be spelled are left out instead of becoming `[UNK]`, and the
 * names of special tokens (`[SEP]`) are plain text.
 */
export class WordPiece {
  readonly vocabulary: Vocabulary
  private readonly maxChars: number

  /** @param maxChars words with more code points are left out */
  constructor(vocabulary: Vocabulary, maxChars = 100) {
    this.vocabulary = vocabulary
    this.maxChars = maxChars
  }

  /**
   * Reads a `tokenizer.json`; its bytes belong to the vocabulary from then on.
   * @throws AppError `damaged-file` when it is not JSON, or not a lower-casing BERT WordPiece tokenizer
   */
  static parse(json: Uint8Array, source: string): WordPiece {
    const damaged = (why: string, cause?: unknown) => new AppError('damaged-file', `${source} ${why}.`, { cause })
    const file = Buffer.from(json.buffer, json.byteOffset, json.byteLength)
    // the vocabulary is 95 % of the file and read apart; the rest goes through JSON.parse
    const from = vocabularyStart(file)
    const read = from === undefined ? undefined : Vocabulary.scan(file, from, source)
    let rest: TokenizerFile
    try {
      rest = JSON.parse(read ? file.toString('utf8', 0, from) + file.toString('utf8', read.end) : file.toString('utf8'))
    } catch (cause) {
      throw damaged('is not JSON', cause)
    }
    const { model, normalizer, pre_tokenizer: split } = rest
    if (!read || !model || (model.type ?? 'WordPiece') !== 'WordPiece') {
      throw damaged(`holds ${model?.type ?? 'no'} tokenizer; WordPiece is needed`)
    }
    const bert = normalizer?.type === 'BertNormalizer' && split?.type === 'BertPreTokenizer'
    if (!bert || normalizer.lowercase === false || normalizer.strip_accents === false) {
      throw damaged('must use BertNormalizer (lower-cased, accents stripped) and BertPreTokenizer')
    }
    return new WordPiece(read.vocabulary, model.max_input_chars_per_word)
  }

  /** Piece ids of `text` in order, at most `limit` of them. */
  encode(text: string, limit = Number.POSITIVE_INFINITY): number[] {
    const ids: number[] = []
    if (NOT_PLAIN.test(text)) {
      for (const word of wordsOf(text)) {
        if (word.length <= this.maxChars || [...word].length <= this.maxChars) {
          this.vocabulary.split(word, 0, word.length, ids)
        }
        if (ids.length >= limit) break
      }
    } else {
      this.encodePlain(text.toLowerCase(), limit, ids)
    }
    if (ids.length > limit) ids.length = limit
    return ids
  }

  /** The same for lower-cased ASCII: no regular expression, no normalising, one pass over the codes. */
  private encodePlain(text: string, limit: number, ids: number[]): void {
    let start = -1
    for (let i = 0; i <= text.length; i++) {
      const kind = i < text.length ? CLASS[text.charCodeAt(i)]! : 0
      if (kind === 1) {
        if (start < 0) start = i
        continue
      }
      if (start >= 0 && i - start <= this.maxChars) this.vocabulary.split(text, start, i, ids)
      start = -1
      if (kind === 2) this.vocabulary.split(text, i, i + 1, ids)
      if (ids.length >= limit) return
    }
  }
}

/** The position after the brace that opens `"vocab": {`. */
function vocabularyStart(file: Buffer): number | undefined {
  for (let at = file.indexOf('"vocab"'); at >= 0; at = file.indexOf('"vocab"', at + 1)) {
    const opening = /^"vocab"\s*:\s*\{/.exec(file.toString('latin1', at, at + 64))
    if (opening) return at + opening[0].length
  }
  return undefined
}

/** The words and punctuation marks of a text, as they are looked up: clean, lower-cased, without accents. */
export function wordsOf(text: string): string[] {
  const words = NOT_PLAIN.test(text) ? normalize(text).match(WORDS) : text.toLowerCase().match(PLAIN_WORDS)
  return words ?? []
}

function normalize(text: string): string {
  return text.replace(DROPPED, '').replace(CHINESE, ' $& ').toLowerCase().normalize('NFD').replace(MARK, '')
}
