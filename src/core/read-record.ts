import { SLUG, type TOOL_TYPES, type ToolRecord, toolSchema } from './catalogue.js'
import type { Fault } from './errors.js'
import { faultsOf } from './faults.js'

/** What reading one record came to. `record` is there when at least the tool and one capability are sound. */
export interface ReadRecord {
  record?: ToolRecord
  /** `record.capabilities[i]` came from position `positions[i]` of the input's list. */
  positions: number[]
  faults: Fault[]
}

/** Other catalogues' words for our tool types. They are read as ours; files we write use ours. */
const TYPE_ALIASES: ReadonlyMap<unknown, (typeof TOOL_TYPES)[number]> = new Map([
  ['mcp-server', 'mcp'],
  ['cloud-api', 'api'],
  ['software', 'app'],
  ['library', 'framework'],
  ['function-library', 'framework'],
  ['python-library', 'framework'],
  ['connector', 'extension'],
  ['plugin', 'extension'],
  ['model-hub', 'model'],
])

function withKnownType(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('type' in input)) return input
  const type = TYPE_ALIASES.get(input.type)
  return type === undefined ? input : { ...input, type }
}

/**
 * Checks one catalogue record. A fault inside a capability costs only that capability; a fault anywhere else costs
 * the whole record. Never throws, whatever `written` is.
 */
export function readRecord(written: unknown): ReadRecord {
  const input = withKnownType(written)
  const whole = toolSchema.safeParse(input)
  const result = whole.success
    ? { record: whole.data, positions: whole.data.capabilities.map((_, i) => i), faults: [] }
    : withoutFaulty(input, faultsOf(whole.error, input, toolSchema))
  return result.record === undefined ? result : withoutWrongIds(result.record, result)
}

function withoutFaulty(input: unknown, faults: Fault[]): ReadRecord {
  const faulty = new Set<number>()
  for (const { path } of faults) {
    const position = /^capabilities\.(\d+)/.exec(path)?.[1]
    if (position === undefined) return { positions: [], faults }
    faulty.add(Number(position))
  }
  const { capabilities, ...tool } = input as { capabilities: unknown[] }
  const positions = capabilities.map((_, i) => i).filter((i) => !faulty.has(i))
  const rest = toolSchema.safeParse({ ...tool, capabilities: positions.map((i) => capabilities[i]) })
  return rest.success ? { record: rest.data, positions, faults } : { positions: [], faults }
}

/** Takes out capabilities whose id is given twice, or belongs to another tool by its form. */
function withoutWrongIds(record: ToolRecord, { positions, faults }: ReadRecord): ReadRecord {
  const seen = new Map<string, number>()
  const kept: number[] = []
  const found: Fault[] = []
  record.capabilities.forEach(({ id }, i) => {
    const position = positions[i]!
    const message = id === undefined ? undefined : wrongId(id, record.slug, seen)
    if (id !== undefined && message === undefined) seen.set(id, position)
    if (message === undefined) kept.push(i)
    else found.push({ path: `capabilities.${position}.id`, message })
  })
  if (found.length === 0) return { record, positions, faults }
  return {
    ...(kept.length > 0 && { record: { ...record, capabilities: kept.map((i) => record.capabilities[i]!) } }),
    positions: kept.map((i) => positions[i]!),
    faults: [...faults, ...found],
  }
}

function wrongId(id: string, slug: string, seen: ReadonlyMap<string, number>): string | undefined {
  const earlier = seen.get(id)
  if (earlier !== undefined) return `"${id}" is already the id of capability ${earlier}; ids are unique`
  const owner = /^(.*)\.\d+$/.exec(id)?.[1]
  if (owner !== undefined && owner !== slug && SLUG.test(owner))
    return `"${id}" has the form kept for the tool "${owner}"; leave the id out or use another form`
  return undefined
}
