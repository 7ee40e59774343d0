import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../core/errors.js'

/** Files an ONNX export may have, best precision first, with the name transformers.js gives them. */
export const ONNX_FILES = [
  ['fp32', 'model.onnx'],
  ['fp16', 'model_fp16.onnx'],
  ['q8', 'model_quantized.onnx'],
  ['int8', 'model_int8.onnx'],
  ['uint8', 'model_uint8.onnx'],
  ['q4', 'model_q4.onnx'],
  ['q4f16', 'model_q4f16.onnx'],
  ['bnb4', 'model_bnb4.onnx'],
] as const

export type Dtype = (typeof ONNX_FILES)[number][0]

/** How a sentence-embedding model wants to be used, from its own files. */
export interface ModelConfig {
  dtype: Dtype
  /** How the tokens' vectors become the text's. */
  pooling: 'mean' | 'cls' | 'last_token'
  /** Put before texts of each kind (`query: `); empty when the model has none. */
  prefix: { query: string; document: string }
  /** Longest input in tokens, when the model says so. */
  maxTokens: number | undefined
  /** Size of the ONNX file in bytes: part of the model's identity. */
  bytes: number
}

/**
 * Reads `modules.json`, `1_Pooling/config.json`, `config_sentence_transformers.json`, `sentence_bert_config.json` and
 * the `dtype` of `config.json` (section `transformers.js_config`) where they exist. Without them: mean pooling, no
 * prefix, the most precise ONNX file there is.
 * @throws AppError `not-found` without an ONNX file; `damaged-file` for JSON that is none, or a module or pooling that is not supported
 */
export function readModelConfig(folder: string): ModelConfig {
  const config = json<{ 'transformers.js_config'?: { dtype?: unknown } }>(folder, 'config.json')
  if (!config) throw new AppError('not-found', `${folder} holds no model: config.json is missing.`)
  const modules = json<{ type: string; path: string }[]>(folder, 'modules.json') ?? []
  const extra = modules.find((module) => !/\.(Transformer|Pooling|Normalize)$/.test(module.type))
  if (extra) {
    throw new AppError(
      'damaged-file',
      `${folder}: the module ${extra.type} is not supported (Transformer, Pooling, Normalize are).`,
    )
  }
  const poolingPath = modules.find((module) => module.type.endsWith('.Pooling'))?.path ?? '1_Pooling'
  const { dtype, bytes } = chooseFile(folder, config['transformers.js_config']?.dtype)
  const sentence = json<{ max_seq_length?: number }>(folder, 'sentence_bert_config.json')
  return {
    dtype,
    pooling: poolingOf(json(folder, path.join(poolingPath, 'config.json')) ?? {}, folder),
    prefix: prefixOf(json(folder, 'config_sentence_transformers.json') ?? {}),
    maxTokens: sentence?.max_seq_length,
    bytes,
  }
}

function chooseFile(folder: string, wanted: unknown): { dtype: Dtype; bytes: number } {
  const there = ONNX_FILES.filter(([, file]) => existsSync(path.join(folder, 'onnx', file)))
  const [dtype, file] = there.find(([name]) => name === wanted) ?? there[0] ?? []
  if (!dtype || !file) {
    throw new AppError('not-found', `${folder} holds neither a static table (model.safetensors) nor onnx/model.onnx.`)
  }
  return { dtype, bytes: statSync(path.join(folder, 'onnx', file)).size }
}

function poolingOf(config: Record<string, unknown>, folder: string): ModelConfig['pooling'] {
  const named = config.pooling_mode
  const on = (mode: string) => config[`pooling_mode_${mode}`] === true || named === mode
  if (on('cls_token') || named === 'cls') return 'cls'
  if (on('lasttoken') || named === 'last_token') return 'last_token'
  if (on('mean_tokens') || named === 'mean' || Object.keys(config).every((key) => !key.startsWith('pooling_mode')))
    return 'mean'
  throw new AppError('damaged-file', `${folder}: its pooling is not supported (mean, cls and last token are).`)
}

function prefixOf(config: {
  prompts?: Record<string, string>
  default_prompt_name?: string | null
}): ModelConfig['prefix'] {
  const prompts = config.prompts ?? {}
  const fallback = prompts[config.default_prompt_name ?? ''] ?? ''
  return { query: prompts.query ?? fallback, document: prompts.document ?? prompts.passage ?? fallback }
}

function json<T>(folder: string, file: string): T | undefined {
  const full = path.join(folder, file)
  if (!existsSync(full)) return undefined
  try {
    return JSON.parse(readFileSync(full, 'utf8')) as T
  } catch (cause) {
    throw new AppError('damaged-file', `${full} is not JSON.`, { cause })
  }
}
