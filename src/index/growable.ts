type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array

/** A typed array that grows by half when full. `view()` is the filled part, valid until the next push. */
export class Growable<T extends Numbers> {
  length = 0
  private data: T
  private readonly make: (size: number) => T

  constructor(make: (size: number) => T, initial?: T) {
    this.make = make
    this.data = initial ?? make(1024)
    this.length = initial?.length ?? 0
  }

  push(value: number): void {
    if (this.length === this.data.length) this.reserve(this.length + 1)
    this.data[this.length++] = value
  }

  pushAll(values: ArrayLike<number>): void {
    if (this.length + values.length > this.data.length) this.reserve(this.length + values.length)
    this.data.set(values, this.length)
    this.length += values.length
  }

  view(): T {
    return this.data.subarray(0, this.length) as T
  }

  private reserve(size: number): void {
    const next = this.make(Math.max(size, this.data.length + (this.data.length >>> 1), 1024))
    next.set(this.view())
    this.data = next
  }
}
