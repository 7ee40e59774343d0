import type { TokenTable } from '../embedding.js'
import {
  ADD,
  ADD_LANES,
  advance,
  assemble,
  constant,
  countdown,
  countup,
  DOT,
  get,
  LOAD_I32,
  loadVector,
  loadWidened,
  set,
  storeI32,
  sumLanes,
  type WasmFunction,
  ZERO,
} from '../wasm.js'
import { type CosineKernel, inverseNorms, scalarKernel } from './late.js'

/** Asked rows are taken four at a time, so that each found row is loaded once for four products. */
const BLOCK = 4
const PAGE = 65536

/** Numbers of the function's parameters and locals. */
const [ASKED, ASKED_COUNT, FOUND, FOUND_COUNT, OUT, ROW, AT, LEFT, P, I, V, SUM0] = Array.from(
  { length: 12 },
  (_, i) => i,
) as [number, number, number, number, number, number, number, number, number, number, number, number]

/**
 * `dots(asked, askedCount, found, foundCount, out)`: integer dot products of every found row (byte addresses of int8 rows, as a list at `found`)
 * with every asked row (int16 rows one after the other at `asked`, a multiple of four of them), to int32 at `out`, found-major.
 */
function dotsFunction(dims: number): WasmFunction {
  const stride = dims * 2
  const blocks = Array.from({ length: BLOCK }, (_, k) => k)
  const product = (k: number) => [
    ...[...get(V), ...get(P), ...loadVector(k * stride), ...DOT],
    ...[...get(SUM0 + k), ...ADD_LANES, ...set(SUM0 + k)],
  ]
  const eightDimensions = [
    ...[...get(ROW), ...get(I), ADD, ...loadWidened(0), ...set(V)],
    ...blocks.flatMap(product),
    ...advance(P, 16),
  ]
  const block = [
    ...blocks.flatMap((k) => [...ZERO, ...set(SUM0 + k)]),
    ...[...get(AT), ...set(P), ...constant(0), ...set(I)],
    ...countup(I, 8, dims, eightDimensions),
    ...blocks.flatMap((k) => [...get(OUT), ...sumLanes(SUM0 + k), ...storeI32(k * 4)]),
    ...advance(OUT, BLOCK * 4),
    ...advance(AT, BLOCK * stride),
  ]
  const foundRow = [
    ...[...get(FOUND), ...LOAD_I32, ...set(ROW), ...advance(FOUND, 4)],
    ...[...get(ASKED), ...set(AT), ...get(ASKED_COUNT), ...set(LEFT)],
    ...countdown(LEFT, BLOCK, block),
  ]
  return { name: 'dots', parameters: 5, integers: 5, vectors: 5, body: countdown(FOUND_COUNT, 1, foundRow) }
}

const kernels = new WeakMap<object, CosineKernel>()

/** The fastest kernel for a table; made once a table, since it holds a copy of it. */
export function kernelOf(table: Pick<TokenTable, 'rows' | 'size' | 'dims'>): CosineKernel {
  const known = kernels.get(table)
  if (known !== undefined) return known
  const kernel = simdKernel(table)
  kernels.set(table, kernel)
  return kernel
}

/**
 * The kernel with 128-bit WebAssembly SIMD, about ten times as fast as the scalar one and equal to it but for rounding.
 * Falls back to the scalar one for tables whose rows are no multiple of eight long. Takes a copy of the table (`size × dims` bytes).
 */
export function simdKernel(table: Pick<TokenTable, 'rows' | 'size' | 'dims'>): CosineKernel {
  const { rows, size, dims } = table
  if (dims % 8 !== 0) return scalarKernel(table)
  const norms = inverseNorms(table)
  const scratch = Math.ceil((size * dims) / 16) * 16
  const memory = new WebAssembly.Memory({ initial: Math.ceil((scratch + PAGE) / PAGE) })
  new Int8Array(memory.buffer).set(rows)
  const dots = assemble([dotsFunction(dims)], memory).dots as (
    asked: number,
    n: number,
    found: number,
    m: number,
    out: number,
  ) => void
  return (asked, found, cosines) => {
    if (asked.length === 0 || found.length === 0) return
    const width = Math.ceil(asked.length / BLOCK) * BLOCK
    const foundAt = scratch + width * dims * 2
    const outAt = foundAt + found.length * 4
    const missing = outAt + found.length * width * 4 - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
    const wide = new Int16Array(memory.buffer, scratch, width * dims)
    wide.fill(0, asked.length * dims)
    for (let a = 0; a < asked.length; a++) {
      const from = asked[a]! * dims
      for (let i = 0; i < dims; i++) wide[a * dims + i] = rows[from + i]!
    }
    const addresses = new Uint32Array(memory.buffer, foundAt, found.length)
    for (let f = 0; f < found.length; f++) addresses[f] = found[f]! * dims
    dots(scratch, width, foundAt, found.length, outAt)
    const sums = new Int32Array(memory.buffer, outAt, found.length * width)
    const askedNorms = Float32Array.from(asked, (id) => norms[id]!)
    for (let f = 0; f < found.length; f++) {
      const norm = norms[found[f]!]!
      for (let a = 0; a < asked.length; a++) {
        cosines[f * asked.length + a] = sums[f * width + a]! * norm * askedNorms[a]!
      }
    }
  }
}
