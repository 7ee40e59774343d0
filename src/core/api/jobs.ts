import { z } from 'zod'

export const jobSchema = z.object({
  id: z.string(),
  kind: z.literal('reindex'),
  state: z.enum(['running', 'done', 'failed']),
  /** RFC 3339, UTC. */
  startedAt: z.string(),
  endedAt: z.string().optional(),
  step: z.string().optional(),
  done: z.number().int().optional(),
  total: z.number().int().optional(),
  /** What `matchgraph index --json` reports. */
  report: z.record(z.string(), z.unknown()).optional(),
  error: z.string().optional(),
})
export type Job = z.infer<typeof jobSchema>

export const reindexBodySchema = z.strictObject({
  /** Catalogue files or folders on the server; the shipped catalogue when left out. */
  catalogue: z.array(z.string().min(1).max(4096)).min(1).max(50).optional(),
  full: z.boolean().default(false),
})
export type ReindexBody = z.output<typeof reindexBodySchema>
