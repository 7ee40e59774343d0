import type { Embedder } from '../../src/core/embedding.js'
import { folded } from '../../src/core/lint/words.js'

/** One capability as the duplicate finder sees it. */
export interface LintText {
  slug: string
  name: string
  description: string
}

export interface Twins {
  /** Positions in the list that was given, the first below the second. */
  first: number
  second: number
  /** 1 for equal texts. */
  similarity: number
}

/**
 * Cosines above which two capabilities say the same thing. Within a tool, one of them is then counted twice; across
 * tools only what is nearly the same text is told, since the same ability is rightly described as each tool has it.
 */
export const TWIN_WITHIN = 0.8
export const TWIN_ACROSS = 0.92
/** Comparing all with all is quadratic; above so many capabilities only equal texts are looked for across tools. */
export const MAX_COMPARED = 6000

/** Texts a call of the embedder gets. */
const BATCH = 256

/**
 * Near-duplicates within and across tools, most similar first: for each capability that has any, the most similar of the
 * earlier ones. Reads nothing but `texts`.
 */
export async function findTwins(texts: readonly LintText[], embedder: Embedder): Promise<Twins[]> {
  const vectors = await embedAll(texts, embedder)
  const nearest = new Map<number, Twins>()
  const add = (first: number, second: number, similarity: number) => {
    if (similarity > (nearest.get(second)?.similarity ?? 0)) nearest.set(second, { first, second, similarity })
  }
  for (const [a, b] of equalTexts(texts)) add(a, b, 1)
  for (const group of bySlug(texts)) compare(group, vectors, TWIN_WITHIN, add)
  if (texts.length <= MAX_COMPARED) compare([...texts.keys()], vectors, TWIN_ACROSS, add)
  return [...nearest.values()].sort((a, b) => b.similarity - a.similarity || a.first - b.first || a.second - b.second)
}

async function embedAll(texts: readonly LintText[], embedder: Embedder): Promise<Float32Array[]> {
  const vectors: Float32Array[] = []
  for (let at = 0; at < texts.length; at += BATCH) {
    const batch = texts.slice(at, at + BATCH).map(({ name, description }) => `${name}. ${description}`)
    vectors.push(...(await embedder.embed(batch, 'document')))
  }
  return vectors
}

function bySlug(texts: readonly LintText[]): number[][] {
  const groups = new Map<string, number[]>()
  for (const [i, { slug }] of texts.entries()) {
    const group = groups.get(slug)
    if (group === undefined) groups.set(slug, [i])
    else group.push(i)
  }
  return [...groups.values()]
}

/** Each later text with the first that has the same words. */
function* equalTexts(texts: readonly LintText[]): Generator<[number, number]> {
  const first = new Map<string, number>()
  for (const [i, { name, description }] of texts.entries()) {
    const key = folded(`${name}. ${description}`)
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, i)
    else yield [earlier, i]
  }
}

function compare(
  group: readonly number[],
  vectors: readonly Float32Array[],
  least: number,
  add: (first: number, second: number, similarity: number) => void,
): void {
  for (let n = 1; n < group.length; n++) {
    for (let m = 0; m < n; m++) {
      const similarity = dot(vectors[group[m]!]!, vectors[group[n]!]!)
      if (similarity >= least) add(group[m]!, group[n]!, similarity)
    }
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
