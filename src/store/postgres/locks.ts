import { fnv1aOfBytes } from '../../core/fnv.js'
import type { LockName } from '../store.js'

/** "mgph": keeps our advisory locks apart from those of other programs in the same database. */
const OURS = 0x6d677068

/** The two keys of an advisory lock: ours, and which of ours in which schema (FNV-1a, 32 bits). */
export function lockKey(schema: string, name: LockName): [number, number] {
  return [OURS, fnv1aOfBytes(Buffer.from(`${schema}\0${name}`))]
}
