import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Embedder } from '../core/embedding.js'
import { AppError } from '../core/errors.js'
import { StaticModel } from './static.js'
import { StaticEmbedder } from './static-embedder.js'

export interface EmbedderOptions {
  /** Where fetched models lie (the home's `models` folder). Nothing is ever fetched here. */
  cacheDir: string
}

/** The folder of the model that ships with the package: `data/model` beside the nearest package.json above this file. */
export function bundledModelFolder(): string {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) return path.join(folder, 'data', 'model')
    if (folder === path.dirname(folder)) {
      throw new AppError(
        'not-found',
        'The bundled model is missing: no package.json above the program. Install it again.',
      )
    }
  }
}

/** The bundled table: always there, whatever embedder is in use. */
export function loadTokenTable(): Promise<StaticModel> {
  return StaticModel.load(bundledModelFolder())
}

/**
 * @param model a folder in model2vec's layout; undefined = the bundled model
 * @throws AppError `not-found` when there is no such folder, `damaged-file` when it cannot be read
 */
export async function loadEmbedder(model: string | undefined, _options: EmbedderOptions): Promise<Embedder> {
  return StaticEmbedder.load(model ?? bundledModelFolder())
}
