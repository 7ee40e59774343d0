import { z } from 'zod'
import { LAYERS, PRICING_MODELS, SLUG, TOOL_TYPES } from './catalogue.js'
import type { Fault } from './errors.js'
import { faultsOf } from './faults.js'
import { checked, type Imported, type ImportOptions } from './imported.js'
import { isObject, member, objectOf } from './json.js'
import { nearest } from './nearest.js'

/** A description must say how the capability works; that takes at least so many characters (manifest 1.0). */
const MIN_DESCRIPTION = 100
/** Fewer capabilities than this are a warning (manifest 1.0). */
const FEW_CAPABILITIES = 3

const words = z.union([z.string(), z.array(z.string())]).optional()
const conditions = { bestFor: words, best_for: words, limitations: words, requires: words }
const extra = z.unknown().optional()

const manifestCapability = z.looseObject({
  id: z.string().trim().min(1).max(200).optional(),
  name: z.string().trim().min(1).max(200),
  description: z
    .string()
    .trim()
    .min(
      MIN_DESCRIPTION,
      `is shorter than ${MIN_DESCRIPTION} characters; say how it works: transport, data model, scope, side effects`,
    )
    .max(8000),
  intents_served: words,
  intentsServed: words,
  intents: words,
  conditions: z.looseObject(conditions).optional(),
  ...conditions,
  unique_aspect: z.string().optional(),
  uniqueAspect: z.string().optional(),
  inputTypes: words,
  input_types: words,
  outputTypes: words,
  output_types: words,
  tags: words,
  categories: words,
})

/** `unfragile.yml` 1.0. Its three casings of the same field are all read. */
const manifest = z.looseObject({
  unfragile_version: z.union([z.literal('1.0'), z.literal(1)], 'must be "1.0"'),
  artifact: z.looseObject({
    name: z.string().trim().min(1).max(200),
    slug: z.string().max(128).regex(SLUG, 'must be lower-case letters, digits and single dashes'),
    type: z.enum(TOOL_TYPES),
    description: z.string().max(8000).optional(),
    layer: z.enum(LAYERS).optional(),
    maintainer: z.string().max(500).optional(),
    repository: z.string().max(2000).optional(),
    homepage: z.string().max(2000).optional(),
    license: z.string().max(200).optional(),
    categories: words,
    tags: words,
  }),
  capabilities: z.array(z.unknown()).min(1).max(20_000),
  pricing: z.looseObject({ model: z.enum(PRICING_MODELS), note: z.string().max(1000).optional() }).optional(),
  failure_modes: z.array(failureMode()).max(64).optional(),
  failureModes: z.array(failureMode()).max(64).optional(),
  execution: z
    .looseObject({
      protocol: z.enum(['mcp', 'http', 'https', 'stdio', 'websocket', 'grpc', 'cli', 'library']),
      auth_method: z.string().max(200).optional(),
      authMethod: z.string().max(200).optional(),
      command: z.string().max(2000).optional(),
      url: z.string().max(2000).optional(),
    })
    .optional(),
  trust: extra,
  permissions: extra,
  compliance: extra,
})

function failureMode() {
  return z.union([
    z.string().trim().min(1).max(1000),
    z.looseObject({
      mode: z.string().trim().min(1).max(1000),
      frequency: z.string().max(100).optional(),
      mitigation: z.string().max(1000).optional(),
    }),
  ])
}

type ManifestCapability = z.infer<typeof manifestCapability>

/**
 * An `unfragile.yml` manifest 1.0: one tool. A fault inside a capability costs that capability, any other the manifest.
 * What the catalogue has no field for (maintainer, trust, permissions, compliance, fields of the author's own) becomes
 * an attribute that the vendor claims, so that nothing said is lost.
 */
export function importManifest(input: unknown, options: ImportOptions): Imported {
  const read = manifest.safeParse(input)
  const written = objectOf(input)
  const warnings = warningsOf(written)
  if (!read.success) {
    const errors = [
      ...faultsOf(read.error, input, manifest),
      ...capabilityFaults(member(written, 'capabilities')).faults,
    ]
    return { records: [], errors, warnings }
  }
  const { artifact, pricing, execution } = read.data
  const { sound, faults } = capabilityFaults(read.data.capabilities)
  if (sound.length === 0) return { records: [], errors: faults, warnings }
  const record = {
    slug: artifact.slug,
    name: artifact.name,
    type: artifact.type,
    description: artifact.description,
    url: artifact.homepage,
    repository: artifact.repository,
    license: artifact.license,
    layer: artifact.layer,
    categories: list(artifact.categories),
    tags: list(artifact.tags),
    pricing: pricing && { model: pricing.model, note: pricing.note },
    attributes: attributesOf(written, options),
    failureModes: (read.data.failure_modes ?? read.data.failureModes)?.map((one) =>
      typeof one === 'string' ? one : { mode: one.mode, frequency: one.frequency, mitigation: one.mitigation },
    ),
    execution: execution && {
      protocol: execution.protocol === 'https' ? 'http' : execution.protocol,
      command: execution.command,
      url: execution.url,
      auth: execution.auth_method ?? execution.authMethod,
    },
    capabilities: sound.map((one) => capability(one, options)),
  }
  return checked([record], faults, warnings)
}

