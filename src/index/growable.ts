type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array

/** A typed array that grows by half when full. `view()` is the filled part, valid until the next push. */
export class Growable<T extends Numbers> {
  length = 0
  /** The filled part and spare room after it, valid until the next push. */
  raw: T
  private readonly make: (size: number) => T

  /** @param initial the first values; taken over with the memory behind them, not copied */
  constructor(make: (size: number) => T, initial?: T) {
    this.make = make
    this.raw = initial ? withSpare(initial) : make(1024)
    this.length = initial?.length ?? 0
  }

  push(value: number): void {
    if (this.length === this.raw.length) this.reserve(this.length + 1)
    this.raw[this.length++] = value
  }

  pushAll(values: ArrayLike<number>): void {
    if (this.length + values.length > this.raw.length) this.reserve(this.length + values.length)
    this.raw.set(values, this.length)
    this.length += values.length
  }

  view(): T {
    return this.raw.subarray(0, this.length) as T
  }

  private reserve(size: number): void {
    const next = this.make(Math.max(size, this.raw.length + (this.raw.length >>> 1), 1024))
    next.set(this.view())
    this.raw = next
  }
}

/** The array with what its memory has room for after it. */
function withSpare<T extends Numbers>(array: T): T {
  const { buffer, byteOffset, BYTES_PER_ELEMENT } = array
  const room = Math.floor((buffer.byteLength - byteOffset) / BYTES_PER_ELEMENT)
  const Same = array.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => T
  return new Same(buffer, byteOffset, room)
}

export const growableU8 = (initial?: Uint8Array) => new Growable<Uint8Array>((n) => new Uint8Array(n), initial)
export const growableU16 = (initial?: Uint16Array) => new Growable<Uint16Array>((n) => new Uint16Array(n), initial)
export const growableU32 = (initial?: Uint32Array) => new Growable<Uint32Array>((n) => new Uint32Array(n), initial)
export const growableI32 = (initial?: Int32Array) => new Growable<Int32Array>((n) => new Int32Array(n), initial)
export const growableF32 = (initial?: Float32Array) => new Growable<Float32Array>((n) => new Float32Array(n), initial)
export const growableF64 = (initial?: Float64Array) => new Growable<Float64Array>((n) => new Float64Array(n), initial)
