import type { ToolPut } from '../src/store/store.js'
import type { IndexerContext, IndexOptions } from './context.js'
import { stopIfAsked } from './context.js'
import { textsOf } from './plan.js'

/** Texts embedded and written at once: large enough to keep workers busy, small enough to lose little when killed. */
const BATCH = 4096

/** Embeds the texts of these tools that the store has no vector for, a batch at a time, each kept as soon as it is made. */
export async function embedMissing(
  { store, embedder }: IndexerContext,
  puts: readonly ToolPut[],
  { full, signal, onProgress }: IndexOptions,
): Promise<{ embedded: number; textsPerSecond: number }> {
  const texts = textsOf(puts)
  const hashes = full ? [...texts.keys()] : await store.catalogue.missingEmbeddings(embedder.model, [...texts.keys()])
  const started = performance.now()
  for (let i = 0; i < hashes.length; i += BATCH) {
    stopIfAsked(signal)
    const some = hashes.slice(i, i + BATCH)
    const vectors = await embedder.embed(
      some.map((hash) => texts.get(hash)!),
      'document',
    )
    await store.catalogue.putEmbeddings(
      embedder.model,
      some.map((hash, n) => ({ hash, vector: vectors[n]! })),
    )
    onProgress?.({ step: 'embed', done: Math.min(i + BATCH, hashes.length), total: hashes.length })
  }
  const seconds = (performance.now() - started) / 1000
  return { embedded: hashes.length, textsPerSecond: hashes.length === 0 ? 0 : Math.round(hashes.length / seconds) }
}
