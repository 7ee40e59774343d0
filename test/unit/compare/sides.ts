import type { Capability, Tool } from '../../../src/core/catalogue.js'
import { align, type Fit } from '../../../src/core/compare/align.js'
import { assign } from '../../../src/core/compare/assignment.js'
import type { Portrait } from '../../../src/core/compare/likeness.js'
import type { Side } from '../../../src/core/compare/subject.js'

export const tool = (slug: string, more: Partial<Tool> = {}): Tool => ({
  slug,
  name: slug.toUpperCase(),
  type: 'platform',
  description: '',
  ...more,
})

/** A unit vector in the plane, by its angle in degrees. */
export const towards = (degrees: number): Float32Array =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180))

export const portrait = (degrees: readonly number[], words: Record<string, number> = {}): Portrait => ({
  rows: degrees.map(towards),
  words: new Map(Object.entries(words)),
})

type Written = Partial<Capability> & { name: string; rows?: readonly number[] }

/** A side whose capabilities each count once. */
export function sideWith(of: Tool, ...written: Written[]): Side {
  return {
    tool: of,
    capabilities: written.map(({ rows: _, ...capability }, i) => ({
      id: `${of.slug}.${i}`,
      description: `${capability.name} by ${of.name}.`,
      ...capability,
    })) as Capability[],
    portraits: written.map(({ rows = [0] }) => portrait(rows)),
    total: written.length,
    groups: written.map((_, i) => [i]),
  }
}

export const named = (of: Tool, ...names: string[]): Side => sideWith(of, ...names.map((name) => ({ name })))

/** A fit with the probabilities given row by row; what is at least ½ is a counterpart. */
export function fitWith(rows: readonly (readonly number[])[]): Fit {
  const columns = rows[0]?.length ?? 0
  const probability = Float64Array.from(rows.flat())
  const same = (p: number): boolean => p >= 0.5
  const share = (lists: readonly (readonly number[])[]): number =>
    lists.filter((list) => list.some(same)).length / lists.length
  return {
    probability,
    similarity: probability.map((p) => p / 2),
    columns,
    partner: assign(
      probability.map((p) => (same(p) ? p : 0)),
      rows.length,
      columns,
    ),
    coverage: [share(rows), share(Array.from({ length: columns }, (_, j) => rows.map((row) => row[j]!)))],
  }
}

/** The rows that two sides make together. */
export const alignedRows = (a: Side, b: Side, fit: Fit) => align([a, b], [[fit, fit], []])
