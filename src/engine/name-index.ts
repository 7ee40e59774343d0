import { hashOfName } from '../core/fold-name.js'

/** Who is called what, by hash of the folded name: whoever is found may be called otherwise, and is compared by the asker. */
export class NameIndex {
  private readonly byHash = new Map<number, string | string[]>()

  add(name: string, key: string): void {
    const hash = hashOfName(name)
    const known = this.byHash.get(hash)
    if (known === undefined) this.byHash.set(hash, key)
    else if (!Array.isArray(known)) this.byHash.set(hash, known === key ? key : [known, key])
    else if (!known.includes(key)) known.push(key)
  }

  remove(name: string, key: string): void {
    const hash = hashOfName(name)
    const known = this.byHash.get(hash)
    if (Array.isArray(known) && known.length > 1) {
      const at = known.indexOf(key)
      if (at >= 0) known.splice(at, 1)
    } else if (known === key || (Array.isArray(known) && known[0] === key)) this.byHash.delete(hash)
  }

  /** Those that may be called so. */
  find(name: string): readonly string[] {
    const known = this.byHash.get(hashOfName(name))
    return known === undefined ? [] : Array.isArray(known) ? known : [known]
  }
}
