import type { LockName } from '../store.js'

/** "mgph": keeps our advisory locks apart from those of other programs in the same database. */
const OURS = 0x6d677068

/** The two keys of an advisory lock: ours, and which of ours in which schema (FNV-1a, 32 bits). */
export function lockKey(schema: string, name: LockName): [number, number] {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(`${schema}\0${name}`)) hash = Math.imul(hash ^ byte, 0x01000193)
  return [OURS, hash | 0]
}
