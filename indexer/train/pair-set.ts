import { fnv1a } from '../../src/core/fnv.js'
import type { WordPiece } from '../../src/embed/wordpiece.js'
import { Growable } from '../../src/index/growable.js'
import type { Pair } from './pairs.js'

/** Longest anchor and positive, in pieces. */
const ANCHOR_LIMIT = 48
const POSITIVE_LIMIT = 96

/** Pairs as piece ids, in shared memory: every worker reads the same copy. `texts` is anchors (even) and positives (odd). */
export interface PairSet {
  readonly count: number
  /** Piece ids of all texts, one after the other; text t is ids[starts[t]] .. ids[starts[t+1]-1]. Pair p has texts 2p and 2p+1. */
  readonly ids: Int32Array
  readonly starts: Int32Array
  /** Drawing weight a pair. */
  readonly weights: Float32Array
  readonly sources: Uint16Array
  /** Hash of each text, lower-cased: equal texts in one batch are not each other's negatives. */
  readonly hashes: Int32Array
}

/** Encodes pairs; those with a side that has no known piece are left out. */
export async function encodePairs(pairs: AsyncIterable<Pair> | Iterable<Pair>, tokenizer: WordPiece): Promise<PairSet> {
  const ids = new Growable((n) => new Int32Array(n))
  const starts = new Growable((n) => new Int32Array(n))
  const weights = new Growable((n) => new Float32Array(n))
  const sources = new Growable((n) => new Uint16Array(n))
  const hashes = new Growable((n) => new Int32Array(n))
  const sourceIds = new Map<string, number>()
  starts.push(0)
  for await (const { source, anchor, positive, weight } of pairs) {
    const left = tokenizer.encode(anchor, ANCHOR_LIMIT)
    const right = tokenizer.encode(positive, POSITIVE_LIMIT)
    if (left.length === 0 || right.length === 0 || weight <= 0) continue
    ids.pushAll(left)
    starts.push(ids.length)
    ids.pushAll(right)
    starts.push(ids.length)
    hashes.push(fnv1a(anchor.toLowerCase()))
    hashes.push(fnv1a(positive.toLowerCase()))
    weights.push(weight)
    if (!sourceIds.has(source)) sourceIds.set(source, sourceIds.size)
    sources.push(sourceIds.get(source)!)
  }
  return {
    count: weights.length,
    ids: share(ids.view()),
    starts: share(starts.view()),
    weights: share(weights.view()),
    sources: share(sources.view()),
    hashes: share(hashes.view()),
  }
}

type Numbers = Int32Array | Uint16Array | Float32Array

function share<T extends Numbers>(array: T): T {
  const Kind = array.constructor as new (buffer: SharedArrayBuffer) => T
  const shared = new Kind(new SharedArrayBuffer(array.byteLength))
  shared.set(array)
  return shared
}
