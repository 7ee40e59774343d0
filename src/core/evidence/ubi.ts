import { z } from 'zod'
import { OUTCOMES, outcomeKey } from './events.js'

/** An event of the log as the store takes it. */
export interface LoggedEvent {
  kind: string
  at: number
  id: string
  dedupe: string[]
  payload: unknown
}

const APPLICATION = 'matchgraph'

/**
 * The field names of OpenSearch User Behavior Insights (UBI schema 1.3): searches as `ubi_queries`, everything else as `ubi_events`.
 * What UBI has no field for goes into `query_attributes` and `event_attributes`, so that the log comes back as it was.
 */
export const ubiQuerySchema = z.object({
  application: z.string(),
  query_id: z.string().min(1),
  client_id: z.string(),
  user_query: z.string().optional(),
  timestamp: z.iso.datetime(),
  query_response_hit_ids: z.array(z.string()),
  query_attributes: z.object({
    hash: z.string(),
    stems: z.array(z.string()),
    vector: z.string(),
    tools: z.array(z.string()),
    offset: z.number().int(),
    slot: z.number().int().optional(),
    answer: z.enum(['match', 'weak', 'none']),
    ranker: z.string(),
    logit: z.number().optional(),
    generation: z.number().int(),
  }),
})

export const ubiEventSchema = z.object({
  application: z.string(),
  action_name: z.enum([...OUTCOMES, 'admission', 'verdict']),
  query_id: z.string().optional(),
  client_id: z.string().optional(),
  timestamp: z.iso.datetime(),
  message: z.string().optional(),
  event_attributes: z.object({
    id: z.string().min(1),
    object: z.object({ object_id: z.string(), object_id_field: z.literal('capability') }).optional(),
    known: z.boolean().optional(),
    owns: z.array(z.string()).optional(),
    weight: z.number().optional(),
    dedupe: z.array(z.string()).optional(),
    through: z.number().optional(),
    barred: z.boolean().optional(),
  }),
})

/** One event of the log as one UBI document. */
export function toUbi({ kind, at, id, dedupe, payload }: LoggedEvent): object {
  const timestamp = new Date(at).toISOString()
  // biome-ignore lint/suspicious/noExplicitAny: the store keeps payloads opaque
  const p = payload as any
  if (kind === 'impression') {
    const { client, query, shown, id: _id, at: _at, ...attributes } = p
    return {
      application: APPLICATION,
      query_id: id,
      client_id: client,
      ...(query !== undefined && { user_query: query }),
      timestamp,
      query_response_hit_ids: shown.map(([capability]: [string]) => capability),
      query_attributes: { ...attributes, tools: shown.map(([, tool]: [string, string]) => tool) },
    }
  }
  if (kind === 'match') {
    const { impression, capability, outcome, client, comment, known, owns, weight } = p
    return {
      application: APPLICATION,
      action_name: outcome,
      query_id: impression,
      client_id: client,
      timestamp,
      ...(comment !== undefined && { message: comment }),
      event_attributes: {
        id,
        object: { object_id: capability, object_id_field: 'capability' },
        known,
        ...(owns !== undefined && { owns }),
        ...(weight !== undefined && { weight }),
        dedupe,
      },
    }
  }
  const { id: _id, at: _at, client, ...attributes } = p
  return {
    application: APPLICATION,
    action_name: kind,
    ...(client !== undefined && { client_id: client }),
    timestamp,
    event_attributes: { id, ...attributes },
  }
}

/** @throws ZodError when it is neither a query nor an event in these field names */
export function fromUbi(document: unknown): LoggedEvent {
  if (document !== null && typeof document === 'object' && !('action_name' in document)) {
    const q = ubiQuerySchema.parse(document)
    const at = Date.parse(q.timestamp)
    const { tools, ...attributes } = q.query_attributes
    const payload = {
      id: q.query_id,
      at,
      client: q.client_id,
      ...(q.user_query !== undefined && { query: q.user_query }),
      ...attributes,
      shown: q.query_response_hit_ids.map((capability, i) => [capability, tools[i] ?? '']),
    }
    return { kind: 'impression', at, id: q.query_id, dedupe: [], payload }
  }
  const e = ubiEventSchema.parse(document)
  const at = Date.parse(e.timestamp)
  const { id, object, dedupe = [], ...attributes } = e.event_attributes
  const client = e.client_id !== undefined ? { client: e.client_id } : {}
  if (e.action_name === 'admission' || e.action_name === 'verdict') {
    return { kind: e.action_name, at, id, dedupe: [], payload: { id, at, ...client, ...attributes } }
  }
  const payload = {
    id,
    at,
    impression: e.query_id,
    capability: object?.object_id,
    outcome: e.action_name,
    ...client,
    ...attributes,
    ...(e.message !== undefined && { comment: e.message }),
  }
  // by this key a report keeps the list of results that it is about in the log
  const keys = dedupe.some((key) => key.startsWith('o/')) ? dedupe : [...dedupe, outcomeKey(payload)]
  return { kind: 'match', at, id, dedupe: keys, payload }
}
