import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { AppError } from '../core/errors.js'
import { type Dtype, ONNX_FILES } from './model-config.js'

const HUB_ID = /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/

/** What a model needs beside its weights; files that a model does not have are skipped, except the first two. */
const FILES = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'modules.json',
  '1_Pooling/config.json',
  'config_sentence_transformers.json',
  'sentence_bert_config.json',
]

/** Where a pulled model lies: `models/hub/OWNER--NAME` for `OWNER/NAME`. */
export function hubFolder(cacheDir: string, id: string): string {
  return path.join(cacheDir, 'hub', id.replace('/', '--'))
}

export function isHubId(text: string): boolean {
  return HUB_ID.test(text)
}

/**
 * Fetches a model once into `hubFolder`: its settings, its tokenizer, and its weights (`onnx/…` of the wanted dtype, else
 * `model.safetensors` of a static table). The folder appears when everything is there, or not at all. Pulling again replaces it.
 * @param options.host the hub's address, e.g. `https://huggingface.co`
 * @param options.onFile called before each file
 * @throws AppError `not-found` when the hub does not have it, `unavailable` when the hub does not answer
 */
export async function pullModel(
  id: string,
  options: { cacheDir: string; host: string; dtype: Dtype; onFile?: (file: string) => void },
): Promise<string> {
  if (!isHubId(id)) throw new AppError('invalid-parameter', `${id} is not a model id such as owner/name.`)
  const folder = hubFolder(options.cacheDir, id)
  const partial = `${folder}.partial`
  await rm(partial, { recursive: true, force: true })
  const fetchFile = (file: string) => {
    options.onFile?.(file)
    return download(`${options.host}/${id}/resolve/main/${file}`, path.join(partial, file))
  }
  try {
    for (const [i, file] of FILES.entries()) {
      if (!(await fetchFile(file)) && i < 2) {
        throw new AppError('not-found', `${options.host} has no ${file} for the model ${id}.`)
      }
    }
    const onnx = `onnx/${ONNX_FILES.find(([dtype]) => dtype === options.dtype)![1]}`
    if (await fetchFile(onnx)) await fetchFile(`${onnx}_data`)
    else if (!(await fetchFile('model.safetensors'))) {
      throw new AppError('not-found', `The model ${id} has neither ${onnx} nor model.safetensors; try another --dtype.`)
    }
    await rm(folder, { recursive: true, force: true })
    await rename(partial, folder)
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return folder
}

/** @returns false when the server says 404 (or 401, which the hub answers for repositories that do not exist) */
async function download(url: string, file: string): Promise<boolean> {
  let response: Response
  try {
    response = await fetch(url)
  } catch (cause) {
    throw new AppError('unavailable', `${url} cannot be reached.`, { cause })
  }
  if (response.status === 404 || response.status === 401) {
    await response.body?.cancel()
    return false
  }
  if (!response.ok || !response.body) throw new AppError('unavailable', `${url} answered ${response.status}.`)
  await mkdir(path.dirname(file), { recursive: true })
  await pipeline(Readable.fromWeb(response.body as ReadableStream), createWriteStream(file))
  return true
}
