import type { Fault } from '../../src/core/errors.js'
import { member, textOf } from '../../src/core/json.js'

/** Longest chain of references to references that is followed. */
const MAX_HOPS = 32
const MAX_WARNINGS = 20

/** Follows `$ref`s inside one document; those that lead out of it, nowhere, or in a circle are told once each. */
export class References {
  readonly warnings: Fault[] = []
  private readonly root: unknown
  private readonly told = new Set<string>()

  constructor(root: unknown) {
    this.root = root
  }

  /** What `value` stands for: itself, or what its `$ref` leads to; undefined when that leads nowhere. */
  readonly follow = (value: unknown): unknown => {
    let at = value
    for (let hops = 0; hops < MAX_HOPS; hops++) {
      const ref = textOf(member(at, '$ref'))
      if (ref === undefined) return at
      const target = this.target(ref)
      if (target === undefined) return undefined
      at = target
    }
    this.tell(textOf(member(value, '$ref')) ?? '', 'leads in a circle')
    return undefined
  }

  private target(ref: string): unknown {
    if (ref !== '#' && !ref.startsWith('#/'))
      return this.tell(ref, 'leads out of the document; bundle it into one file first')
    let at = this.root
    for (const part of ref.split('/').slice(1)) {
      const key = decoded(part).replace(/~1/g, '/').replace(/~0/g, '~')
      at = Array.isArray(at) ? at[Number(key)] : member(at, key)
      if (at === undefined) return this.tell(ref, 'leads nowhere')
    }
    return at
  }

  private tell(ref: string, what: string): undefined {
    if (this.told.has(ref) || this.warnings.length >= MAX_WARNINGS) return
    this.told.add(ref)
    this.warnings.push({ path: '', message: `the reference ${JSON.stringify(ref.slice(0, 200))} ${what}` })
  }
}

/** JSON pointers in a URI fragment are percent-encoded (RFC 6901, 6). */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** A JSON pointer (RFC 6901) to something in a document. */
export const pointer = (parts: readonly string[]): string =>
  parts.map((part) => `/${part.replace(/~/g, '~0').replace(/\//g, '~1')}`).join('')
