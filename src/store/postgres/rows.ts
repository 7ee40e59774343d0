export interface ToolRow {
  slug: string
  record: string
  hash: string
  born_at: number
}

export interface CapabilityRow {
  label: number
  id: string
  tool_slug: string
  record: string
  hash: string
  texts: string
  born_at: number
}

/** Rows read at once by what streams. */
export const PAGE = 1000

/** Rows a statement writes: large enough that round trips do not count, small enough that no statement takes long. */
const PIECE = 2000

export function* inPieces<T>(all: readonly T[]): Generator<T[]> {
  for (let i = 0; i < all.length; i += PIECE) yield all.slice(i, i + PIECE)
}
