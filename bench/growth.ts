import type { GrowthPoint } from './report.js'
import { type RunOptions, run } from './run.js'

/** matchgraph alone at each size, smallest first; stops after one that could not be built or measured in its time. */
export async function grow(
  sizes: readonly number[],
  options: (size: number) => RunOptions,
): Promise<{ points: GrowthPoint[]; notes: string[] }> {
  const points: GrowthPoint[] = []
  const notes: string[] = []
  for (const size of [...sizes].sort((a, b) => a - b)) {
    try {
      const { about, rows } = await run({ ...options(size), size, only: ['matchgraph'], http: false, insert: false })
      points.push({ capabilities: about.capabilities, row: rows[0]! })
      notes.push(...rows[0]!.notes.map((note) => `${size.toLocaleString('en')}: ${note}`))
    } catch (error) {
      notes.push(`${size.toLocaleString('en')}: ${(error as Error).message}`)
      break
    }
  }
  return { points, notes }
}
