import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(4096)
let used = pool.length

/** A random id of so many bytes, base64url. Drawn from a pool: asking the system each time costs 5 µs, and every search takes several. */
export function randomId(bytes = 12): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const id = pool.toString('base64url', used, used + bytes)
  used += bytes
  return id
}
