import { fnv1a, mix, SEED } from '../core/fnv.js'

/** A name as typed: case, accents, spaces and punctuation do not count. */
export const foldName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')

/** FNV-1a of the folded name. Names of ASCII, nearly all, are folded on the way, so that a hundred thousand cost no text each. */
function hashOf(name: string): number {
  let hash = SEED
  for (let i = 0; i < name.length; i++) {
    let code = name.charCodeAt(i)
    if (code > 127) return fnv1a(foldName(name))
    if (code >= 65 && code <= 90) code += 32
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) hash = mix(hash, code)
  }
  return hash
}

/** Who is called what, by hash of the folded name: whoever is found may be called otherwise, and is compared by the asker. */
export class NameIndex<K> {
  private readonly byHash = new Map<number, K | K[]>()

  add(name: string, key: K): void {
    const hash = hashOf(name)
    const known = this.byHash.get(hash)
    if (known === undefined) this.byHash.set(hash, key)
    else if (!Array.isArray(known)) this.byHash.set(hash, known === key ? key : [known, key])
    else if (!known.includes(key)) known.push(key)
  }

  remove(name: string, key: K): void {
    const hash = hashOf(name)
    const known = this.byHash.get(hash)
    if (Array.isArray(known) && known.length > 1) {
      const at = known.indexOf(key)
      if (at >= 0) known.splice(at, 1)
    } else if (known === key || (Array.isArray(known) && known[0] === key)) this.byHash.delete(hash)
  }

  /** Those that may be called so. */
  find(name: string): readonly K[] {
    const known = this.byHash.get(hashOf(name))
    return known === undefined ? [] : Array.isArray(known) ? known : [known]
  }
}
