import { fnv1a, mix, SEED } from './fnv.js'

/** A name as typed: case, accents, spaces and punctuation do not count. */
export const foldName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')

/** FNV-1a of the folded name. Names of ASCII, nearly all, are folded on the way, so that a hundred thousand cost no text each. */
export function hashOfName(name: string): number {
  let hash = SEED
  for (let i = 0; i < name.length; i++) {
    let code = name.charCodeAt(i)
    if (code > 127) return fnv1a(foldName(name))
    if (code >= 65 && code <= 90) code += 32
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) hash = mix(hash, code)
  }
  return hash
}
