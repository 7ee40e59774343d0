import { wordsOf } from '../../src/embed/wordpiece.js'
import type { Pair } from './pairs.js'

export interface VocabularySize {
  /** Whole words, by frequency. */
  words: number
  /** Beginnings and continuations of the other words. */
  pieces: number
}

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
const MAX_CHARS = 1200
/** A rare word counts at most so often for its pieces, so that one identifier does not buy its own. */
const PIECE_COUNT_CAP = 50

/**
 * Chooses the pieces of a vocabulary: special tokens, the most frequent ASCII words of 2 to 24 letters, numbers below
 * 100, the most frequent characters, and the pieces that spell most of the other words (frequency × length, prefixes up
 * to 9 characters, continuations up to 7). Ties are broken by the text, so the result does not depend on the order of pairs.
 */
export async function buildVocabulary(
  pairs: AsyncIterable<Pair> | Iterable<Pair>,
  size: VocabularySize,
): Promise<string[]> {
  const counts = new Map<string, number>()
  for await (const { anchor, positive } of pairs) {
    for (const word of wordsOf(anchor)) counts.set(word, (counts.get(word) ?? 0) + 1)
    for (const word of wordsOf(positive)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const words = top(counts, size.words, (word) => /^[a-z]{2,24}$/.test(word))
  const chars = top(charCounts(counts), MAX_CHARS)
  const pieces = top(pieceCounts(counts, new Set(words)), size.pieces)
  const continued = chars.filter((char) => /^[a-z0-9]$/.test(char)).map((char) => `##${char}`)
  const numbers = Array.from({ length: 100 }, (_, i) => String(i))
  return [...new Set([...SPECIAL, ...words, ...numbers, ...chars, ...continued, ...pieces])]
}

function top(
  counts: ReadonlyMap<string, number>,
  limit: number,
  wanted: (text: string) => boolean = () => true,
): string[] {
  return [...counts]
    .filter(([text]) => wanted(text))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, limit)
    .map(([text]) => text)
}

function charCounts(counts: ReadonlyMap<string, number>): Map<string, number> {
  const chars = new Map<string, number>()
  // each word once: a character matters by the words it spells
  for (const word of counts.keys()) for (const char of word) chars.set(char, (chars.get(char) ?? 0) + 1)
  return chars
}

function pieceCounts(counts: ReadonlyMap<string, number>, known: ReadonlySet<string>): Map<string, number> {
  const pieces = new Map<string, number>()
  const add = (piece: string, gain: number) => pieces.set(piece, (pieces.get(piece) ?? 0) + gain)
  for (const [word, count] of counts) {
    if (known.has(word) || !/^[a-z0-9]{1,30}$/.test(word)) continue
    const times = Math.min(count, PIECE_COUNT_CAP)
    for (let length = 2; length < Math.min(10, word.length); length++) add(word.slice(0, length), times * (length - 1))
    for (let length = 2; length < Math.min(8, word.length); length++) {
      for (let start = 1; start + length <= word.length; start++) {
        add(`##${word.slice(start, start + length)}`, times * (length - 1))
      }
    }
  }
  return pieces
}

/** The `tokenizer.json` that both our encoder and transformers.js read. */
export function tokenizerJson(pieces: readonly string[]): string {
  const special = SPECIAL.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }))
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: true,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: MAX_WORD_CHARS,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
    },
  })
}

/** Longer words are left out. */
export const MAX_WORD_CHARS = 60
