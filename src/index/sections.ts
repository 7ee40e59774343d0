import { AppError } from '../core/errors.js'

/** Named typed arrays, as the structures of the relevance index give them to a snapshot. */
export type NamedArrays = [name: string, array: ArrayBufferView][]

export const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength)

export const damaged = (what: string): AppError =>
  new AppError(
    'damaged-file',
    `The relevance snapshot cannot be used (${what}); it is derived and will be rebuilt from the database.`,
  )

/**
 * The sections of a snapshot as typed arrays over the same memory, little-endian as the machine is.
 * Every method throws `damaged-file` for a section that is missing or is no array of that type.
 */
export class SectionReader {
  private readonly sections: ReadonlyMap<string, Uint8Array>

  constructor(sections: ReadonlyMap<string, Uint8Array>) {
    this.sections = sections
  }

  u8(name: string): Uint8Array {
    const found = this.sections.get(name)
    if (found === undefined) throw damaged(`the section "${name}" is missing`)
    return found
  }

  u16(name: string): Uint16Array {
    const { buffer, byteOffset, byteLength } = this.aligned(name, 2)
    return new Uint16Array(buffer, byteOffset, byteLength / 2)
  }

  u32(name: string): Uint32Array {
    const { buffer, byteOffset, byteLength } = this.aligned(name, 4)
    return new Uint32Array(buffer, byteOffset, byteLength / 4)
  }

  i32(name: string): Int32Array {
    const { buffer, byteOffset, byteLength } = this.aligned(name, 4)
    return new Int32Array(buffer, byteOffset, byteLength / 4)
  }

  f32(name: string): Float32Array {
    const { buffer, byteOffset, byteLength } = this.aligned(name, 4)
    return new Float32Array(buffer, byteOffset, byteLength / 4)
  }

  f64(name: string): Float64Array {
    const { buffer, byteOffset, byteLength } = this.aligned(name, 8)
    return new Float64Array(buffer, byteOffset, byteLength / 8)
  }

  text(name: string): string {
    return new TextDecoder().decode(this.u8(name))
  }

  /** A copy only when the section does not start where such numbers may stand. */
  private aligned(name: string, width: number): Uint8Array {
    const found = this.u8(name)
    if (found.byteLength % width !== 0) throw damaged(`the section "${name}" is cut short`)
    return found.byteOffset % width === 0 ? found : found.slice()
  }
}
