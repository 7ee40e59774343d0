/** What one training run keeps in its shared memory: one float32 area each, by offset in floats. */
export interface Layout {
  size: number
  dims: number
  batch: number
  /** 3 × size × dims: the table, then Adam's first and second moments. */
  table: number
  /** batch × dims each: unit vectors of anchors and positives, then their gradients. */
  anchors: number
  positives: number
  anchorGradients: number
  positiveGradients: number
  /** dims × batch each: the same vectors, transposed. */
  anchorsTransposed: number
  positivesTransposed: number
  /** batch × batch each: similarities, which become gradients, and their transpose. */
  similarities: number
  transposed: number
  /** 2 × batch: lengths before scaling to unit length, anchors first. */
  norms: number
  /** batch: sums over the rows; blocks × batch: sums over the columns, a block of rows each. */
  rowSums: number
  columnSums: number
  /** batch: loss a row. */
  losses: number
  /** Bytes altogether. */
  bytes: number
}

/** Rows a block of column sums: fixed, so that results do not depend on the number of workers. */
export const BLOCK = 32

/** @param batch a multiple of `BLOCK`; @param dims a multiple of 4 */
export function layoutOf(size: number, dims: number, batch: number): Layout {
  let used = 0
  const area = (floats: number) => {
    const start = used
    used += Math.ceil(floats / 4) * 4
    return start
  }
  const layout = {
    ...{ size, dims, batch },
    table: area(3 * size * dims),
    anchors: area(batch * dims),
    positives: area(batch * dims),
    anchorGradients: area(batch * dims),
    positiveGradients: area(batch * dims),
    anchorsTransposed: area(batch * dims),
    positivesTransposed: area(batch * dims),
    similarities: area(batch * batch),
    transposed: area(batch * batch),
    norms: area(2 * batch),
    rowSums: area(batch),
    columnSums: area((batch / BLOCK) * batch),
    losses: area(batch),
  }
  return { ...layout, bytes: used * 4 }
}
