import { lcg } from '../core/metrics.js'
import { FIELDS } from '../core/relevance/bm25.js'
import type { Forward } from './forward.js'
import { BREAK, type Vocabulary } from './vocabulary.js'

const FEWEST_WORDS = 4

/** Half of the distinct content words of name and description, in their order, of capabilities drawn without replacement. */
export function pseudoQueries(
  forward: Forward,
  vocabulary: Vocabulary,
  live: (row: number) => boolean,
  count: number,
  seed: number,
): { label: number; text: string }[] {
  const random = lcg(seed)
  const words = forward.words.view()
  const start = forward.wordStart.view()
  const lengths = forward.fieldLengths.view()
  const { stop } = vocabulary.tables()
  const candidates = shuffled(forward.count, random)
  const queries: { label: number; text: string }[] = []
  for (const row of candidates) {
    if (queries.length === count) break
    if (!live(row)) continue
    const at = row * FIELDS.length
    const end = start[row]! + lengths[at]! + lengths[at + 1]!
    const content = [...new Set(words.subarray(start[row]!, end))].filter((word) => word !== BREAK && stop[word] !== 1)
    if (content.length < FEWEST_WORDS) continue
    const kept = content.filter(() => random() < 0.5)
    if (kept.length < FEWEST_WORDS / 2) continue
    queries.push({ label: forward.labels.view()[row]!, text: kept.map((word) => vocabulary.word(word)).join(' ') })
  }
  return queries
}

/** 0..n−1 in random order (Fisher, Yates; Durstenfeld 1964). */
function shuffled(n: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const swapped = order[i]!
    order[i] = order[j]!
    order[j] = swapped
  }
  return order
}
