import type { Wording } from '../core/api/rank.js'
import { stripBoasts } from '../core/boasts.js'
import type { Embedder } from '../core/embedding.js'
import { embeddedTexts } from '../core/indexed-text.js'
import { findInstructions } from '../core/poison.js'
import type { StoredTool } from '../store/store.js'

/**
 * How much a tool's praise of itself does for it: the mean, over its capabilities, of what the similarity to their own
 * needs (the first intent, else the name) loses when boasts and calls to action are taken out. Above 0: praise helps it
 * to be found; below: it stands in its way. Rank is not made of texts, so praise earns none.
 */
export async function wordingOf(
  { capabilities }: Pick<StoredTool, 'capabilities'>,
  embedder: Embedder,
): Promise<Wording> {
  const boasting = capabilities.flatMap((capability) => {
    const plain = {
      name: stripBoasts(capability.name) || capability.name,
      description: stripBoasts(capability.description),
    }
    if (plain.name === capability.name && plain.description === capability.description) return []
    return [
      {
        need: capability.intents?.[0] ?? plain.name,
        written: embeddedTexts(capability)[0]!,
        plain: embeddedTexts(plain)[0]!,
      },
    ]
  })
  const [needs, texts] = await Promise.all([
    embedder.embed(
      boasting.map(({ need }) => need),
      'query',
    ),
    embedder.embed(
      boasting.flatMap(({ written, plain }) => [written, plain]),
      'document',
    ),
  ])
  const gains = boasting.map((_, i) => dot(needs[i]!, texts[2 * i]!) - dot(needs[i]!, texts[2 * i + 1]!))
  const sum = gains.reduce((total, gain) => total + gain, 0)
  return {
    boasting: boasting.length,
    sensitivity: Number((sum / Math.max(1, capabilities.length)).toFixed(4)),
    addressingReaders: capabilities.filter(
      ({ name, description }) => findInstructions(`${name}\n${description}`).length > 0,
    ).length,
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
