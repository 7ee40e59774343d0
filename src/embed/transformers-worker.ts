import { workerData } from 'node:worker_threads'
import { AppError } from '../core/errors.js'
import { answerRequests } from './lane.js'
import type { ModelConfig } from './model-config.js'

/** Worker of `TransformersEmbedder`: a batch of texts, prefix included → one Float32Array of texts × dims, unit rows. */
const { folder, config } = workerData as { folder: string; config: ModelConfig }
const loading = load()
loading.catch(() => {}) // every request reports it

answerRequests(async (texts: string[]) => {
  const extract = await loading
  const output = await extract(texts, { pooling: config.pooling, normalize: true })
  const vectors = new Float32Array(output.data as Float32Array)
  output.dispose()
  return vectors
})

async function load() {
  const { env, pipeline } = await import('@huggingface/transformers').catch((cause) => {
    throw new AppError(
      'unavailable',
      'This model needs transformers.js, which is not installed: npm i @huggingface/transformers',
      { cause },
    )
  })
  // nothing is ever fetched from here: `matchgraph model pull` does that, once
  env.allowRemoteModels = false
  env.allowLocalModels = true
  const extract = await pipeline('feature-extraction', folder, { dtype: config.dtype, local_files_only: true })
  // a getter on tokenizer_config.json, which often allows more than the model was trained on
  if (config.maxTokens) Object.defineProperty(extract.tokenizer, 'model_max_length', { value: config.maxTokens })
  return extract
}
