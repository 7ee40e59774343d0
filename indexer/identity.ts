import { createHash } from 'node:crypto'
import { canonicalJson } from '../src/core/canonical.js'
import type { CapabilityRecord, ToolRecord } from '../src/core/catalogue.js'

/** A capability of an earlier generation of the same tool. */
export interface KnownCapability {
  id: string
  /** `capabilityHash` of what it said. */
  hash: string
  name: string
}

const digest = (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 32)

/** Content hash of what a capability says (not of its id and date): 32 hexadecimal digits, whatever the order of the keys. */
export function capabilityHash(capability: CapabilityRecord): string {
  const { name, description, unique, versus, intents, bestFor, limitations, requires, inputs, outputs, tags, source } =
    capability
  return digest({
    name,
    description,
    unique,
    versus,
    intents,
    bestFor,
    limitations,
    requires,
    inputs,
    outputs,
    tags,
    source,
  })
}

/** Content hash of a whole record, capabilities and given ids included. */
export const recordHash = (record: ToolRecord): string => digest(record)

/**
 * Ids of the record's capabilities, in order. A given id stays; the others are `slug.n`. Against `previous` (all that
 * are known of this tool, also removed ones, so that no id is ever given to something else) a capability keeps its id
 * when it says the same, wherever it moved, or else when it has the same name; new ones count on from the highest n.
 */
export function assignIds(record: ToolRecord, previous: readonly KnownCapability[] = []): string[] {
  const { slug, capabilities } = record
  const ids: (string | undefined)[] = capabilities.map(({ id }) => id)
  const taken = new Set<string>(ids.filter((id) => id !== undefined))
  const free = previous.filter(({ id }) => !taken.has(id) && ordinal(id, slug) !== undefined)
  claim(free, ({ hash }) => hash, capabilities.map(capabilityHash))
  claim(
    free,
    ({ name }) => name,
    capabilities.map(({ name }) => name),
  )

  function claim(
    known: readonly KnownCapability[],
    keyOf: (one: KnownCapability) => string,
    keys: readonly string[],
  ): void {
    const waiting = new Map<string, string[]>()
    for (const one of known) {
      if (taken.has(one.id)) continue
      const key = keyOf(one)
      const queue = waiting.get(key)
      if (queue === undefined) waiting.set(key, [one.id])
      else queue.push(one.id)
    }
    keys.forEach((key, i) => {
      if (ids[i] !== undefined) return
      const id = waiting.get(key)?.shift()
      if (id === undefined) return
      ids[i] = id
      taken.add(id)
    })
  }

  let highest = 0
  for (const id of [...taken, ...previous.map(({ id }) => id)]) highest = Math.max(highest, ordinal(id, slug) ?? 0)
  return ids.map((id) => id ?? `${slug}.${++highest}`)
}

/** The n of an id `slug.n`. */
function ordinal(id: string, slug: string): number | undefined {
  if (!id.startsWith(`${slug}.`)) return undefined
  const rest = id.slice(slug.length + 1)
  return /^\d{1,9}$/.test(rest) ? Number(rest) : undefined
}
