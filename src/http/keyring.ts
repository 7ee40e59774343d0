import { createHash, timingSafeEqual } from 'node:crypto'
import fs from 'node:fs'
import type { Settings } from '../config.js'
import { AppError } from '../core/errors.js'

export const SCOPES = ['read', 'match', 'write', 'admin'] as const
/** read: ask; match: report; write: change tools; admin: everything else (jobs, replay, demand). */
export type Scope = (typeof SCOPES)[number]

interface Entry {
  digest: Buffer
  scopes: ReadonlySet<Scope>
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * The keys the operator issued, kept as SHA-256 digests. An entry is `KEY`, or `sha256:HEX` so that the key itself stands nowhere,
 * each with optional scopes: `KEY=read+match`. They come from the settings and from MATCHGRAPH_KEYS_FILE (one entry a line,
 * `#` comments), which is read again on SIGHUP.
 */
export class Keyring {
  private readonly settings: Settings
  private entries: Entry[] = []

  constructor(settings: Settings) {
    this.settings = settings
    this.reload()
  }

  /** @throws AppError `invalid-parameter` for a faulty entry; the keys before stay in force */
  reload(): void {
    const { MATCHGRAPH_ADMIN_KEYS, MATCHGRAPH_CLIENT_KEYS, MATCHGRAPH_KEYS_FILE } = this.settings
    this.entries = [
      ...MATCHGRAPH_ADMIN_KEYS.map((text) => entryOf(text, SCOPES)),
      ...MATCHGRAPH_CLIENT_KEYS.map((text) => entryOf(text, ['read', 'match'])),
      ...(MATCHGRAPH_KEYS_FILE === undefined
        ? []
        : linesOf(MATCHGRAPH_KEYS_FILE).map((text) => entryOf(text, ['read', 'match']))),
    ]
  }

  get hasAdmin(): boolean {
    return this.entries.some(({ scopes }) => scopes.has('admin'))
  }

  /** Scopes of a key; undefined for one that was never issued. Compares digests in constant time, with every entry. */
  scopesOf(key: string): ReadonlySet<Scope> | undefined {
    const given = digestOf(key)
    let found: Entry | undefined
    for (const entry of this.entries) if (timingSafeEqual(given, entry.digest)) found ??= entry
    return found?.scopes
  }
}

function entryOf(text: string, fallback: readonly Scope[]): Entry {
  const [, key, list] = /^(.*?)(?:=([a-z+]+))?$/s.exec(text)!
  const scopes = (list?.split('+') ?? fallback) as Scope[]
  const unknown = scopes.find((scope) => !SCOPES.includes(scope))
  if (unknown !== undefined) {
    throw new AppError(
      'invalid-parameter',
      `"${unknown}" is not a scope of a key; scopes are ${SCOPES.join(', ')}, joined by "+".`,
    )
  }
  const hex = /^sha256:([0-9a-f]{64})$/i.exec(key!)?.[1]
  return { digest: hex === undefined ? digestOf(key!) : Buffer.from(hex, 'hex'), scopes: new Set(scopes) }
}

function linesOf(file: string): string[] {
  try {
    return fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim())
      .filter(Boolean)
  } catch (error) {
    throw new AppError('invalid-parameter', `MATCHGRAPH_KEYS_FILE cannot be read: ${(error as Error).message}.`)
  }
}
