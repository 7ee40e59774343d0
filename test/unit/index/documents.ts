import fc from 'fast-check'
import type { IndexDocument } from '../../../src/core/document.js'
import type { TokenTable } from '../../../src/core/embedding.js'

/** Few words, so that documents and queries meet; stop words, inflections and identifiers among them. */
export const WORDS = [
  'weather', 'forecast', 'image', 'images', 'resize', 'resizing', 'the', 'of', 'translate', 'text', 'send', 'mail',
  'getWeather', 'send_mail', 'pdf', 'k8s', '天气', 'query', 'database', 'summarise',
] // biome-ignore format: a word list

const words = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(...WORDS), { minLength, maxLength }).map((list) => list.join(' '))

export const anyDocument = fc.record({
  label: fc.constant(0),
  name: words(1, 3),
  description: words(0, 12),
  intents: fc.array(words(1, 4), { maxLength: 2 }),
  tags: fc.array(fc.constantFrom('free', 'weather', 'image'), { maxLength: 2 }),
  toolName: words(1, 2),
  toolDescription: words(0, 5),
})

export const anyDocuments = (most = 30): fc.Arbitrary<IndexDocument[]> =>
  fc
    .array(anyDocument, { minLength: 1, maxLength: most })
    .map((documents) => documents.map((document, i) => ({ ...document, label: 3 + 2 * i })))

export const anyQuery = words(0, 8)

/** A small table whose pieces are whole words; unknown words have none. The rows are arbitrary but fixed. */
export function wordTable(dims = 8): TokenTable {
  const vocabulary = [...new Set(WORDS.flatMap((word) => word.toLowerCase().split(/[_\s]+/))), 'get', 'free', '.']
  const ids = new Map(vocabulary.map((word, id) => [word, id]))
  const rows = Int8Array.from({ length: vocabulary.length * dims }, (_, i) => ((i * 7919 + 13) % 255) - 127)
  return {
    dims,
    size: vocabulary.length,
    rows,
    scales: new Float32Array(vocabulary.length).fill(0.01),
    pieces: (text, limit = Number.POSITIVE_INFINITY) =>
      (text.toLowerCase().match(/[\p{L}\p{N}]+|[^\p{L}\p{N}\s]/gu) ?? [])
        .map((word) => ids.get(word) ?? -1)
        .filter((id) => id >= 0)
        .slice(0, limit),
    pieceText: (id) => vocabulary[id]!,
  }
}
