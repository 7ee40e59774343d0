import { z } from 'zod'
import { PROTOCOLS, pricingSchema, TOOL_TYPES } from '../catalogue.js'
import { need, unit } from './fields.js'
import { relaxationSchema, toolSummarySchema } from './search.js'

const phrases = z.array(z.string().trim().min(1).max(200)).max(20)

export const resolveConstraintsSchema = z.strictObject({
  /** Any of these types. */
  type: z.array(z.enum(TOOL_TYPES)).max(20).optional(),
  /** Only what costs nothing to start with. */
  free: z.boolean().optional(),
  /** Any of these ways of calling it. */
  protocol: z.array(z.enum(PROTOCOLS)).max(PROTOCOLS.length).optional(),
  /** Phrases that the record has to prove, all of them: "self-hosted", "SSO", "at least 200k tokens". Unknown is not enough. */
  requires: phrases.optional(),
  /** Tools by slug or name, or phrases that no answer may have. */
  excludes: phrases.optional(),
  /** Any of these licences: SPDX identifiers or a family ("MIT", "Apache", "permissive"). */
  license: phrases.optional(),
})
export type ResolveConstraints = z.output<typeof resolveConstraintsSchema>

/** Fewer tokens hold no answer at all. */
export const FEWEST_TOKENS = 200

export const resolveBodySchema = z.strictObject({
  intent: need,
  limit: z.number().int().min(1).max(20).default(5),
  constraints: resolveConstraintsSchema.optional(),
  /** The whole answer costs a model at most so many tokens: fewer answers, then shorter ones. */
  maxTokens: z.number().int().min(FEWEST_TOKENS).max(100_000).optional(),
})
export type ResolveBody = z.output<typeof resolveBodySchema>

export const ledgerEntrySchema = z.object({
  /** In the caller's words; constraints as `name: value`. */
  requirement: z.string(),
  role: z.enum(['need', 'condition', 'constraint']),
  /** `unknown` is not met: the record neither proves nor contradicts it. */
  state: z.enum(['met', 'not-met', 'unknown']),
  /** The sentence of the record that proves or contradicts it, or the fact as `name: value`. */
  proof: z.string().optional(),
  /** Where in the record it stands, and the source that the record gives. */
  at: z.string().optional(),
  source: z.string().optional(),
})

export const invocationSchema = z.object({
  /** `mcp-config`: JSON for an MCP client; `shell`: a command; `link`: where to read on. */
  language: z.enum(['mcp-config', 'shell', 'link']),
  snippet: z.string(),
  requires: z.array(z.string()),
})

/** A tool in as few words as do: what a program needs to go on. */
const resolvedToolSchema = toolSummarySchema
  .pick({ slug: true, name: true, type: true, url: true, rank: true })
  .extend({ pricing: pricingSchema.shape.model.optional() })

export const resolvedSchema = z.object({
  position: z.number().int().min(1),
  tool: resolvedToolSchema,
  capability: z.object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    limitations: z.array(z.string()).optional(),
  }),
  /** Calibrated probability that it serves the need. */
  confidence: unit,
  why: z.string(),
  ledger: z.array(ledgerEntrySchema),
  invocation: invocationSchema,
  alternatives: z.array(z.object({ slug: z.string(), name: z.string(), why: z.string() })),
  /** Send it back with the outcome. */
  token: z.string(),
  /** What this answer costs to read, counted high (tokenBound of the core says how). */
  tokensUsed: z.number().int(),
})
export type Resolved = z.infer<typeof resolvedSchema>

export const resolveMissSchema = z.object({
  tool: resolvedToolSchema.pick({ slug: true, name: true }),
  capability: z.object({ id: z.string(), name: z.string() }),
  confidence: unit,
  /** The one requirement it fails, with the proof where there is one. */
  fails: z.string(),
})

export const resolveAnswerSchema = z.object({
  resolveId: z.string(),
  intent: z.string(),
  generation: z.number().int(),
  tookMs: z.number(),
  answer: z.enum(['match', 'weak', 'none']),
  resolved: z.array(resolvedSchema),
  /** Requirements that none of the answers is proved to meet. */
  uncovered: z.array(z.string()),
  /** Answers that were left out to stay within `maxTokens`. */
  omitted: z.number().int().optional(),
  /** The nearest ones that were not taken, each with the requirement it fails. */
  nearMisses: z.array(resolveMissSchema).optional(),
  /** How many more would be taken without one constraint. */
  relaxations: z.array(relaxationSchema).optional(),
  /** Upper bound of what the whole answer costs to read. */
  tokensUsed: z.number().int(),
})
export type ResolveAnswer = z.infer<typeof resolveAnswerSchema>
