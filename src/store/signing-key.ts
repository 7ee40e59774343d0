import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * The home's signing key, PEM; made with `make` when there is none. Of two processes that start at once, one makes it
 * and both read it. Only its owner can read the file.
 */
export function signingKey(home: string, make: () => string): string {
  const file = path.join(home, 'signing-key.pem')
  const known = readIfThere(file)
  if (known !== undefined) return known
  mkdirSync(home, { recursive: true })
  const temp = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(temp, make(), { mode: 0o600 })
  try {
    // a link appears whole and never replaces what is there
    linkSync(temp, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(temp)
  }
  return readFileSync(file, 'utf8')
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
