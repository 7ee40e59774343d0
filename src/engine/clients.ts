import { createHmac, randomBytes } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { DAY } from '../core/evidence/decay.js'
import type { LogStore } from '../store/store.js'
import type { Caller } from './evidence-hook.js'

/** Days after which addresses are hidden with another salt: from then on nobody can tell whether two are the same. */
const SALT_DAYS = 180
const SALT = 'client.salt'
/** Addresses whose id is remembered. */
const MOST_LATELY = 1024

/** Who reports, as the log knows it. */
export interface Client {
  /** HMAC, 16 characters. */
  id: string
  /** Holds a key that the operator issued. */
  known: boolean
  /** Tools whose owner this is. */
  owns: string[]
}

/**
 * Turns callers into clients: an anonymous one is its network, a known one its key; both only as an HMAC.
 * A key that ends in `@slug` was issued to the owner of that tool.
 */
export class Clients {
  private readonly secret: string
  private readonly store: LogStore
  private salt: { from: number; value: string }
  /** Ids of the networks that asked lately, under the salt that they were hidden with. */
  private readonly lately = { salt: '', ids: new Map<string, string>() }

  private constructor(secret: string, store: LogStore, salt: { from: number; value: string }) {
    this.secret = secret
    this.store = store
    this.salt = salt
  }

  static async open(secret: string, store: LogStore): Promise<Clients> {
    const clients = new Clients(secret, store, { from: Number.NaN, value: '' })
    await clients.refresh()
    return clients
  }

  /** Takes up the salt that another server on the same store has begun to use. */
  async refresh(): Promise<void> {
    const kept = await this.store.meta(SALT)
    if (kept !== undefined) this.salt = JSON.parse(kept) as typeof this.salt
  }

  of(caller: Caller, now: number): Client {
    if (caller.key !== undefined) {
      const [, ...owns] = caller.key.split('@')
      return { id: `k${this.hide(this.secret, caller.key)}`, known: true, owns }
    }
    return { id: this.anonymous(caller.address, this.saltAt(now)), known: false, owns: [] }
  }

  private anonymous(address: string, salt: string): string {
    const { lately } = this
    if (lately.salt !== salt || lately.ids.size >= MOST_LATELY) {
      lately.salt = salt
      lately.ids.clear()
    }
    const id = lately.ids.get(address) ?? this.hide(salt, networkOf(address))
    lately.ids.set(address, id)
    return id
  }

  /** What stands for a need's words in the log. */
  hashOf(text: string): string {
    return this.hide(this.secret, text.normalize('NFKC').trim().toLowerCase().replace(/\s+/g, ' '))
  }

  private hide(key: string, text: string): string {
    return createHmac('sha256', key).update(text).digest('base64url').slice(0, 16)
  }

  private saltAt(now: number): string {
    if (!(now < this.salt.from + SALT_DAYS * DAY)) {
      this.salt = { from: now, value: randomBytes(18).toString('base64url') }
      // the old salt is overwritten, so the link between an address and its old name is gone
      this.store.setMeta(SALT, JSON.stringify(this.salt)).catch(() => {
        this.salt = { from: Number.NaN, value: '' }
      })
    }
    return this.salt.value
  }
}

/** The network a caller speaks for: its /24, with IPv6 its /48. One household, one office, one rented block: one voice. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  // whatever has no colon is spared the slow look: Node compiles a long expression for the first address
  if (!plain.includes(':') || !isIPv6(plain)) return plain.split('.').slice(0, 3).join('.')
  const [head = '', tail] = plain.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill('0'), ...right]
  return groups
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}
