import { z } from 'zod'

export const demandQuerySchema = z.strictObject({
  /** How far back. */
  days: z.coerce.number().int().min(1).max(365).default(30),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const demandSchema = z.object({
  days: z.number().int(),
  /** Only clusters of more than five clients. */
  clusters: z.array(
    z.object({
      searches: z.number().int(),
      clients: z.number().int(),
      /** Stems that more than five clients used. */
      words: z.array(z.string()),
      /** As written, when more than five clients wrote exactly this. */
      need: z.string().optional(),
      firstAt: z.string(),
      lastAt: z.string(),
    }),
  ),
})

const outcomes = z.object({ succeeded: z.number().int(), failed: z.number().int() })

export const alarmSchema = z.object({
  capability: z.string(),
  /** Clients, as HMACs, that come mostly for this capability. */
  clients: z.array(z.string()),
  share: z.number(),
  loyal: outcomes,
  others: outcomes,
  p: z.number(),
})
export const auditSchema = z.object({ alarms: z.array(alarmSchema) })

export const verdictBodySchema = z.strictObject({
  /** As named by the audit. */
  clients: z.array(z.string().min(1).max(64)).min(1).max(10_000),
  /** true: none of their votes count, in the whole log; false: they count again. */
  barred: z.boolean(),
})
