import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CrossEncoder, Embedder } from '../core/embedding.js'
import { AppError } from '../core/errors.js'
import { TransformersCrossEncoder } from './cross-encoder.js'
import { ModelGenerations } from './generations.js'
import { hubFolder, isHubId } from './hub.js'
import { StaticModel } from './static.js'
import { StaticEmbedder } from './static-embedder.js'
import { TransformersEmbedder } from './transformers.js'

export interface EmbedderOptions {
  /** Where fetched models lie (the home's `models` folder). Nothing is ever fetched here. */
  cacheDir: string
  /** The bundled table when it is in memory already, so that it is not read twice. */
  bundled?: StaticModel
}

/** The folder that the program was installed in: the nearest one with a package.json above this file. */
export function packageFolder(): string {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) return folder
    if (folder === path.dirname(folder)) {
      throw new AppError(
        'not-found',
        'The bundled files are missing: no package.json above the program. Install it again.',
      )
    }
  }
}

/** The folder of the model that ships with the package. */
export const bundledModelFolder = (): string => path.join(packageFolder(), 'data', 'model')

/** The bundled table: always there, whatever embedder is in use. */
export function loadTokenTable(): Promise<StaticModel> {
  return StaticModel.load(bundledModelFolder())
}

/**
 * @param model undefined = the tuned model of the home if there is one, else the bundled model; a folder with a static
 *   table (`model.safetensors`, model2vec's layout) or an ONNX model; or a hub id that was pulled
 * @throws AppError `not-found` when there is no such model, `damaged-file` when it cannot be read, `unavailable` when it
 *   needs transformers.js and that is not installed
 */
export async function loadEmbedder(model: string | undefined, options: EmbedderOptions): Promise<Embedder> {
  if (model === undefined) {
    const tuned = new ModelGenerations(options.cacheDir).currentFolder()
    if (tuned) return StaticEmbedder.load(tuned)
    return new StaticEmbedder(options.bundled ?? (await loadTokenTable()), bundledModelFolder())
  }
  const folder = folderOf(model, options.cacheDir, 'MATCHGRAPH_MODEL')
  const isStatic = existsSync(path.join(folder, 'model.safetensors')) && !existsSync(path.join(folder, 'onnx'))
  return isStatic ? StaticEmbedder.load(folder) : TransformersEmbedder.load(folder)
}

/**
 * @param model a folder with an ONNX cross-encoder, or a hub id that was pulled
 * @param cacheDir where fetched models lie (the home's `models` folder)
 * @throws AppError `not-found` when there is no such model, `damaged-file` when it cannot be read or is no cross-encoder, `unavailable`
 *   when transformers.js is not installed
 */
export async function loadCrossEncoder(model: string, cacheDir: string): Promise<CrossEncoder> {
  return TransformersCrossEncoder.load(folderOf(model, cacheDir, 'MATCHGRAPH_RERANKER'))
}

function folderOf(model: string, cacheDir: string, setting: string): string {
  const folder = [model, hubFolder(cacheDir, model)].find((candidate) => existsSync(candidate))
  if (folder) return folder
  const way = isHubId(model) ? `To fetch it from the hub once: matchgraph model pull ${model}` : `Check ${setting}.`
  throw new AppError('not-found', `There is no model folder ${model}. ${way}`)
}
