import fs from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the peers' package.json, seen from the compiled file. */
export const PEERS = fileURLToPath(new URL('../../bench/', import.meta.url))

/**
 * A peer's module. Peers are installed apart from the product, so the compiler knows only the little of them that we use.
 * @throws Error that says how to install it
 */
export async function peer<T>(name: string): Promise<T> {
  const { load } = (await import(new URL('../../bench/peers.mjs', import.meta.url).href)) as {
    load(name: string): Promise<T>
  }
  try {
    return await load(name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(`${name} is not installed (npm ci --prefix bench)`)
  }
}

/** The version of an installed peer or of a dependency of the product. */
export function versionOf(name: string): string | undefined {
  for (const folder of [PEERS, `${PEERS}../`]) {
    const file = `${folder}node_modules/${name}/package.json`
    if (fs.existsSync(file)) return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version
  }
  return undefined
}
