import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../src/core/canonical.js'
import { type CapabilityRecord, isFree, pricingSchema, SLUG, type ToolRecord } from '../src/core/catalogue.js'
import { AppError } from '../src/core/errors.js'
import { faultsOf } from '../src/core/faults.js'
import { capabilityHash } from './identity.js'

const digest = z.string().regex(/^[0-9a-f]{16}$/)

const pinSchema = z.strictObject({
  /** What it is pinned for, and the capability that serves it; without a need, all capabilities are held to. */
  need: z.strictObject({ text: z.string().min(1).max(2000), capability: z.string().max(200) }).optional(),
  license: z.string().max(200).optional(),
  pricing: pricingSchema.optional(),
  /** Digest of how it is reached and called: `execution`. */
  execution: digest,
  /** By id: its name, digests of what it says and of what it takes and gives. */
  capabilities: z.record(
    z.string().max(200),
    z.strictObject({ name: z.string().max(200), says: digest, schema: digest }),
  ),
})

/** `tools.lock.json`: tools as somebody knew them when they decided. Keys are sorted, so that it can be diffed. */
export const lockSchema = z.strictObject({
  lockfile: z.literal(1),
  pinnedAt: z.string().max(40),
  generation: z.number().int().min(0),
  tools: z.record(z.string().regex(SLUG).max(128), pinSchema),
})
export type Lock = z.infer<typeof lockSchema>
export type Pin = z.infer<typeof pinSchema>

const short = (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16)

/** A capability as stored, its id filled in. */
type Known = CapabilityRecord & { id: string }

const facets = (capability: Known) => ({
  name: capability.name,
  says: capabilityHash(capability).slice(0, 16),
  schema: short({
    inputs: capability.inputs ?? [],
    outputs: capability.outputs ?? [],
    requires: capability.requires ?? [],
  }),
})

export function pinOf(tool: Omit<ToolRecord, 'capabilities'>, capabilities: readonly Known[], need?: Pin['need']): Pin {
  const sorted = [...capabilities].sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    ...(need && { need }),
    ...(tool.license !== undefined && { license: tool.license }),
    ...(tool.pricing && { pricing: tool.pricing }),
    execution: short(tool.execution ?? null),
    capabilities: Object.fromEntries(sorted.map((one) => [one.id, facets(one)])),
  }
}

/** @throws AppError `invalid-body`: the file is no lock file, each fault with its path */
export function parseLock(input: unknown): Lock {
  const read = lockSchema.safeParse(input)
  if (read.success) return read.data
  const faults = faultsOf(read.error, input, lockSchema)
  const first = faults[0]!
  throw new AppError('invalid-body', `It is not a lock file of "matchgraph pin": ${first.path} ${first.message}.`, {
    faults,
  })
}

export interface Change {
  part: 'tool' | 'license' | 'price' | 'execution' | 'capability' | 'schema'
  /** One sentence. */
  what: string
  /** The pinned tool can no longer be relied on for what it was pinned for. */
  breaking: boolean
}

/**
 * What is different now from when it was pinned, breaking changes first. Breaking are: the tool or a pinned capability
 * is gone (with a need: the one that serves it), what was free costs, the licence is another.
 */
export function changesSince(
  pin: Pin,
  tool: Omit<ToolRecord, 'capabilities'> | undefined,
  capabilities: readonly Known[],
): Change[] {
  if (tool === undefined) return [{ part: 'tool', what: 'The tool is gone.', breaking: true }]
  const now = pinOf(tool, capabilities)
  const changes: Change[] = []
  if (pin.license !== now.license)
    changes.push({
      part: 'license',
      what: `The licence was ${pin.license ?? 'not known'} and is ${now.license ?? 'not known'}.`,
      breaking: pin.license !== undefined,
    })
  if (canonicalJson(pin.pricing ?? null) !== canonicalJson(now.pricing ?? null))
    changes.push({
      part: 'price',
      what: `The price was ${priceText(pin.pricing)} and is ${priceText(now.pricing)}.`,
      breaking: isFree(pin.pricing) && !isFree(now.pricing),
    })
  if (pin.execution !== now.execution)
    changes.push({ part: 'execution', what: 'It is started or reached in another way.', breaking: false })
  for (const [id, before] of Object.entries(pin.capabilities)) {
    const after = Object.hasOwn(now.capabilities, id) ? now.capabilities[id] : undefined
    const needed = pin.need === undefined || pin.need.capability === id
    if (after === undefined) changes.push({ part: 'capability', what: `"${before.name}" is gone.`, breaking: needed })
    else if (after.schema !== before.schema)
      changes.push({ part: 'schema', what: `"${after.name}" takes, gives or needs something else.`, breaking: false })
    else if (after.says !== before.says)
      changes.push({ part: 'capability', what: `"${after.name}" is described otherwise.`, breaking: false })
  }
  for (const [id, after] of Object.entries(now.capabilities))
    if (!Object.hasOwn(pin.capabilities, id))
      changes.push({ part: 'capability', what: `"${after.name}" is new.`, breaking: false })
  return changes.sort((a, b) => Number(b.breaking) - Number(a.breaking))
}

function priceText(pricing: Pin['pricing']): string {
  if (pricing === undefined) return 'not known'
  const { model, startingPrice, freeTier } = pricing
  const from =
    startingPrice === undefined
      ? ''
      : ` from ${startingPrice.amount} ${startingPrice.currency} per ${startingPrice.per}`
  return `${model}${from}${freeTier === true ? ' with a free tier' : ''}`
}
