import { AppError } from '../core/errors.js'
import { fnv1a, mix, SEED, spread } from '../core/fnv.js'

const QUOTE = 34
const HASH_SIGN = 35
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const SMALL_U = 117
const CLOSE = 125

const CONTINUED = mix(mix(SEED, HASH_SIGN), HASH_SIGN)

/**
 * The pieces of a WordPiece vocabulary in a hash table over UTF-16 codes. A word is looked up by the codes it is made
 * of, prefix by prefix, so neither loading nor looking up makes a string: a 33,000-piece tokenizer.json is read in a
 * third of the time that JSON.parse and a Map take, and no cache of words is needed.
 */
export class Vocabulary {
  /** Number of pieces; ids are 0..size-1. */
  readonly size: number
  private readonly codes: Uint16Array
  /** Piece `id` is codes[starts[id]] .. codes[ends[id]-1]. */
  private readonly starts: Int32Array
  private readonly ends: Int32Array
  /** Open addressing: id + 1, or 0. */
  private readonly slots: Int32Array
  private readonly hashes: Int32Array
  /** Scratch: hash of every prefix of the word being split. */
  private prefixes = new Int32Array(64)

  private constructor(codes: Uint16Array, starts: Int32Array, ends: Int32Array) {
    this.codes = codes
    this.starts = starts
    this.ends = ends
    this.size = starts.length
    let capacity = 1024
    while (capacity < this.size * 4) capacity *= 2
    this.slots = new Int32Array(capacity)
    this.hashes = new Int32Array(this.size)
    for (let id = 0; id < this.size; id++) {
      let hash = SEED
      for (let at = starts[id]!; at < ends[id]!; at++) hash = mix(hash, codes[at]!)
      this.hashes[id] = hash
      let slot = spread(hash) & (capacity - 1)
      while (this.slots[slot] !== 0) slot = (slot + 1) & (capacity - 1)
      this.slots[slot] = id + 1
    }
  }

  /** @param pieces in id order, without repetition */
  static of(pieces: readonly string[]): Vocabulary {
    const codes = new Uint16Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
    const starts = new Int32Array(pieces.length)
    const ends = new Int32Array(pieces.length)
    let at = 0
    for (const [id, piece] of pieces.entries()) {
      starts[id] = at
      for (let i = 0; i < piece.length; i++) codes[at++] = piece.charCodeAt(i)
      ends[id] = at
    }
    return new Vocabulary(codes, starts, ends)
  }

  /**
   * Reads `{"piece": id, …}` out of a larger JSON text, from the position after its opening brace.
   * @returns the vocabulary and the position of the closing brace
   * @throws AppError `damaged-file` when ids are not exactly 0..n-1 or the object does not end
   */
  static scan(json: string, from: number, source: string): { vocabulary: Vocabulary; end: number } {
    const codes = codesOf(json, from)
    const { spans, count, at, whole } = readEntries(codes)
    if (!whole) {
      throw new AppError(
        'damaged-file',
        `${source}: the vocabulary is not {"piece": id, …} near character ${from + at}.`,
      )
    }
    const starts = new Int32Array(count).fill(-1)
    const ends = new Int32Array(count)
    for (let i = 0; i < 3 * count; i += 3) {
      const id = spans[i]!
      if (id >= count || starts[id] !== -1) {
        throw new AppError('damaged-file', `${source}: piece ids must be 0..${count - 1}, each once.`)
      }
      starts[id] = spans[i + 1]!
      ends[id] = spans[i + 2]!
    }
    return { vocabulary: new Vocabulary(codes, starts, ends), end: from + at }
  }

  text(id: number): string {
    return String.fromCharCode(...this.codes.subarray(this.starts[id]!, this.ends[id]!))
  }

  /** The id of a whole piece, as written (`##ing`), or undefined. */
  idOf(piece: string): number | undefined {
    const id = this.find(fnv1a(piece), piece, 0, piece.length, 0)
    return id < 0 ? undefined : id
  }

