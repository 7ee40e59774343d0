import { z } from 'zod'
import { TOOL_TYPES } from '../catalogue.js'
import { capabilityRefSchema } from './compare.js'
import { names, need, unit } from './fields.js'
import { evidenceSummarySchema, toolSummarySchema } from './search.js'

export const alternativesQuerySchema = z.strictObject({
  free: z.enum(['on', 'off']).default('off'),
  type: z.preprocess(
    (value) => (value === undefined ? undefined : [value].flat().flatMap((v) => String(v).split(','))),
    z.array(z.enum(TOOL_TYPES)).max(20).optional(),
  ),
  /** A need in words that every alternative has to serve. */
  for: need.optional(),
  /** Slugs or names to leave out. */
  without: names(0, 50),
  /** `same`: only tools of the same layer (default); `any`: whoever covers it. */
  layer: z.enum(['same', 'any']).default('same'),
  limit: z.coerce.number().int().min(1).max(20).default(5),
})
export type AlternativesQuery = z.output<typeof alternativesQuerySchema>

export const alternativeSchema = z.object({
  position: z.number().int().min(1),
  tool: toolSummarySchema,
  /** Share of what the tool does for you that this one does too. */
  coverage: unit,
  /** Coverage, the need in words and evidence together; orders the list before diversity. */
  score: unit,
  /** Each capability of the tool that this one has too, with which of its own. */
  shared: z.array(capabilityRefSchema.extend({ by: capabilityRefSchema, probability: unit })),
  /** What you would lose, and what you would gain. */
  missing: z.array(capabilityRefSchema),
  extra: z.array(capabilityRefSchema),
  /** In words: "free instead of usage-based", "not comparable: per hour against per million tokens". */
  price: z.string(),
  /** With `for`: the capability that serves it, and how sure that is. */
  serves: capabilityRefSchema.extend({ confidence: unit }).optional(),
  evidence: evidenceSummarySchema.pick({ timesMatched: true, succeeded: true, failed: true }),
  why: z.string(),
})
export type Alternative = z.infer<typeof alternativeSchema>

export const alternativesAnswerSchema = z.object({
  tool: toolSummarySchema,
  generation: z.number().int(),
  /** `none`: nothing here replaces it; `partial`: only in part. */
  answer: z.enum(['match', 'partial', 'none']),
  /** One sentence that sums it up. */
  summary: z.string(),
  results: z.array(alternativeSchema),
  /** The nearest ones that a constraint or too little coverage kept out, each with the one thing it fails. */
  nearMisses: z.array(z.object({ tool: toolSummarySchema, coverage: unit, fails: z.string() })),
  /** Capabilities that nobody else has. */
  irreplaceable: z.array(capabilityRefSchema),
  tookMs: z.number(),
})
export type AlternativesAnswer = z.infer<typeof alternativesAnswerSchema>
