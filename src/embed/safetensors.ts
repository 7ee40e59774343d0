import { AppError } from '../core/errors.js'

/** One tensor of a safetensors file: a view on the file's bytes, row-major, little-endian. */
export interface Tensor {
  dtype: string
  shape: number[]
  bytes: Uint8Array
}

/** A header longer than this is a damaged file, not a model (the format itself allows 100 MB). */
const MAX_HEADER = 10_000_000

const BYTES: Record<string, number> = {
  I8: 1,
  U8: 1,
  F16: 2,
  BF16: 2,
  I16: 2,
  F32: 4,
  I32: 4,
  U32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
}

interface HeaderEntry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

/**
 * Reads a safetensors file (8 bytes little-endian header length, JSON header, data) without copying the data.
 * @param source named in errors, usually the path
 * @throws AppError `damaged-file` when lengths, offsets and shapes do not agree
 */
export function parseSafetensors(file: Uint8Array, source: string): Map<string, Tensor> {
  const damaged = (why: string) => new AppError('damaged-file', `${source} is not a safetensors file: ${why}.`)
  if (file.length < 8) throw damaged('it is shorter than its header')
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const headerLength = view.getUint32(0, true)
  if (view.getUint32(4, true) !== 0 || headerLength > MAX_HEADER || 8 + headerLength > file.length) {
    throw damaged('the header length does not fit the file')
  }
  let header: Record<string, HeaderEntry>
  try {
    header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)))
  } catch {
    throw damaged('the header is not JSON')
  }
  const data = file.subarray(8 + headerLength)
  const tensors = new Map<string, Tensor>()
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const [start, end] = entry.data_offsets
    const width = BYTES[entry.dtype]
    if (width === undefined) throw damaged(`tensor ${name} has the unknown type ${entry.dtype}`)
    const bytes = entry.shape.reduce((product, n) => product * n, width)
    if (start < 0 || end > data.length || end - start !== bytes) {
      throw damaged(`tensor ${name} claims ${bytes} bytes at ${start}..${end} of ${data.length}`)
    }
    tensors.set(name, { dtype: entry.dtype, shape: entry.shape, bytes: data.subarray(start, end) })
  }
  return tensors
}

/** The tensor's values as floats. Copies, so the result is aligned whatever the file's offsets are. */
export function floatsOf(tensor: Tensor): Float32Array {
  const { dtype, bytes } = tensor
  const copy = new Uint8Array(bytes).buffer
  if (dtype === 'F32') return new Float32Array(copy)
  if (dtype === 'F64') return Float32Array.from(new Float64Array(copy))
  if (dtype === 'I8') return Float32Array.from(new Int8Array(copy))
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(copy), halfToFloat)
  if (dtype === 'BF16') {
    const wide = Uint32Array.from(new Uint16Array(copy), (half) => half << 16)
    return new Float32Array(wide.buffer)
  }
  throw new AppError('damaged-file', `A tensor of type ${dtype} cannot be read as numbers; F32, F16, BF16 and I8 can.`)
}

/** IEEE 754 binary16 → number. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 31
  const fraction = half & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Lays out tensors as a safetensors file: header padded with spaces to a multiple of 8, data in the order given. */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  const header: Record<string, HeaderEntry> = {}
  let offset = 0
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] }
    offset += bytes.length
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const headerLength = Math.ceil(json.length / 8) * 8
  const file = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength)
  new DataView(file.buffer).setUint32(0, headerLength, true)
  file.set(json, 8)
  let at = 8 + headerLength
  for (const { bytes } of tensors.values()) {
    file.set(bytes, at)
    at += bytes.length
  }
  return file
}
