import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Vocabulary } from '../../../src/embed/vocabulary.js'
import { WordPiece, wordsOf } from '../../../src/embed/wordpiece.js'

const tokenizer = (vocab: Record<string, number>, extra: object = {}) =>
  JSON.stringify({
    normalizer: { type: 'BertNormalizer', lowercase: true, strip_accents: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: { type: 'WordPiece', max_input_chars_per_word: 8, vocab },
    ...extra,
  })
const pieces = [
  '[UNK]',
  'un',
  '##able',
  '##a',
  '##ff',
  'cafe',
  'a',
  'b',
  '.',
  '_',
  '東',
  '"',
  '\\',
  'vocab',
  ':',
  '##x',
]
const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]))
const parse = (json: string, source = 'test') => WordPiece.parse(Buffer.from(json), source)
const words = parse(tokenizer(vocab))
const spell = (text: string, limit?: number) => words.encode(text, limit).map((id) => words.vocabulary.text(id))

describe('WordPiece', () => {
  it('cuts the longest piece first and leaves out words that cannot be spelled', () => {
    expect(spell('unaffq')).toEqual([])
    expect(spell('unaff unable unq')).toEqual(['un', '##a', '##ff', 'un', '##able'])
  })

  it('lower-cases, strips accents, drops control characters, spaces out Chinese and punctuation', () => {
    expect(spell('CAFÉ caf\u0301e\u0000 ca\u00adfe')).toEqual(['cafe', 'cafe', 'cafe'])
    expect(spell('a_b.a\tb\n東東a')).toEqual(['a', '_', 'b', '.', 'a', 'b', '東', '東', 'a'])
  })

  it('finds the same words in plain text as in any other', () => {
    const plain = fc.string({ unit: 'grapheme-ascii', maxLength: 40 })
    fc.assert(
      // a letter with an accent at the end sends the whole text the long way
      fc.property(plain, (text) => {
        expect([...wordsOf(text), 'e']).toEqual(wordsOf(`${text} é`))
      }),
      { seed: 11 },
    )
  })

  it('leaves out words above the limit of characters, counted in code points', () => {
    expect(spell('unaffaff')).toEqual(['un', '##a', '##ff', '##a', '##ff'])
    expect(spell('unaffaffa')).toEqual([])
  })

  it('stops at the limit, also in the middle of a word', () => {
    expect(spell('a unable b', 2)).toEqual(['a', 'un'])
    expect(spell('à unable b', 2)).toEqual(['a', 'un'])
    expect(spell('')).toEqual([])
  })

  it('reads escaped pieces, and is not misled by a piece called vocab', () => {
    expect(spell('"\\vocab:')).toEqual(['"', '\\', 'vocab', ':'])
    expect(words.vocabulary.size).toBe(pieces.length)
    const escaped = parse(tokenizer(vocab).replace('"cafe"', '"c\\u0061fe"'))
    expect(escaped.encode('cafe')).toEqual([vocab.cafe])
  })

  it.each([
    ['not json', 'is not JSON'],
    [tokenizer({ a: 0, b: 2 }), 'piece ids must be'],
    [tokenizer(vocab).slice(0, -20), ''],
    [tokenizer(vocab, { normalizer: { type: 'BertNormalizer', lowercase: false } }), 'must use BertNormalizer'],
    [JSON.stringify({ model: { type: 'BPE', vocab: {} } }), ''],
  ])('refuses a tokenizer it cannot follow: %.30s', (json, why) => {
    expect(() => parse(json, 'model/tokenizer.json')).toThrow(
      expect.objectContaining({ code: 'damaged-file', detail: expect.stringContaining(why) }),
    )
  })

  it('agrees with a naive splitter, for any vocabulary and any text', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', 'д', '东', '-', ' '), maxLength: 24 })
    const entry = fc.tuple(
      fc.boolean(),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'e', 'д', '东'), minLength: 1, maxLength: 4 }),
    )
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { selector: String, minLength: 1, maxLength: 40 }),
        letters,
        (entries, text) => {
          const list = entries.map(([continued, piece]) => (continued ? `##${piece}` : piece))
          const model = new WordPiece(Vocabulary.of(list))
          expect(model.encode(text).map((id) => list[id])).toEqual(naive(new Set(list), text))
          expect(list.map((piece) => model.vocabulary.idOf(piece))).toEqual(list.map((_, id) => id))
        },
      ),
      { seed: 7, numRuns: 300 },
    )
  })
})

function naive(list: Set<string>, text: string): string[] {
  const clean = text.replaceAll('é', 'e').replaceAll('东', ' 东 ').replaceAll('-', ' - ')
  return clean.split(' ').flatMap((word) => {
    const found: string[] = []
    for (let start = 0; start < word.length; ) {
      let end = word.length
      while (end > start && !list.has((start ? '##' : '') + word.slice(start, end))) end--
      if (end === start) return []
      found.push((start ? '##' : '') + word.slice(start, end))
      start = end
    }
    return found
  })
}
