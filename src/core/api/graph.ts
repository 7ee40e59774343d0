import { z } from 'zod'
import { LAYERS, TOOL_TYPES } from '../catalogue.js'
import { need, unit } from './fields.js'

export const graphQuerySchema = z
  .strictObject({
    intent: need.optional(),
    /** Slug or name. */
    tool: z.string().trim().min(1).max(200).optional(),
    /** Most nodes of the drawing. */
    limit: z.coerce.number().int().min(10).max(60).default(60),
  })
  .refine((query) => (query.intent === undefined) !== (query.tool === undefined), {
    message: 'give either intent= (a need in words) or tool= (a slug)',
    path: ['intent'],
  })
export type GraphQuery = z.output<typeof graphQuerySchema>

export const graphNodeSchema = z.object({
  /** `intent:0`, `capability:<id>`, `tool:<slug>`. */
  id: z.string(),
  kind: z.enum(['intent', 'capability', 'tool']),
  label: z.string(),
  /** Place inside its column, from 0; columns are ordered so that few edges cross. */
  row: z.number().int(),
  /** Slug or capability id, for linking; the asked need itself has none. */
  ref: z.string().optional(),
  type: z.enum(TOOL_TYPES).optional(),
  layer: z.enum(LAYERS).optional(),
  /** True for what was asked. */
  focus: z.boolean(),
})
export type GraphNode = z.infer<typeof graphNodeSchema>

export const graphEdgeSchema = z.object({
  from: z.string(),
  to: z.string(),
  /** intent → capability, capability → tool, tool – tool. */
  kind: z.enum(['serves', 'belongs', 'works-with']),
  /** How well it serves (confidence), 1 for the other kinds. */
  weight: unit,
  /** Recorded matches on this edge; drawn as the line's width. */
  matches: z.object({ timesMatched: z.number(), succeeded: z.number(), failed: z.number() }).optional(),
  why: z.string().optional(),
})
export type GraphEdge = z.infer<typeof graphEdgeSchema>

export const graphSchema = z.object({
  generation: z.number().int(),
  title: z.string(),
  nodes: z.array(graphNodeSchema),
  edges: z.array(graphEdgeSchema),
  /** What was left out for readability; 0 when nothing. */
  omitted: z.object({ capabilities: z.number().int(), tools: z.number().int() }),
  tookMs: z.number(),
})
export type Graph = z.infer<typeof graphSchema>
