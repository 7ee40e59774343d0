/** Long work that can be left off between its steps, each a few milliseconds long. */
export type Steps<T> = Generator<void, T>

/** Rows a step. */
const SLICE = 64

/** Does work on every row from 0 up to `count`, leaving off now and then; `count` may grow meanwhile. */
export function* overRows(count: () => number, work: (row: number) => void, slice = SLICE): Steps<void> {
  for (let row = 0; row < count(); row++) {
    work(row)
    if (row % slice === slice - 1) yield
  }
}

/** All of it, now. */
export function runNow<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Step by step, other work in between. @param isWanted asked before every step; the rest is left undone when it says no */
export async function runBetween<T>(steps: Steps<T>, isWanted: () => boolean): Promise<T | undefined> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve))
    if (!isWanted()) return undefined
    const { done, value } = steps.next()
    if (done) return value
  }
}
