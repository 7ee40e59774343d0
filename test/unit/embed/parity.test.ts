import { readFileSync } from 'node:fs'
import path from 'node:path'
import { PreTrainedTokenizer } from '@huggingface/transformers'
import { beforeAll, describe, expect, it } from 'vitest'
import { bundledModelFolder, loadTokenTable } from '../../../src/embed/load.js'
import type { StaticModel } from '../../../src/embed/static.js'

/** Letters, marks and signs of many scripts, as code point ranges: texts are drawn from them, with a fixed seed. */
const SCRIPTS: Record<string, [number, number][]> = {
  latin: [
    [0x61, 0x7a],
    [0xc0, 0x17f],
    [0x1e00, 0x1eff],
  ],
  greek: [
    [0x370, 0x3ff],
    [0x1f00, 0x1fff],
  ],
  cyrillic: [[0x400, 0x4ff]],
  armenian: [[0x531, 0x58f]],
  hebrew: [[0x591, 0x5f4]],
  arabic: [[0x600, 0x6ff]],
  devanagari: [[0x900, 0x97f]],
  bengali: [[0x980, 0x9fe]],
  tamil: [[0xb82, 0xbfa]],
  thai: [[0xe01, 0xe5b]],
  georgian: [[0x10a0, 0x10ff]],
  hangul: [
    [0x1100, 0x11ff],
    [0xac00, 0xd7a3],
  ],
  kana: [[0x3041, 0x30ff]],
  han: [
    [0x3400, 0x34ff],
    [0x4e00, 0x9fff],
    [0xf900, 0xfa6d],
    [0x20000, 0x20050],
  ],
  emoji: [
    [0x1f300, 0x1f6ff],
    [0x2190, 0x27bf],
    [0x200d, 0x200d],
    [0xfe0f, 0xfe0f],
  ],
  oddities: [
    [0x00, 0x20],
    [0x7f, 0xbf],
    [0x2000, 0x206f],
    [0xe000, 0xe010],
    [0xfff0, 0xffff],
    [0xd800, 0xd810],
  ],
}
const WORDS =
  `read file camelCaseName HTTPServer snake_case_name kebab-case v1.2.3 naïve CAFÉ Ångström e-mail user@example.com
https://example.com/a/b?c=d&e=%20#top C++ C# .NET 3.14e-10 $5.00 don't "quoted" (parenthesised) a\tb l'été Straße İstanbul ſ
untrusted kubernetes internationalization pneumonoultramicroscopicsilicovolcanoconiosis ﬁne ½ № 東京タワー 안녕하세요 😀👩‍👩‍👧`.split(
    /[ \n]/,
  )

function corpus(): string[] {
  let state = 42
  const below = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const pick = <T>(list: readonly T[]) => list[below(list.length)]!
  const word = (script: string) => {
    const ranges = SCRIPTS[script]!
    return Array.from({ length: 1 + below(9) }, () => {
      const [from, to] = pick(ranges)
      return String.fromCodePoint(from + below(to - from + 1))
    }).join('')
  }
  const scripts = Object.keys(SCRIPTS)
  const texts = [
    '',
    ' ',
    '\n\t',
    'a'.repeat(61),
    `${'é'.repeat(60)} ${'é'.repeat(61)}`,
    '\u0000',
    '\ufeff',
    WORDS.join(' '),
  ]
  for (const script of scripts) {
    for (let i = 0; i < 120; i++) {
      texts.push(Array.from({ length: 1 + below(12) }, () => (below(3) ? word(script) : pick(WORDS))).join(' '))
    }
  }
  for (let i = 0; i < 200; i++)
    texts.push(Array.from({ length: 30 }, () => word(pick(scripts))).join(pick([' ', '', ', '])))
  return texts
}

describe('our encoder against transformers.js', () => {
  const texts = corpus()
  let table: StaticModel
  let theirs: PreTrainedTokenizer
  beforeAll(async () => {
    table = await loadTokenTable()
    const json = JSON.parse(readFileSync(path.join(bundledModelFolder(), 'tokenizer.json'), 'utf8'))
    theirs = new PreTrainedTokenizer(json, { tokenizer_class: 'BertTokenizer' })
  })

  it(`cuts ${texts.length} texts of ${Object.keys(SCRIPTS).length} scripts into the same tokens`, () => {
    expect(texts.length).toBeGreaterThan(2000)
    for (const text of texts) {
      // ours leaves unknown words out, theirs marks them
      const expected = theirs.tokenize(text).filter((token) => token !== '[UNK]')
      expect(
        table.pieces(text).map((id) => table.pieceText(id)),
        JSON.stringify(text),
      ).toEqual(expected)
    }
  })

  it('gives the vectors of a plain sum over their tokens', () => {
    const unknown = theirs.encode('[UNK]')[0]!
    let largest = 0
    for (const text of texts) {
      const sum = new Float64Array(table.dims)
      for (const id of theirs.encode(text)) {
        if (id === unknown) continue
        for (let j = 0; j < table.dims; j++) sum[j]! += table.scales[id]! * table.rows[id * table.dims + j]!
      }
      const norm = Math.hypot(...sum) || 1
      const vector = table.embedOne(text)
      for (let j = 0; j < table.dims; j++) largest = Math.max(largest, Math.abs(vector[j]! - sum[j]! / norm))
    }
    expect(largest).toBeLessThan(1e-5)
  })
})
