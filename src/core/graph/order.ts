/** Times the two middle and outer columns are re-ordered by their neighbours; more changes nothing on graphs of 60 nodes. */
const SWEEPS = 4

/** Edges of a layered drawing: each joins a node of one column with one of the next. */
export interface Link {
  from: string
  to: string
}

/**
 * Orders the columns of a layered drawing so that few edges cross: barycentre heuristic (Sugiyama, Tagawa & Toda 1981), columns
 * re-ordered in turn by the mean place of a node's neighbours in the column beside it. Keeps the given order among equals.
 * @returns the columns with the same nodes, re-ordered; the best of the orders tried, the given one among them
 */
export function fewCrossings(columns: readonly (readonly string[])[], links: readonly Link[]): string[][] {
  let current = columns.map((column) => [...column])
  let best = current
  let least = crossings(current, links)
  for (let sweep = 0; sweep < SWEEPS && least > 0; sweep++) {
    const forth = sweep % 2 === 0
    const order = forth ? [1, 2].filter((i) => i < current.length) : [1, 0].filter((i) => i < current.length - 1)
    current = current.map((column) => [...column])
    for (const i of order) current[i] = byNeighbours(current[i]!, current[forth ? i - 1 : i + 1]!, links)
    const now = crossings(current, links)
    if (now < least) {
      least = now
      best = current
    }
  }
  return best
}

function byNeighbours(column: readonly string[], fixed: readonly string[], links: readonly Link[]): string[] {
  const place = new Map(fixed.map((id, i) => [id, i]))
  const centre = new Map(
    column.map((id, i) => {
      const places = links.flatMap(({ from, to }) => {
        const at = from === id ? place.get(to) : to === id ? place.get(from) : undefined
        return at === undefined ? [] : [at]
      })
      return [id, places.length === 0 ? i : places.reduce((sum, at) => sum + at, 0) / places.length]
    }),
  )
  return [...column].sort((a, b) => centre.get(a)! - centre.get(b)! || column.indexOf(a) - column.indexOf(b))
}

/** Pairs of edges that cross between neighbouring columns. */
export function crossings(columns: readonly (readonly string[])[], links: readonly Link[]): number {
  let count = 0
  for (let i = 1; i < columns.length; i++) {
    const [left, right] = [
      new Map(columns[i - 1]!.map((id, at) => [id, at])),
      new Map(columns[i]!.map((id, at) => [id, at])),
    ]
    const placed = links.flatMap(({ from, to }) => {
      const [a, b] = [left.get(from) ?? left.get(to), right.get(to) ?? right.get(from)]
      return a === undefined || b === undefined ? [] : [[a, b] as const]
    })
    for (const [n, [a, b]] of placed.entries()) {
      for (const [c, d] of placed.slice(0, n)) if ((a - c) * (b - d) < 0) count++
    }
  }
  return count
}
