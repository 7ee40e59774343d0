type Typed = Int8Array | Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array

/** A copy of `array` with room for `length` elements, the new ones 0; the same array when it is large enough already. */
export function growTo<T extends Typed>(array: T, length: number): T {
  if (length <= array.length) return array
  const grown = new (array.constructor as new (n: number) => T)(length)
  grown.set(array as never)
  return grown
}

/** A length of at least `needs`, more by half than `has` when that is too small: adding one by one copies each element a few times at most. */
export const roomFor = (has: number, needs: number): number => (needs <= has ? has : Math.max(needs, has + (has >>> 1)))
