type Typed = Int8Array | Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array

/** A copy of `array` with room for `length` elements, the new ones 0; the same array when it is large enough already. */
export function growTo<T extends Typed>(array: T, length: number): T {
  if (length <= array.length) return array
  const grown = new (array.constructor as new (n: number) => T)(length)
  grown.set(array as never)
  return grown
}