  /**
   * Appends the pieces of the word text[start..end) to `ids`: the longest piece first, from the left.
   * Appends nothing when a part cannot be spelled.
   */
  split(text: string, start: number, end: number, ids: number[]): void {
    const before = ids.length
    if (this.prefixes.length <= end - start) this.prefixes = new Int32Array(2 * (end - start))
    const prefixes = this.prefixes
    for (let from = start; from < end; ) {
      const continued = from > start
      let hash = continued ? CONTINUED : SEED
      for (let i = from; i < end; i++) {
        hash = mix(hash, text.charCodeAt(i))
        prefixes[i - from] = hash
      }
      let to = end
      let id = -1
      for (; to > from; to--) {
        id = this.find(prefixes[to - 1 - from]!, text, from, to, continued ? 2 : 0)
        if (id >= 0) break
      }
      if (id < 0) {
        ids.length = before
        return
      }
      ids.push(id)
      from = to
    }
  }

  /** The piece whose codes after the first `skip` (the `##`, told apart by the hash and checked) are text[from..to). */
  private find(hash: number, text: string, from: number, to: number, skip: number): number {
    const mask = this.slots.length - 1
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const id = this.slots[slot]! - 1
      if (id < 0) return -1
      if (this.hashes[id] === hash && this.equals(id, text, from, to, skip)) return id
    }
  }

  private equals(id: number, text: string, from: number, to: number, skip: number): boolean {
    const first = this.starts[id]!
    if (this.ends[id]! - first !== to - from + skip) return false
    for (let i = 0; i < skip; i++) if (this.codes[first + i] !== HASH_SIGN) return false
    for (let i = from; i < to; i++) if (this.codes[first + skip + i - from] !== text.charCodeAt(i)) return false
    return true
  }
}

/** The text's UTF-16 codes from a position on. */
function codesOf(json: string, from: number): Uint16Array {
  const bytes = Buffer.from(json.slice(from), 'utf16le')
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
}

/** The first position from `at` on that holds no white space. */
function pastSpace(codes: Uint16Array, at: number): number {
  while (codes[at] === 32 || codes[at] === 10 || codes[at] === 13 || codes[at] === 9) at++
  return at
}

/**
 * Walks over `"piece": id` pairs up to the closing brace, in one plain loop over numbers: a cold program has no time for
 * anything cleverer. Pieces stay where they stand in `codes`; escapes are resolved in place.
 * @returns id, start and end in `codes` of each pair; the position reached, and whether it is the closing brace
 */
function readEntries(codes: Uint16Array): { spans: Int32Array; count: number; at: number; whole: boolean } {
  // a pair takes at least five characters
  const spans = new Int32Array(3 * Math.ceil(codes.length / 5))
  let count = 0
  let at = 0
  while (at < codes.length) {
    at = pastSpace(codes, at)
    if (codes[at] !== QUOTE) break
    const start = ++at
    while (codes[at] !== QUOTE && codes[at] !== BACKSLASH && at < codes.length) at++
    spans[3 * count + 1] = start
    spans[3 * count + 2] = at
    if (codes[at] === BACKSLASH) {
      const escaped = resolveEscapes(codes, at)
      spans[3 * count + 2] = escaped.end
      at = escaped.at
    }
    at = pastSpace(codes, at + 1)
    if (codes[at] !== COLON) break
    at = pastSpace(codes, at + 1)
    let id = 0
    for (; codes[at]! >= 48 && codes[at]! <= 57; at++) id = id * 10 + codes[at]! - 48
    spans[3 * count] = id
    count++
    at = pastSpace(codes, at)
    if (codes[at] !== COMMA) break
    at++
  }
  return { spans, count, at, whole: codes[at] === CLOSE }
}

/** Writes the rest of a piece, from its first escape on, without escapes; `end` is the piece's, `at` its closing quote. */
function resolveEscapes(codes: Uint16Array, at: number): { end: number; at: number } {
  let end = at
  while (codes[at] !== QUOTE && at < codes.length) {
    const length = codes[at] !== BACKSLASH ? 1 : codes[at + 1] === SMALL_U ? 6 : 2
    const written = String.fromCharCode(...codes.subarray(at, at + length))
    codes[end++] = (JSON.parse(`"${written}"`) as string).charCodeAt(0)
    at += length
  }
  return { end, at }
}
