import { z } from 'zod'
import { OUTCOMES } from '../evidence/events.js'

export const matchBodySchema = z.strictObject({
  /** Of the search result that this reports on. */
  token: z.string().min(1).max(200),
  outcome: z.enum(OUTCOMES),
  comment: z.string().max(500, 'may have at most 500 characters').optional(),
  /** Nothing with the same key is recorded twice for one client. The header Idempotency-Key says the same. */
  idempotencyKey: z.string().min(1).max(200).optional(),
})
export type MatchBody = z.output<typeof matchBodySchema>

export const matchAnswerSchema = z.object({
  matchId: z.string(),
  /** `capped`: kept in the log, but this client or this day has counted enough for it. */
  status: z.enum(['recorded', 'capped', 'duplicate']),
  /** 0..1: how much it counts. */
  weight: z.number().min(0).max(1),
})
export type MatchAnswer = z.infer<typeof matchAnswerSchema>

export const matchBatchSchema = z.strictObject({
  matches: z.array(matchBodySchema).min(1).max(1000, 'may have at most 1000 matches'),
})

export const matchBatchAnswerSchema = z.object({
  /** In the order of the request. */
  results: z.array(
    z.union([
      matchAnswerSchema.extend({ index: z.number().int() }),
      z.object({
        index: z.number().int(),
        status: z.literal('refused'),
        code: z.string(),
        detail: z.string(),
      }),
    ]),
  ),
})

export const replayAnswerSchema = z.object({
  /** Whether the rebuilt evidence equals, bit for bit, what was in use. */
  identical: z.boolean(),
  /** Events in the log since its last compaction. */
  events: z.number().int(),
})
