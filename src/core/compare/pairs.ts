import type { Aligned, Comparison, Only } from '../api/compare.js'
import type { AlignedRow, Fit } from './align.js'
import { refOf, type Side } from './subject.js'

/** The capabilities that several tools have, surest first. */
export function alignedOf(sides: readonly Side[], rows: readonly AlignedRow[]): Aligned[] {
  return rows
    .filter(({ groups }) => groups.filter((group) => group >= 0).length > 1)
    .sort((x, y) => y.probability - x.probability)
    .map(({ groups, probability, similarity }) => ({
      probability,
      similarity,
      members: groups.flatMap((group, i) => {
        if (group < 0) return []
        const { description, limitations = [] } = speaker(sides[i]!, group)
        return [{ ...refOf(sides[i]!, group), description, limitations }]
      }),
    }))
}

/** The capabilities that one tool has alone, by slug, in the order of its record; each with the nearest one elsewhere. */
export function onlyOf(
  sides: readonly Side[],
  rows: readonly AlignedRow[],
  fits: readonly (readonly Fit[])[],
): Comparison['only'] {
  return Object.fromEntries(
    sides.map((side, i) => {
      const lone = rows.filter(({ groups }) => groups[i]! >= 0 && groups.every((group, j) => j === i || group < 0))
      const groups = lone.map((row) => row.groups[i]!).sort((x, y) => x - y)
      return [side.tool.slug, groups.map((group): Only => onlyWith(sides, fits, i, group))]
    }),
  )
}

function onlyWith(sides: readonly Side[], fits: readonly (readonly Fit[])[], i: number, group: number): Only {
  let nearest: Only['nearest']
  for (const [j, other] of sides.entries()) {
    if (j === i) continue
    const pair = i < j ? fits[i]![j]! : fits[j]![i]!
    for (let their = 0; their < other.groups.length; their++) {
      const at = i < j ? group * pair.columns + their : their * pair.columns + group
      const probability = pair.probability[at]!
      if (probability > (nearest?.probability ?? 0)) nearest = { ...refOf(other, their), probability }
    }
  }
  const { description } = speaker(sides[i]!, group)
  return { ...refOf(sides[i]!, group), description, ...(nearest && { nearest }) }
}

const speaker = (side: Side, group: number) => side.capabilities[side.groups[group]![0]!]!
