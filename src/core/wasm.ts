/**
 * Just enough of an assembler for small WebAssembly functions over one imported memory (WebAssembly core specification 2.0, binary format,
 * chapter 5). Every helper answers the bytes of its part.
 */

/** Unsigned LEB128. */
export function leb(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>>= 7
  } while (rest > 0)
  return bytes
}

/** Signed LEB128 of a number ≥ 0. */
function sleb(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x3f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return [...bytes, rest]
}

const vector = (entries: number[][]): number[] => [...leb(entries.length), ...entries.flat()]
const section = (id: number, content: number[]): number[] => [id, ...leb(content.length), ...content]
const text = (name: string): number[] => [...leb(name.length), ...[...name].map((c) => c.charCodeAt(0))]
const simd = (op: number, ...rest: number[]): number[] => [0xfd, ...leb(op), ...rest]

export const I32 = 0x7f
export const V128 = 0x7b
export const ADD = 0x6a
export const MULTIPLY = 0x6c
const XOR = 0x73
export const SHIFT_LEFT = 0x74
export const OR_INTEGERS = 0x72
export const IS_ZERO = 0x45
export const loadI32 = (offset: number): number[] => [0x28, 2, ...leb(offset)]
export const LOAD_I32 = loadI32(0)
export const get = (local: number): number[] => [0x20, ...leb(local)]
export const set = (local: number): number[] => [0x21, ...leb(local)]
export const constant = (value: number): number[] => [0x41, ...sleb(value)]
export const storeI32 = (offset: number): number[] => [0x36, 2, ...leb(offset)]
/** local += n */
export const advance = (local: number, n: number): number[] => [...get(local), ...constant(n), ADD, ...set(local)]
/** Eight int16, or sixteen bytes of anything. */
export const loadVector = (offset: number): number[] => simd(0x00, 0, ...leb(offset))
/** Eight int8, widened to int16. */
export const loadWidened = (offset: number): number[] => simd(0x01, 0, ...leb(offset))
/** Products of int16 lanes, neighbours added: four int32. */
export const DOT = simd(0xba)
export const ADD_LANES = simd(0xae)
/** Sixteen times the same byte. */
export const splatBytes = (byte: number): number[] => simd(0x0c, ...new Array(16).fill(byte))
export const ZERO = splatBytes(0)
export const storeVector = (offset: number): number[] => simd(0x0b, 0, ...leb(offset))
/** Picks int32 lanes of two vectors: 0 to 3 of the first, 4 to 7 of the second. */
export const pickLanes = (...lanes: [number, number, number, number]): number[] =>
  simd(0x0d, ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)))
/** One float32, in all lanes. */
export const loadSplatFloat = (offset: number): number[] => simd(0x09, 2, ...leb(offset))
export const splatFloats = (value: number): number[] => [
  ...[0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  ...simd(0x13),
]
export const TO_FLOATS = simd(0xfa)
export const MULTIPLY_FLOATS = simd(0xe6)
/** The larger of each lane; neither may be NaN. */
export const LARGER_FLOATS = simd(0xeb)
export const AND = simd(0x4e)
/** For each byte of the second operand, the byte of the first that it is the number of. */
export const SWIZZLE = simd(0x0e)
export const ADD_BYTES = simd(0x6e)
export const ADD_SHORTS = simd(0x8e)
export const SUBTRACT_SHORTS = simd(0x91)
export const SPLAT_SHORTS = simd(0x10)
/** All ones in each int16 lane of the first operand that is at least the second's. */
export const AT_LEAST_SHORTS = simd(0x35)
/** One bit for each int16 lane: its sign. */
export const SIGNS_OF_SHORTS = simd(0x84)
export const shiftShortsLeft = (bits: number): number[] => [...constant(bits), ...simd(0x8b)]
export const shiftShortsRight = (bits: number): number[] => [...constant(bits), ...simd(0x8d)]
/** The sum of four int32 lanes of a local. */
export const sumLanes = (local: number): number[] =>
  [0, 1, 2, 3].flatMap((lane) => [...get(local), ...simd(0x1b, lane), ...(lane > 0 ? [ADD] : [])])
/** Runs `body` until the local, less `step` after each turn, is 0. */
export const countdown = (local: number, step: number, body: number[]): number[] => [
  ...[0x03, 0x40],
  ...body,
  ...[...get(local), ...constant(step), 0x6b, ...set(local)],
  ...[...get(local), 0x0d, 0, 0x0b],
]
/** Runs `body` while the local, more by `step` after each turn, is below `limit`. */
export const countup = (local: number, step: number, limit: number, body: number[]): number[] => [
  ...[0x03, 0x40],
  ...body,
  ...advance(local, step),
  ...[...get(local), ...constant(limit), 0x49, 0x0d, 0, 0x0b],
]

/** Numbers of a function's parameters and locals, as many as are taken. */
export function* locals(): Generator<number, never> {
  for (let number = 0; ; number++) yield number
}

const LINE = 64
/**
 * Looks at each cache line of `bytes` bytes at a local, and keeps what it saw in another, so that the look is not optimized away. Things far
 * apart are waited for one by one when each is worked through; a look at all of them first lets the waits overlap.
 */
export const touch = (address: number, seen: number, bytes: number): number[] =>
  Array.from({ length: Math.ceil(bytes / LINE) }, (_, k) => k * LINE).flatMap((at) => [
    ...[...get(address), ...loadI32(at), ...get(seen), XOR, ...set(seen)],
  ])

/** One function: `i32` parameters, more `i32` and `v128` locals after them, no result. */
export interface WasmFunction {
  name: string
  parameters: number
  integers: number
  vectors: number
  body: number[]
}

/** Compiles functions over a memory. */
export function assemble(functions: readonly WasmFunction[], memory: WebAssembly.Memory): WebAssembly.Exports {
  const type = ({ parameters }: WasmFunction) => [0x60, ...vector(new Array(parameters).fill([I32])), 0]
  const code = ({ integers, vectors, body }: WasmFunction) => {
    const locals = vector([
      [...leb(integers), I32],
      [...leb(vectors), V128],
    ])
    const whole = [...locals, ...body, 0x0b]
    return [...leb(whole.length), ...whole]
  }
  const bytes = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(functions.map(type))),
    ...section(2, vector([[...text('m'), ...text('m'), 0x02, 0x00, 1]])),
    ...section(3, vector(functions.map((_, i) => leb(i)))),
    ...section(7, vector(functions.map(({ name }, i) => [...text(name), 0x00, ...leb(i)]))),
    ...section(10, vector(functions.map(code))),
  ])
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: memory } }).exports
}
