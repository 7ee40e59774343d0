// FNV-1a (Fowler, Noll, Vo), 32 bits, in signed integers; over bytes or UTF-16 codes
export const SEED = 0x811c9dc5 | 0
export const mix = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193)
/** Brings the high bits into the low ones, by which a table is addressed. */
export const spread = (hash: number): number => hash ^ (hash >>> 15)

/** The hash of a text's UTF-16 codes. */
export function fnv1a(text: string): number {
  let hash = SEED
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i))
  return hash
}

/** The hash of bytes. */
export const fnv1aOfBytes = (bytes: Uint8Array): number => bytes.reduce(mix, SEED)
