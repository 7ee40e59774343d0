/** The `k`-th largest of some numbers, 1 ≤ k ≤ their count, none NaN; puts them in another order (Hoare 1961, "Algorithm 65: Find"). */
export function kthLargest(values: Float32Array, k: number): number {
  const at = k - 1
  let [low, high] = [0, values.length - 1]
  while (low < high) {
    const pivot = values[(low + high) >>> 1]!
    let [i, j] = [low, high]
    while (i <= j) {
      while (values[i]! > pivot) i++
      while (values[j]! < pivot) j--
      if (i > j) break
      const value = values[i]!
      values[i++] = values[j]!
      values[j--] = value
    }
    // everything up to j is at least, everything from i on at most the pivot; what stands between is the pivot
    if (at <= j) high = j
    else if (at >= i) low = i
    else return pivot
  }
  return values[at]!
}

/** Numbers of the `k` largest, ascending; of equals the first. */
export function placesOfLargest(values: Float32Array, k: number): Uint32Array {
  const count = Math.min(k, values.length)
  const places = new Uint32Array(count)
  if (count === 0) return places
  const least = kthLargest(values.slice(), count)
  let equals = count
  for (let i = 0; i < values.length; i++) if (values[i]! > least) equals--
  let found = 0
  for (let i = 0; found < count; i++) {
    if (values[i]! > least || (values[i] === least && equals-- > 0)) places[found++] = i
  }
  return places
}
