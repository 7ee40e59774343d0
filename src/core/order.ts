import { growTo } from './typed.js'

/** Runs of so many places are sorted by insertion before they are merged. */
const RUN = 8
let spare: Uint32Array = new Uint32Array(1024)

/**
 * Sorts places by what stands there in a column, largest first, and among equals by what stands in `ties`, smallest first; in place. Merges runs
 * (Knuth 1998, "The Art of Computer Programming" 3, 5.2.4) without a function that compares: a call of one and the number that it makes cost
 * several times what is compared. No value may be NaN.
 */
export function sortByLargest(
  places: Uint32Array,
  column: Float32Array | Float64Array,
  ties: Uint32Array,
): Uint32Array {
  const { length } = places
  for (let from = 0; from < length; from += RUN) insert(places, column, ties, from, Math.min(from + RUN, length))
  spare = growTo(spare, length)
  let [source, target]: [Uint32Array, Uint32Array] = [places, spare]
  for (let width = RUN; width < length; width *= 2) {
    for (let from = 0; from < length; from += 2 * width) {
      const middle = Math.min(from + width, length)
      merge(source, target, column, ties, from, middle, Math.min(middle + width, length))
    }
    ;[source, target] = [target, source]
  }
  if (source !== places) places.set(source.subarray(0, length))
  return places
}

function insert(
  places: Uint32Array,
  column: Float32Array | Float64Array,
  ties: Uint32Array,
  from: number,
  to: number,
): void {
  for (let i = from + 1; i < to; i++) {
    const place = places[i]!
    const value = column[place]!
    let at = i
    for (; at > from; at--) {
      const other = places[at - 1]!
      if (column[other]! > value || (column[other] === value && ties[other]! <= ties[place]!)) break
      places[at] = other
    }
    places[at] = place
  }
}

/** Merges the sorted places of `source` from `from` and from `middle` on into the same stretch of `target`. */
function merge(
  source: Uint32Array,
  target: Uint32Array,
  column: Float32Array | Float64Array,
  ties: Uint32Array,
  from: number,
  middle: number,
  to: number,
): void {
  let [left, right] = [from, middle]
  for (let at = from; at < to; at++) {
    let isLeft = left < middle
    if (isLeft && right < to) {
      const [a, b] = [source[left]!, source[right]!]
      isLeft = column[a]! > column[b]! || (column[a] === column[b] && ties[a]! <= ties[b]!)
    }
    target[at] = isLeft ? source[left++]! : source[right++]!
  }
}
