import { growTo } from '../typed.js'

/** Scratch: what changing the first i letters into the first j costs, for the last i, the one before and the one before that. */
let [row, previous, before] = [new Uint16Array(64), new Uint16Array(64), new Uint16Array(64)]

/**
 * Edit distance with transpositions of neighbours counted once (optimal string alignment), or `most + 1` as soon as it must exceed `most`.
 * Only what lies within `most` of the diagonal is worked out (Ukkonen 1985): nothing else can be that near.
 */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  const start = sharedStart(a, b)
  const end = sharedEnd(a, b, start)
  const [n, m] = [a.length - end, b.length - end]
  makeRoom(m - start + 2)
  for (let j = start; j <= m; j++) previous[j - start] = j - start
  for (let i = start + 1; i <= n; i++) {
    const from = Math.max(start + 1, i - most)
    const to = Math.min(m, i + most)
    row[from - 1 - start] = from - 1 === start ? i - start : most + 1
    let least = row[from - 1 - start]!
    const letter = a.charCodeAt(i - 1)
    for (let j = from; j <= to; j++) {
      const at = j - start
      const other = b.charCodeAt(j - 1)
      let cost = previous[at - 1]! + (letter === other ? 0 : 1)
      if (row[at - 1]! + 1 < cost) cost = row[at - 1]! + 1
      if (j < i + most && previous[at]! + 1 < cost) cost = previous[at]! + 1
      const isSwapped =
        i - 1 > start && j - 1 > start && letter === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === other
      if (isSwapped && before[at - 2]! + 1 < cost) cost = before[at - 2]! + 1
      row[at] = cost
      if (cost < least) least = cost
    }
    if (least > most) return most + 1
    ;[before, previous, row] = [previous, row, before]
  }
  return Math.min(previous[m - start]!, most + 1)
}

function sharedStart(a: string, b: string): number {
  let at = 0
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  return at
}

/** Letters alike at the end, none of which is among the first `start`. */
function sharedEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length, b.length) - start
  let at = 0
  while (at < most && a.charCodeAt(a.length - 1 - at) === b.charCodeAt(b.length - 1 - at)) at++
  return at
}

function makeRoom(length: number): void {
  row = growTo(row, length)
  previous = growTo(previous, length)
  before = growTo(before, length)
}
