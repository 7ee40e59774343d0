import { z } from 'zod'
import { COMPONENTS } from '../rank/weights.js'
import { filterFields, toolSummarySchema } from './search.js'

const interval = z.tuple([z.number().min(0).max(100), z.number().min(0).max(100)])

export const rankComponentSchema = z.object({
  component: z.enum(COMPONENTS),
  weight: z.number(),
  /** 0..1; absent: no data. */
  value: z.number().optional(),
  /** Observations behind the value; of the match graph, decayed expected selections. */
  n: z.number(),
  /** How much of the estimate is the tool's own; the rest is the mean of its type. */
  reliability: z.number(),
  typeMean: z.number(),
  typeTools: z.number().int(),
  estimate: z.number(),
  /** 100 · weight · estimate; the points sum to the rank. */
  points: z.number(),
  inputs: z.array(
    z.object({
      name: z.string(),
      value: z.union([z.number(), z.string()]),
      score: z.number(),
      asOf: z.string().optional(),
      source: z.string().optional(),
    }),
  ),
})

const matched = {
  /** Accepted selections of its capabilities. */
  timesMatched: z.number().int(),
  /** Since when matches are counted; absent before the first. */
  since: z.string().optional(),
}

/** How a tool's texts speak of it. None of it enters the rank. */
export const wordingSchema = z.object({
  /** Capabilities whose texts hold praise or calls to action. */
  boasting: z.number().int(),
  /** Mean cosine that this praise adds between its capabilities and the needs they serve. */
  sensitivity: z.number(),
  /** Capabilities whose texts speak to the model that reads them. */
  addressingReaders: z.number().int(),
})
export type Wording = z.infer<typeof wordingSchema>

export const toolRankSchema = z.object({
  slug: z.string(),
  name: z.string(),
  type: z.string(),
  rank: z.number(),
  interval,
  version: z.number().int(),
  components: z.array(rankComponentSchema),
  wording: wordingSchema.optional(),
  ...matched,
})
export type ToolRankAnswer = z.infer<typeof toolRankSchema>

export const rankingsQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
  ...filterFields,
})
export type RankingsQuery = z.output<typeof rankingsQuerySchema>

export const rankingsSchema = z.object({
  version: z.number().int(),
  total: z.number().int(),
  nextCursor: z.string().optional(),
  /** By the lower end of the interval. */
  rankings: z.array(
    z.object({
      position: z.number().int(),
      tool: toolSummarySchema,
      rank: z.number(),
      interval,
      points: z.record(z.string(), z.number()),
      /** Components of which nothing is known. */
      noData: z.array(z.string()),
      ...matched,
    }),
  ),
})
export type RankingsAnswer = z.infer<typeof rankingsSchema>
