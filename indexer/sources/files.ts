import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const CATALOGUE_FILE = /\.(ya?ml|json|jsonl|jsonl\.gz)$/i

/**
 * The catalogue files behind `path`: itself when it is a file, all of a folder's (recursively, by name, hidden ones and
 * node_modules left out) when it is a folder. Rejects with the file system's error when it does not exist.
 */
export async function* catalogueFiles(path: string): AsyncGenerator<string> {
  if (!(await stat(path)).isDirectory()) {
    yield path
    return
  }
  const entries = await readdir(path, { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    const inner = join(path, entry.name)
    if (entry.isDirectory()) yield* catalogueFiles(inner)
    else if (CATALOGUE_FILE.test(entry.name)) yield inner
  }
}
