import { workerData } from 'node:worker_threads'
import { AppError } from '../core/errors.js'
import { answerRequests } from './lane.js'
import type { EmbedRequest, ScoreRequest, TransformersTask } from './transformers-lane.js'

/** Worker of `TransformersLane`: a batch of texts → one Float32Array, texts × dims of unit rows, or one logit a text. */
const { task, folder, config } = workerData as TransformersTask
const run = task === 'embed' ? loadEmbedding() : loadScoring()
run.catch(() => {}) // every request reports it

answerRequests(async (body: EmbedRequest | ScoreRequest) => (await run)(body as EmbedRequest & ScoreRequest))

async function loadEmbedding() {
  const { pipeline } = await library()
  const extract = await pipeline('feature-extraction', folder, { dtype: config.dtype, local_files_only: true })
  // a getter on tokenizer_config.json, which often allows more than the model was trained on
  if (config.maxTokens) Object.defineProperty(extract.tokenizer, 'model_max_length', { value: config.maxTokens })
  return async (texts: EmbedRequest) => {
    const output = await extract([...texts], { pooling: config.pooling, normalize: true })
    const vectors = new Float32Array(output.data as Float32Array)
    output.dispose()
    return vectors
  }
}

/** Longest pair in tokens, unless the model says otherwise: what cross-encoders of BERT's kind were trained on. */
const MOST_TOKENS = 512

async function loadScoring() {
  const { AutoModelForSequenceClassification, AutoTokenizer } = await library()
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true })
  const model = await AutoModelForSequenceClassification.from_pretrained(folder, {
    dtype: config.dtype,
    local_files_only: true,
  })
  const longest = Math.min(config.maxTokens ?? MOST_TOKENS, tokenizer.model_max_length ?? MOST_TOKENS)
  return async ({ need, texts }: ScoreRequest) => {
    const needs = new Array<string>(texts.length).fill(need)
    const inputs = tokenizer(needs, { text_pair: [...texts], padding: true, truncation: true, max_length: longest })
    const { logits } = await model(inputs)
    const numbers = new Float32Array(logits.data as Float32Array)
    logits.dispose()
    return numbers
  }
}

async function library() {
  const transformers = await import('@huggingface/transformers').catch((cause) => {
    throw new AppError(
      'unavailable',
      'This model needs transformers.js, which is not installed: npm i @huggingface/transformers',
      { cause },
    )
  })
  // nothing is ever fetched from here: `matchgraph model pull` does that, once
  transformers.env.allowRemoteModels = false
  transformers.env.allowLocalModels = true
  return transformers
}
