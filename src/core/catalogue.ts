import { z } from 'zod'

/** What kind of thing a tool is. The vocabulary is shared with the `unfragile.yml` manifest. */
export const TOOL_TYPES = [
  'agent',
  'api',
  'app',
  'benchmark',
  'cli',
  'dataset',
  'extension',
  'finetune',
  'framework',
  'mcp',
  'model',
  'platform',
  'product',
  'prompt',
  'repo',
  'skill',
  'template',
  'webapp',
  'workflow',
] as const
/** Which role a tool plays in a stack; tools of different layers complement rather than replace each other. */
export const LAYERS = ['model', 'data', 'framework', 'runtime', 'infrastructure', 'interface', 'tooling'] as const
export const PRICING_MODELS = ['free', 'open-source', 'freemium', 'usage', 'paid', 'unknown'] as const
export const PROTOCOLS = ['mcp', 'http', 'grpc', 'websocket', 'stdio', 'cli', 'library'] as const

const text = (max: number) => z.string().trim().min(1).max(max)
const list = (max = 64, length = 500) => z.array(text(length)).max(max)
/** A date as known: a year, a month or a day. */
const asOf = z.string().regex(/^\d{4}(-\d{2}(-\d{2})?)?$/, 'must be YYYY, YYYY-MM or YYYY-MM-DD')
export const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
const slug = z.string().max(128).regex(SLUG, 'must be lower-case letters, digits and single dashes, e.g. "fly-io"')

export const capabilitySchema = z.strictObject({
  id: z
    .string()
    .trim()
    .regex(/^[\w.:/@-]{1,200}$/, 'must be letters, digits and . _ : / @ - only')
    .optional(),
  name: text(200),
  description: text(8000),
  unique: text(2000).optional(),
  versus: text(2000).optional(),
  intents: list().optional(),
  bestFor: list().optional(),
  limitations: list().optional(),
  requires: list().optional(),
  inputs: list().optional(),
  outputs: list().optional(),
  tags: list(64, 200).optional(),
  source: text(2000).optional(),
  /** When the source said so. */
  asOf: asOf.optional(),
})

export const attributeSchema = z.strictObject({
  value: z.union([z.string().max(500), z.number(), z.boolean()]),
  unit: text(64).optional(),
  source: text(2000).optional(),
  asOf: asOf.optional(),
  claimedBy: z.enum(['vendor', 'third-party', 'measured']).optional(),
})

export const signalSchema = z.strictObject({
  value: z.union([z.number(), z.string(), z.array(z.string())]),
  asOf,
  source: text(2000),
})

export const pricingSchema = z.strictObject({
  model: z.enum(PRICING_MODELS),
  freeTier: z.boolean().optional(),
  startingPrice: z
    .strictObject({
      amount: z.number().min(0),
      currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD'),
      per: text(64),
    })
    .optional(),
  note: text(1000).optional(),
  asOf: asOf.optional(),
  source: text(2000).optional(),
})

export const toolSchema = z.strictObject({
  slug,
  name: text(200),
  type: z.enum(TOOL_TYPES),
  description: z.string().trim().max(8000).default(''),
  url: text(2000).optional(),
  repository: text(2000).optional(),
  license: text(200).optional(),
  layer: z.enum(LAYERS).optional(),
  categories: list(32, 200).optional(),
  tags: list(64, 200).optional(),
  pricing: pricingSchema.optional(),
  attributes: z.record(z.string().regex(/^[A-Za-z][\w.-]{0,63}$/), attributeSchema).optional(),
  signals: z.record(z.string().regex(/^[A-Za-z][\w.-]{0,63}$/), signalSchema).optional(),
  worksWith: z
    .array(z.union([slug, z.strictObject({ slug, why: text(500).optional() })]))
    .max(64)
    .optional(),
  failureModes: z
    .array(
      z.union([
        text(1000),
        z.strictObject({ mode: text(1000), frequency: text(100).optional(), mitigation: text(1000).optional() }),
      ]),
    )
    .max(64)
    .optional(),
  execution: z
    .strictObject({
      protocol: z.enum(PROTOCOLS),
      command: text(2000).optional(),
      url: text(2000).optional(),
      auth: text(200).optional(),
    })
    .optional(),
  /** May be empty for a tool that is announced before its capabilities are described: it is listed, and found by its name only. */
  capabilities: z.array(capabilitySchema).max(20_000),
})

/** A catalogue record as written in a file: one tool with its capabilities. */
export type ToolRecord = z.infer<typeof toolSchema>
export type CapabilityRecord = z.infer<typeof capabilitySchema>
export type Pricing = z.infer<typeof pricingSchema>
export type Attribute = z.infer<typeof attributeSchema>

/** A tool without its capabilities: what is stored and cached per tool. */
export type Tool = Omit<ToolRecord, 'capabilities'>

/** A capability as indexed: its record, its stable id, and where it lives. */
export interface Capability extends CapabilityRecord {
  id: string
  toolSlug: string
  /** Position in the index; only ever increases, never reused. */
  label: number
  /** When this capability first entered the catalogue, milliseconds since 1970. */
  bornAt: number
}

/** Free to start with: costs nothing, or has a free tier. */
export const isFree = (pricing: Pricing | undefined): boolean =>
  pricing !== undefined && (pricing.model === 'free' || pricing.model === 'open-source' || pricing.freeTier === true)
