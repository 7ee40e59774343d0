import { z } from 'zod'
import { TOOL_TYPES } from '../catalogue.js'
import { capabilityRefSchema } from './compare.js'
import { need, unit } from './fields.js'
import { toolSummarySchema } from './search.js'

export const coverBodySchema = z.strictObject({
  /** What has to be served, one need each. Up to 12 are solved exactly, more by the greedy rule. */
  needs: z.array(need).min(1).max(30),
  constraints: z
    .strictObject({
      type: z.array(z.enum(TOOL_TYPES)).max(20).optional(),
      free: z.boolean().optional(),
      /** Slugs or names that must be part of the set, and that must not. */
      have: z.array(z.string().max(200)).max(10).optional(),
      excludes: z.array(z.string().max(200)).max(50).optional(),
    })
    .optional(),
  /** A need counts as covered from this confidence on. */
  atLeast: z.number().min(0.01).max(1).optional(),
})
export type CoverBody = z.output<typeof coverBodySchema>

export const toolSetSchema = z.object({
  tools: z.array(
    z.object({
      tool: toolSummarySchema,
      covers: z.array(z.object({ need: z.string(), capability: capabilityRefSchema, confidence: unit })),
    }),
  ),
  /** Needs of the request that this set serves. */
  covered: z.number().int(),
  /** Pairs of the set that the catalogue knows to work together, and why. */
  worksTogether: z.array(z.object({ tools: z.tuple([z.string(), z.string()]), why: z.string() })),
  /** Product of the needs' confidences: how likely the set serves all that it covers. */
  confidence: unit,
})
export type ToolSet = z.infer<typeof toolSetSchema>

export const coverAnswerSchema = z.object({
  generation: z.number().int(),
  answer: z.enum(['complete', 'partial', 'none']),
  summary: z.string(),
  /** False when there were too many needs for an exact answer. */
  exact: z.boolean(),
  best: toolSetSchema.optional(),
  /** The best set that is not the best one or a superset of it. */
  nextBest: toolSetSchema.optional(),
  uncovered: z.array(
    z.object({
      need: z.string(),
      nearest: z
        .object({ capability: capabilityRefSchema, tool: toolSummarySchema, confidence: unit, fails: z.string() })
        .optional(),
    }),
  ),
  tookMs: z.number(),
})
export type CoverAnswer = z.infer<typeof coverAnswerSchema>
