import { z } from 'zod'
import { LAYERS, pricingSchema, TOOL_TYPES } from '../catalogue.js'
import { list, names, need, unit } from './fields.js'

/** How two tools stand to each other. `contains`: everything one does, the other does too, and more. */
export const RELATIONS = ['substitutes', 'complements', 'contains', 'unrelated'] as const

export const compareQuerySchema = z.strictObject({
  /** Slugs or names as people type them. */
  tools: names(2, 5),
  /** Situations of your own, in words; judged like the others and shown first. */
  for: list(need, 5),
})
export type CompareQuery = z.output<typeof compareQuerySchema>

/** A capability of one of the compared tools. */
export const capabilityRefSchema = z.object({ tool: z.string(), id: z.string(), name: z.string() })
export type CapabilityRef = z.infer<typeof capabilityRefSchema>

/** Why the relation is what it is. At least one of the lists names something that stands in the catalogue. */
export const relationSchema = z.object({
  kind: z.enum(RELATIONS),
  /** One or two sentences; names a capability, an attribute or a recorded pairing. */
  why: z.string(),
  tools: z.tuple([z.string(), z.string()]),
  /** With `contains`: the slug of the one that contains the other. */
  container: z.string().optional(),
  /** Share of the first tool's distinct capabilities that the second has too, and the other way round. */
  coverage: z.tuple([unit, unit]),
  /** What `why` names. */
  basis: z.object({
    capabilities: z.array(capabilityRefSchema),
    /** Fields of the records: `layer`, `type`, `categories`, `worksWith` or an attribute's name. */
    fields: z.array(z.string()),
  }),
})
export type Relation = z.infer<typeof relationSchema>

export const comparedToolSchema = z.object({
  slug: z.string(),
  name: z.string(),
  type: z.enum(TOOL_TYPES),
  layer: z.enum(LAYERS).optional(),
  url: z.string().optional(),
  description: z.string(),
  license: z.string().optional(),
  pricing: pricingSchema.optional(),
  /** As listed, and with near-duplicates collapsed; `twins` are the groups that count once. */
  capabilities: z.object({
    total: z.number().int(),
    distinct: z.number().int(),
    /** How many of them this comparison looked at: the first ones of very large tools. */
    compared: z.number().int(),
    twins: z.array(z.array(capabilityRefSchema)),
  }),
  /** 0..100 and its 90 % interval; absent where nothing is known. */
  rank: z.number().min(0).max(100).optional(),
  rankInterval: z.tuple([z.number(), z.number()]).optional(),
  /** The parts of the rank; points sum to `rank`. `value` is null where there is no data. */
  rankParts: z
    .array(z.object({ name: z.string(), value: z.number().nullable(), points: z.number(), n: z.number() }))
    .optional(),
  /** Selections of its capabilities, all time, and the decayed sums of how they went. */
  matches: z.object({ timesMatched: z.number(), succeeded: z.number(), failed: z.number() }),
  failureModes: z.array(z.object({ mode: z.string(), mitigation: z.string().optional() })),
})
export type ComparedTool = z.infer<typeof comparedToolSchema>

/** One value with where it comes from. `null` in a row stands for "no data". */
export const claimSchema = z.object({
  value: z.union([z.string(), z.number(), z.boolean()]),
  unit: z.string().optional(),
  source: z.string().optional(),
  asOf: z.string().optional(),
  claimedBy: z.enum(['vendor', 'third-party', 'measured']).optional(),
  /** What the tool's own texts say otherwise. */
  contradicts: z.array(z.string()).optional(),
})
export type Claim = z.infer<typeof claimSchema>

export const rowSchema = z.object({
  /** Key of the attribute or fact, e.g. `contextWindow`, and how people read it, e.g. "Context window". */
  id: z.string(),
  label: z.string(),
  /** How much this row tells the tools apart, 0..1; rows are in this order. */
  apart: unit,
  state: z.enum(['differs', 'partial', 'equal']),
  /** By slug; null = no data. */
  cells: z.record(z.string(), claimSchema.nullable()),
  /** A sentence where the values need one, e.g. that two prices are not in the same unit. */
  note: z.string().optional(),
})
export type Row = z.infer<typeof rowSchema>

/** Capabilities of different tools that do the same. One member a tool, at least two. */
export const alignedSchema = z.object({
  /** Calibrated probability that they do the same thing. */
  probability: unit,
  /** Cosine of the two texts, for two members; the mean for more. */
  similarity: z.number().min(-1).max(1),
  members: z.array(capabilityRefSchema.extend({ description: z.string(), limitations: z.array(z.string()) })),
})
export type Aligned = z.infer<typeof alignedSchema>

export const onlySchema = capabilityRefSchema.extend({
  description: z.string(),
  /** The other tools' most similar one, too far to be the same. */
  nearest: capabilityRefSchema.extend({ probability: unit }).optional(),
})
export type Only = z.infer<typeof onlySchema>

/** Who serves a situation: one tool, any of several, only several together, or none. */
export const OUTCOMES = ['one', 'either', 'together', 'neither'] as const
export const scenarioSchema = z.object({
  title: z.string(),
  /** The needs that make up the situation, in the words of somebody who has them. */
  needs: z.array(z.string()),
  /** Where it comes from: intents of the catalogue, an attribute, or the caller. */
  origin: z.enum(['intents', 'attribute', 'asked']),
  outcome: z.enum(OUTCOMES),
  /** Slugs of the winners: one, all that would do, all that are needed together, or none. */
  tools: z.array(z.string()),
  reason: z.string(),
  covering: z.array(capabilityRefSchema.extend({ need: z.string(), confidence: unit })),
  /** The requirement each losing tool fails. */
  failed: z.array(z.object({ tool: z.string(), requirement: z.string() })),
  /** With `neither`: who else does, when somebody does. */
  elsewhere: z.array(z.object({ tool: z.string(), name: z.string(), why: z.string() })),
})
export type Scenario = z.infer<typeof scenarioSchema>

export const headToHeadSchema = z.object({
  /** Selections in searches that showed more than one of these tools; of three shown, the one taken is chosen before two. */
  n: z.number().int(),
  wins: z.array(z.object({ tool: z.string(), selected: z.number(), succeeded: z.number(), failed: z.number() })),
  /** Says so when there is no evidence. */
  note: z.string(),
})
export type HeadToHead = z.infer<typeof headToHeadSchema>

/** A link for going on: an address of this server and what it leads to. */
export const wayOnSchema = z.object({ text: z.string(), href: z.string() })

export const comparisonSchema = z.object({
  generation: z.number().int(),
  tools: z.array(comparedToolSchema),
  /** Of the whole set: the pair's own for two tools, the prevailing one for more. */
  relation: relationSchema,
  /** Every pair, in the order of the tools. */
  relations: z.array(relationSchema),
  table: z.array(rowSchema),
  pairs: z.array(alignedSchema),
  only: z.record(z.string(), z.array(onlySchema)),
  scenarios: z.array(scenarioSchema),
  headToHead: headToHeadSchema,
  verdict: z.object({
    /** Two or three sentences: for whom, with the numbers. */
    sentences: z.array(z.string()),
    /** What would turn it round. */
    flips: z.array(z.string()),
  }),
  bottomLine: z.object({ sentences: z.array(z.string()), ways: z.array(wayOnSchema) }),
  tookMs: z.number(),
})
export type Comparison = z.infer<typeof comparisonSchema>
