/** Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), also LanceDB's default. */
const RRF_K = 60

/** Mixes ranked lists: each entry counts 1 / (60 + rank) a list. */
export function fused(lists: readonly (readonly number[])[], top: number): number[] {
  const scores = new Map<number, number>()
  for (const list of lists) {
    for (const [i, one] of list.entries()) scores.set(one, (scores.get(one) ?? 0) + 1 / (RRF_K + i + 1))
  }
  return [...scores]
    .sort((a, b) => b[1] - a[1])
    .slice(0, top)
    .map(([one]) => one)
}
