import type { Claim, Row } from '../api/compare.js'
import type { Attribute, Capability, Tool } from '../catalogue.js'
import { contradictions } from './contradictions.js'
import { amountWords, priceChange } from './price.js'
import { labelOf } from './words.js'

/** A tool as the table needs it. */
export interface Described {
  tool: Tool
  capabilities: readonly Pick<Capability, 'name' | 'description'>[]
  /** Figures that this server counts or works out: rank, its parts, capabilities, matches. Of every tool the same ones. */
  measures?: readonly Measure[]
}

/** One figure of a tool; `value` is undefined where nothing is known. */
export interface Measure {
  id: string
  label: string
  value: number | undefined
  unit?: string
}

type Cells = Record<string, Claim | null>

/**
 * The rows of a comparison table: facts of the records and all attributes, those that tell the tools apart the most first,
 * then those that only some state, equal ones last. A value that a record does not give is null, never 0 or "no".
 */
export function rowsOf(sides: readonly Described[]): Row[] {
  const rows = [...factRows(sides), ...measureRows(sides), ...attributeRows(sides)]
  const order = { differs: 0, partial: 1, equal: 2 }
  return rows.sort((x, y) => order[x.state] - order[y.state] || y.apart - x.apart)
}

function factRows(sides: readonly Described[]): Row[] {
  const fact = (id: string, label: string, read: (tool: Tool) => Claim | null, note?: string): Row[] => {
    const cells = Object.fromEntries(sides.map(({ tool }) => [tool.slug, read(tool)]))
    return Object.values(cells).every((cell) => cell === null) ? [] : [rowOf(id, label, cells, note)]
  }
  const plain = (value: string | undefined): Claim | null => (value ? { value } : null)
  const priced = (tool: Tool, value: Claim['value'] | undefined): Claim | null => {
    if (value === undefined) return null
    const { source, asOf } = tool.pricing!
    return { value, ...(source && { source }), ...(asOf && { asOf }) }
  }
  return [
    ...fact('layer', 'Layer', (tool) => plain(tool.layer)),
    ...fact('type', 'Type', (tool) => plain(tool.type)),
    ...fact('pricing', 'Pricing', (tool) =>
      tool.pricing?.model === 'unknown' ? null : priced(tool, tool.pricing?.model),
    ),
    ...fact('freeTier', 'Free to start with', (tool) => priced(tool, freeTierOf(tool))),
    ...fact(
      'startingPrice',
      'Starting price',
      (tool) => priced(tool, tool.pricing?.startingPrice && amountWords(tool.pricing.startingPrice)),
      priceNote(sides),
    ),
    ...fact('license', 'License', (tool) => plain(tool.license)),
  ]
}

const freeTierOf = ({ pricing }: Tool): boolean | undefined =>
  pricing?.model === 'free' || pricing?.model === 'open-source' ? true : pricing?.freeTier

function priceNote(sides: readonly Described[]): string | undefined {
  if (sides.length !== 2) return undefined
  const [a, b] = sides.map(({ tool }) => tool) as [Tool, Tool]
  return a.pricing?.startingPrice && b.pricing?.startingPrice ? `${b.name}: ${priceChange(a, b)}` : undefined
}

function measureRows(sides: readonly Described[]): Row[] {
  return (sides[0]?.measures ?? []).map(({ id, label }, i) => {
    const cells = sides.map(({ tool, measures }): [string, Claim | null] => {
      const { value, unit } = measures![i]!
      return [tool.slug, value === undefined ? null : { value, ...(unit && { unit }), claimedBy: 'measured' }]
    })
    return rowOf(id, label, Object.fromEntries(cells))
  })
}

function attributeRows(sides: readonly Described[]): Row[] {
  const keys = new Set(sides.flatMap(({ tool }) => Object.keys(tool.attributes ?? {})))
  return [...keys].map((key) => {
    const cells = Object.fromEntries(
      sides.map((side) => {
        const attribute = side.tool.attributes?.[key]
        return [side.tool.slug, attribute ? claimOf(key, attribute, side) : null]
      }),
    )
    return rowOf(key, labelOf(key), cells)
  })
}

function claimOf(key: string, attribute: Attribute, side: Described): Claim {
  const against = contradictions(key, attribute, side.capabilities)
  return { ...attribute, ...(against.length > 0 && { contradicts: against }) }
}

function rowOf(id: string, label: string, cells: Cells, note?: string): Row {
  const known = Object.values(cells).filter((cell): cell is Claim => cell !== null)
  const total = Object.keys(cells).length
  let sum = 0
  for (let i = 0; i < known.length; i++) for (let j = 0; j < i; j++) sum += distance(known[i]!, known[j]!)
  // what some do not state tells less: the mean is over all pairs of tools
  const apart = total < 2 ? 0 : sum / ((total * (total - 1)) / 2)
  const state = apart > 0 ? 'differs' : known.length < total ? 'partial' : 'equal'
  return { id, label, apart, state, cells, ...(note && { note }) }
}

/** How far two values are apart, in [0,1]: numbers by ratio, texts by the words they do not share. */
function distance(a: Claim, b: Claim): number {
  if (typeof a.value === 'number' && typeof b.value === 'number') {
    const most = Math.max(Math.abs(a.value), Math.abs(b.value))
    return most === 0 ? 0 : Math.min(1, Math.abs(a.value - b.value) / most)
  }
  if (typeof a.value !== 'string' || typeof b.value !== 'string') return a.value === b.value ? 0 : 1
  const [x, y] = [wordsIn(a.value), wordsIn(b.value)]
  let shared = 0
  for (const word of x) if (y.has(word)) shared++
  const all = x.size + y.size - shared
  return all === 0 ? Number(a.value !== b.value) : 1 - shared / all
}

const wordsIn = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}.]+/gu) ?? [])
