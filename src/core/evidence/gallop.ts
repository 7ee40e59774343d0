/**
 * The first place from `from` on, before `end`, whose value is not below `value`; `end` when there is none. In doubling steps, then halving
 * ones: as fast as a walk where the next is near, as a binary search where it is far.
 */
export function gallop(sorted: ArrayLike<number>, from: number, end: number, value: number): number {
  let step = 1
  let low = from
  let high = from
  while (high < end && sorted[high]! < value) {
    low = high + 1
    high += step
    step *= 2
  }
  if (high > end) high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
