import { z } from 'zod'
import { LAYERS, PRICING_MODELS, pricingSchema, TOOL_TYPES } from '../catalogue.js'

/** Repeated or comma separated in a query string; an array in code. */
const many = <T extends z.ZodType<string>>(one: T) =>
  z.preprocess(
    (value) =>
      value === undefined
        ? undefined
        : (Array.isArray(value) ? value : [value])
            .flatMap((v) => String(v).split(','))
            .map((v) => v.trim())
            .filter(Boolean),
    z.array(one).max(50).optional(),
  )
const onOff = (fallback: 'on' | 'off') => z.enum(['on', 'off']).default(fallback)

/** The filters of search, tools and rankings: OR inside one, AND between them. */
export const filterFields = {
  type: many(z.enum(TOOL_TYPES)),
  pricing: many(z.enum(PRICING_MODELS)),
  category: many(z.string().max(64)),
  tag: many(z.string().max(64)),
  layer: many(z.enum(LAYERS)),
  tool: many(z.string().max(128)),
  free: z.enum(['on', 'off']).default('off'),
}

export const searchQuerySchema = z.strictObject({
  q: z.string().trim().min(1, 'needs at least one character').max(2000, 'may have at most 2000 characters'),
  limit: z.coerce.number().int().min(1).max(50).default(10),
  cursor: z.string().max(200).optional(),
  groupBy: z.enum(['capability', 'tool']).default('capability'),
  ...filterFields,
  mode: z.enum(['hybrid', 'semantic', 'keyword']).default('hybrid'),
  cut: onOff('on'),
  evidence: onOff('on'),
  explore: onOff('on'),
  explain: onOff('off'),
  facets: onOff('off'),
})
export type SearchQuery = z.output<typeof searchQuerySchema>
export type Filters = Pick<SearchQuery, keyof typeof filterFields>

const unitInterval = z.number().min(0).max(1)

export const evidenceSummarySchema = z.object({
  /** Accepted selections, all time. */
  timesMatched: z.number(),
  /** Decayed weight of selections, and what its positions made expect. */
  selections: z.number(),
  expected: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  /** Selections per expected selection, relative to all capabilities (1 = as expected), and its 90 % interval. */
  lift: z.number(),
  interval: z.tuple([z.number(), z.number()]),
})
export type EvidenceSummary = z.infer<typeof evidenceSummarySchema>

export const toolSummarySchema = z.object({
  slug: z.string(),
  name: z.string(),
  type: z.enum(TOOL_TYPES),
  layer: z.enum(LAYERS).optional(),
  url: z.string().optional(),
  pricing: pricingSchema.optional(),
  /** 0..100; absent where nothing is known. */
  rank: z.number().min(0).max(100).optional(),
})
export type ToolSummary = z.infer<typeof toolSummarySchema>

export const contributionSchema = z.object({ feature: z.string(), value: z.number(), points: z.number() })
export const explanationSchema = z.object({
  contributions: z.array(contributionSchema),
  words: z.array(z.string()),
  clause: z.string().optional(),
  relevance: z.number(),
  /** Where a cross-encoder has read it: its score, and the place by relevance before that. */
  crossEncoder: z.object({ score: unitInterval, from: z.number().int().min(1) }).optional(),
  /** Log-odds added by recorded matches, by part. */
  evidence: z.object({ lift: z.number(), need: z.number(), words: z.array(z.string()) }).optional(),
})

export const searchResultSchema = z.object({
  position: z.number().int().min(1),
  score: unitInterval,
  confidence: unitInterval,
  capability: z.object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    unique: z.string().optional(),
    versus: z.string().optional(),
    limitations: z.array(z.string()).optional(),
  }),
  tool: toolSummarySchema,
  why: z.string(),
  evidence: evidenceSummarySchema,
  exploration: z.boolean(),
  token: z.string(),
  explain: explanationSchema.optional(),
})
export type SearchResult = z.infer<typeof searchResultSchema>

export const nearMissSchema = searchResultSchema
  .pick({ score: true, confidence: true, capability: true, tool: true, why: true })
  .extend({ fails: z.string() })
export type NearMiss = z.infer<typeof nearMissSchema>

export const relaxationSchema = z.object({ drop: z.string(), wouldMatch: z.number().int() })

export const toolGroupSchema = z.object({
  position: z.number().int().min(1),
  score: unitInterval,
  confidence: unitInterval,
  tool: toolSummarySchema,
  capabilities: z.array(searchResultSchema.omit({ tool: true, token: true })),
  why: z.string(),
  token: z.string(),
})

const envelope = {
  searchId: z.string(),
  query: z.string(),
  generation: z.number().int(),
  tookMs: z.number(),
  answer: z.enum(['match', 'weak', 'none']),
  total: z.number().int(),
  nextCursor: z.string().optional(),
  nearMisses: z.array(nearMissSchema).optional(),
  relaxations: z.array(relaxationSchema).optional(),
  facets: z.record(z.string(), z.record(z.string(), z.number())).optional(),
}
export const searchAnswerSchema = z.object({ ...envelope, results: z.array(searchResultSchema) })
export const groupedAnswerSchema = z.object({ ...envelope, results: z.array(toolGroupSchema) })
export type SearchAnswer = z.infer<typeof searchAnswerSchema>
export type GroupedAnswer = z.infer<typeof groupedAnswerSchema>
