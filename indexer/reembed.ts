import type { ToolPut } from '../src/store/store.js'
import { freshenIndex } from './build.js'
import type { IndexerContext, IndexOptions } from './context.js'
import { embedMissing } from './embed.js'
import { planTool } from './plan.js'

/** Tools whose texts are embedded at once. */
const TOOLS = 1000

/**
 * Embeds what the store holds with the embedder's model, and publishes a generation of that model: what a change of the
 * model needs, without the catalogue files. Texts that the model has embedded before are not embedded again.
 * @returns texts embedded
 */
export async function reembed(context: IndexerContext, options: Omit<IndexOptions, 'paths'>): Promise<number> {
  const { store, embedder } = context
  const run = { ...options, paths: [] }
  let embedded = 0
  let puts: ToolPut[] = []
  const flush = async () => {
    embedded += (await embedMissing(context, puts, run)).embedded
    puts = []
  }
  for await (const stored of store.catalogue.tools()) {
    puts.push(planTool({ ...stored.tool, capabilities: stored.capabilities }, stored))
    if (puts.length >= TOOLS) await flush()
  }
  await flush()
  await store.catalogue.apply({ at: options.now, model: embedder.model, dims: embedder.dims, put: [], remove: [] })
  await freshenIndex(context, run)
  return embedded
}
