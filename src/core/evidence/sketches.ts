import { ADD, advance, assemble, constant, get, leb, loadI32, locals, SHIFT_LEFT, set, storeI32 } from '../wasm.js'

/** Signs that a sketch keeps: of the first components. */
const BITS = 256
const WORDS = BITS / 32

/** In the memory stand the asked vector's sketch, how often there is each distance from it, all other sketches, and their distances. */
const HISTOGRAM = 64
const SKETCHES = HISTOGRAM + (BITS + 16) * 4
const PAGE = 65536
/** Distance of a slot without sketch. */
const NONE = BITS + 1

/**
 * Signs of vectors by slot: near vectors differ in few of them. Comparing one with eight thousand others takes about ten microseconds, and of 600
 * needs among 8,192 cells each had its nearest cell among the sixteen whose signs differ least (with 64 mixed signs: 95 % among 132).
 */
export class Sketches {
  /** Vectors of another length, another model's, have no sketch here. */
  readonly dims: number
  private readonly words: Int32Array
  private readonly distances: Uint16Array
  private readonly histogram: Uint32Array
  private readonly kernel: { compare(end: number): void }
  /** Slots from here on have no sketch, and some before. */
  private used = 0
  private readonly holes = new Set<number>()

  /** @param slots how many there may be */
  constructor(dims: number, slots: number) {
    this.dims = dims
    const distances = SKETCHES + slots * WORDS * 4
    const memory = new WebAssembly.Memory({ initial: Math.ceil((distances + slots * 2) / PAGE) })
    this.histogram = new Uint32Array(memory.buffer, HISTOGRAM, BITS + 1)
    this.words = new Int32Array(memory.buffer, 0, distances / 4)
    this.distances = new Uint16Array(memory.buffer, distances, slots)
    this.kernel = assemble([compare(distances)], memory) as unknown as typeof this.kernel
  }

  put(slot: number, vector: Float32Array | undefined): void {
    for (; this.used <= slot; this.used++) this.holes.add(this.used)
    if (vector?.length !== this.dims) {
      this.holes.add(slot)
      return
    }
    this.holes.delete(slot)
    sketch(vector, this.words, SKETCHES / 4 + slot * WORDS)
  }

  /** Slots whose vectors' signs differ least from a vector's, ascending: at least `count` when there are that many, and all that differ as little. */
  nearest(vector: Float32Array, count: number): number[] {
    const { distances, histogram, used } = this
    sketch(vector, this.words, 0)
    histogram.fill(0)
    this.kernel.compare(SKETCHES + used * WORDS * 4)
    for (const slot of this.holes) {
      histogram[distances[slot]!]!--
      distances[slot] = NONE
    }
    let limit = 0
    for (let total = histogram[0]!; limit < BITS && total < count; ) total += histogram[++limit]!
    const chosen: number[] = []
    for (let slot = 0; slot < used; slot++) if (distances[slot]! <= limit) chosen.push(slot)
    return chosen
  }
}

/** Writes the signs of a vector's first components, a bit each. */
function sketch(vector: Float32Array, words: Int32Array, at: number): void {
  words.fill(0, at, at + WORDS)
  const n = Math.min(BITS, vector.length)
  for (let i = 0; i < n; i++) if (vector[i]! > 0) words[at + (i >> 5)]! |= 1 << (i & 31)
}

const loadI64 = (offset: number): number[] => [0x29, 3, ...leb(offset)]
const [XOR, COUNT, ADD_I64, WRAP] = [0x85, 0x7b, 0x7c, 0xa7]
const BELOW = 0x49
const STORE_SHORT = [0x3b, 1, 0]

/**
 * compare(end): how many bits each sketch up to the address `end` differs by from the one at 0, two bytes each, and how often there is each such
 * number; `end` is behind at least one.
 */
const compare = (out: number) => {
  const [END, SKETCH, OUT, BIN] = locals()
  const differing = Array.from({ length: WORDS / 2 }, (_, k) => [
    ...[...get(SKETCH), ...loadI64(k * 8), ...constant(0), ...loadI64(k * 8), XOR, COUNT],
    ...(k > 0 ? [ADD_I64] : []),
  ])
  return {
    name: 'compare',
    parameters: 1,
    integers: 3,
    vectors: 0,
    body: [
      ...[...constant(SKETCHES), ...set(SKETCH), ...constant(out), ...set(OUT)],
      ...[0x03, 0x40],
      ...[...differing.flat(), WRAP, ...set(BIN)],
      ...[...get(OUT), ...get(BIN), ...STORE_SHORT],
      ...[...get(BIN), ...constant(2), SHIFT_LEFT, ...set(BIN)],
      ...[...get(BIN), ...get(BIN), ...loadI32(HISTOGRAM), ...constant(1), ADD, ...storeI32(HISTOGRAM)],
      ...[...advance(SKETCH, WORDS * 4), ...advance(OUT, 2)],
      ...[...get(SKETCH), ...get(END), BELOW, 0x0d, 0, 0x0b],
    ],
  }
}
