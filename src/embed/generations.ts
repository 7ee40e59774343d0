import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../core/errors.js'

/** Older tuned models beyond these are deleted. */
const KEPT = 5
/** The bundled model, before any tuning. */
const BUNDLED = 0

/**
 * Tuned models of a home, `models/tuned/N/`, N counting up, and which of them is in use: the file `CURRENT` beside them.
 * Generation 0 is the bundled model.
 */
export class ModelGenerations {
  private readonly folder: string

  /** @param cacheDir the home's `models` folder */
  constructor(cacheDir: string) {
    this.folder = path.join(cacheDir, 'tuned')
  }

  /** Number of the model in use. */
  get current(): number {
    const file = path.join(this.folder, 'CURRENT')
    if (!existsSync(file)) return BUNDLED
    const text = readFileSync(file, 'utf8').trim()
    const number = Number(text)
    if (text === '' || !(number === BUNDLED || this.list().includes(number))) {
      throw new AppError(
        'damaged-file',
        `${file} names the model "${text}", which is not there; delete the file to use the bundled model.`,
      )
    }
    return number
  }

  /** Folder of the tuned model in use; undefined = the bundled one. */
  currentFolder(): string | undefined {
    const { current } = this
    return current === BUNDLED ? undefined : path.join(this.folder, String(current))
  }

  /** Numbers of the tuned models that are there, ascending. */
  list(): number[] {
    if (!existsSync(this.folder)) return []
    return readdirSync(this.folder)
      .filter((name) => /^[1-9]\d*$/.test(name))
      .map(Number)
      .sort((a, b) => a - b)
  }

  /**
   * Adds a model and puts it in use. It appears whole or not at all.
   * @param write fills the folder it is given
   */
  publish(write: (folder: string) => void): number {
    const number = (this.list().at(-1) ?? BUNDLED) + 1
    const partial = path.join(this.folder, 'partial')
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true })
    write(partial)
    renameSync(partial, path.join(this.folder, String(number)))
    this.use(number)
    for (const old of this.list().slice(0, -KEPT)) rmSync(path.join(this.folder, String(old)), { recursive: true })
    return number
  }

  /**
   * Puts the model before the current one in use.
   * @throws AppError `conflict` when the bundled model is in use already
   */
  rollback(): number {
    const { current } = this
    if (current === BUNDLED)
      throw new AppError('conflict', 'The bundled model is in use: there is nothing to go back to.')
    const before =
      this.list()
        .filter((number) => number < current)
        .at(-1) ?? BUNDLED
    this.use(before)
    return before
  }

  private use(number: number): void {
    const file = path.join(this.folder, 'CURRENT')
    writeFileSync(`${file}.partial`, `${number}\n`)
    renameSync(`${file}.partial`, file)
  }
}