function capabilityFaults(written: unknown): { sound: ManifestCapability[]; faults: Fault[] } {
  const sound: ManifestCapability[] = []
  const faults: Fault[] = []
  for (const [i, one] of (Array.isArray(written) ? written : []).entries()) {
    const read = manifestCapability.safeParse(one)
    if (read.success) sound.push(read.data)
    else
      faults.push(
        ...faultsOf(read.error, one, manifestCapability).map((fault) => ({
          ...fault,
          path: ['capabilities', i, fault.path].filter((part) => part !== '').join('.'),
        })),
      )
  }
  return { sound, faults }
}

function capability(one: ManifestCapability, { asOf, source }: ImportOptions) {
  const within = one.conditions ?? {}
  return {
    id: one.id,
    name: one.name,
    description: one.description,
    unique: one.unique_aspect ?? one.uniqueAspect,
    intents: list(one.intents_served ?? one.intentsServed ?? one.intents),
    bestFor: list(within.bestFor ?? within.best_for ?? one.bestFor ?? one.best_for),
    limitations: list(within.limitations ?? one.limitations),
    requires: list(within.requires ?? one.requires),
    inputs: list(one.inputTypes ?? one.input_types),
    outputs: list(one.outputTypes ?? one.output_types),
    tags: [...(list(one.tags) ?? []), ...(list(one.categories) ?? [])],
    source,
    asOf,
  }
}

const list = (value: string | string[] | undefined): string[] | undefined =>
  value === undefined
    ? undefined
    : [value]
        .flat()
        .map((one) => one.trim())
        .filter((one) => one !== '')

function warningsOf(written: Readonly<Record<string, unknown>>): Fault[] {
  const warnings: Fault[] = []
  const capabilities = member(written, 'capabilities')
  if (Array.isArray(capabilities) && capabilities.length > 0 && capabilities.length < FEW_CAPABILITIES)
    warnings.push({ path: 'capabilities', message: `fewer than ${FEW_CAPABILITIES} capabilities are described` })
  const modes = member(written, 'failure_modes') ?? member(written, 'failureModes')
  if (!Array.isArray(modes) || modes.length === 0)
    warnings.push({ path: 'failure_modes', message: 'no failure modes are told' })
  if (!isObject(member(written, 'execution')))
    warnings.push({ path: 'execution', message: 'there is no execution block: agents cannot start it' })
  warnings.push(...unknownKeys(written, manifest.shape, ''))
  warnings.push(...unknownKeys(objectOf(member(written, 'artifact')), manifest.shape.artifact.shape, 'artifact.'))
  if (Array.isArray(capabilities))
    capabilities.forEach((one, i) => {
      warnings.push(...unknownKeys(objectOf(one), manifestCapability.shape, `capabilities.${i}.`))
    })
  return warnings
}

function unknownKeys(value: Readonly<Record<string, unknown>>, shape: object, base: string): Fault[] {
  return Object.keys(value)
    .filter((key) => !Object.hasOwn(shape, key))
    .map((key) => {
      const suggestion = nearest(key, Object.keys(shape))
      return {
        path: base + key,
        message: 'is not a field of manifest 1.0',
        ...(suggestion !== undefined && { suggestion }),
      }
    })
}

/** Fields of the manifest that the record itself has a place for. */
const PLACED = new Set(['unfragile_version', 'capabilities', 'failure_modes', 'failureModes'])
const PLACED_IN: Readonly<Record<string, ReadonlySet<string>>> = {
  artifact: new Set([
    'name',
    'slug',
    'type',
    'description',
    'layer',
    'repository',
    'homepage',
    'license',
    'categories',
    'tags',
  ]),
  pricing: new Set(['model', 'note']),
  execution: new Set(['auth_method', 'authMethod', 'command', 'url']),
}

function attributesOf(written: Readonly<Record<string, unknown>>, { asOf, source }: ImportOptions) {
  const attributes: Record<string, unknown> = {}
  const keep = (name: string, value: unknown) => {
    for (const [path, leaf] of leaves(value, name)) {
      const key = path.replace(/[^\w.-]+/g, '-').slice(0, 64)
      if (/^[A-Za-z]/.test(key)) attributes[key] = { value: leaf, source, asOf, claimedBy: 'vendor' }
    }
  }
  for (const [key, value] of Object.entries(written)) {
    if (PLACED.has(key)) continue
    const placed = Object.hasOwn(PLACED_IN, key) ? PLACED_IN[key] : undefined
    if (placed === undefined) keep(key, value)
    else
      for (const [inner, innerValue] of Object.entries(objectOf(value))) {
        // the protocol is only worth an attribute where ours says less than the manifest's
        if (placed.has(inner) || (key === 'execution' && inner === 'protocol' && innerValue !== 'https')) continue
        keep(key === 'artifact' ? inner : `${key}.${inner}`, innerValue)
      }
  }
  return Object.keys(attributes).length === 0 ? undefined : attributes
}

/** Plain values inside anything, with their dotted paths; lists of plain values as one text. */
function leaves(value: unknown, path: string, depth = 0): [string, string | number | boolean][] {
  if (typeof value === 'number') return Number.isFinite(value) ? [[path, value]] : []
  if (typeof value === 'boolean') return [[path, value]]
  if (typeof value === 'string') return value.trim() === '' ? [] : [[path, value.trim().slice(0, 500)]]
  if (depth > 4 || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null))
    return value.length === 0 ? [] : [[path, value.join(', ').slice(0, 500)]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`, depth + 1))
}
