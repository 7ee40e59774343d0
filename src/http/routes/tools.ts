import { createHash } from 'node:crypto'
import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { filterFields, toolSummarySchema } from '../../core/api/search.js'
import { SLUG, toolSchema } from '../../core/catalogue.js'
import { AppError } from '../../core/errors.js'
import type { StoredTool } from '../../store/store.js'
import type { AppDeps } from '../env.js'
import { needs } from '../middleware.js'
import { type App, json, problems, router } from '../router.js'

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/tools',
  summary: 'List tools',
  request: {
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().max(128).regex(SLUG, 'comes from nextCursor').optional(),
      ...filterFields,
    }),
  },
  responses: {
    200: json(
      z.object({
        tools: z.array(toolSummarySchema.extend({ description: z.string(), capabilities: z.number().int() })),
        total: z.number().int(),
        nextCursor: z.string().optional(),
      }),
      'Tools by slug',
    ),
    ...problems(),
  },
})

const params = z.strictObject({ slug: z.string().max(128) })
const toolAnswer = toolSchema.extend({ generation: z.number().int() })

const oneRoute = createRoute({
  method: 'get',
  path: '/api/v1/tools/{slug}',
  summary: 'One tool, whole; with `raw=on` as written, passages that address the reading model included',
  request: { params, query: z.strictObject({ raw: z.enum(['on', 'off']).default('off') }) },
  responses: {
    200: json(toolAnswer, 'The catalogue record'),
    304: { description: 'Unchanged since the ETag' },
    ...problems(404),
  },
})

const putRoute = createRoute({
  method: 'put',
  path: '/api/v1/tools/{slug}',
  summary: 'Add or replace a tool; searchable when the call returns',
  request: {
    params,
    query: z.strictObject({}),
    body: { required: true, content: { 'application/json': { schema: z.unknown() } } },
  },
  responses: {
    200: json(z.object({ slug: z.string(), generation: z.number().int() }), 'Stored and searchable'),
    ...problems(413, 415),
  },
})

const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/v1/tools/{slug}',
  summary: 'Remove a tool',
  request: { params, query: z.strictObject({}) },
  responses: {
    200: json(z.object({ slug: z.string(), generation: z.number().int() }), 'Gone'),
    ...problems(404),
  },
})

/** The record as written, ids filled in. */
export const recordOf = ({ tool, capabilities }: StoredTool): z.input<typeof toolSchema> => ({
  ...tool,
  capabilities: capabilities.map(({ toolSlug: _slug, label: _label, bornAt: _born, ...capability }) => capability),
})

export function toolRoutes(deps: AppDeps): App {
  const { engine, writer } = deps
  const app = router()
  app.openapi(listRoute, (c) => {
    const { limit, cursor, ...filters } = c.req.valid('query')
    return c.json(engine.tools(filters, limit, cursor), 200)
  })
  app.openapi(oneRoute, async (c) => {
    const stored = await engine.tool(c.req.valid('param').slug)
    const body = { ...recordOf(stored), generation: engine.generation.id }
    const form = c.req.valid('query').raw === 'on' ? '-raw' : ''
    const etag = `"${createHash('sha256').update(stored.hash).digest('base64url').slice(0, 22)}${form}"`
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, { etag })
    return c.json(body as z.output<typeof toolAnswer>, 200, { etag })
  })
  app.use('/api/v1/tools/:slug', async (c, next) =>
    c.req.method === 'GET' || c.req.method === 'HEAD' ? next() : needs(deps, 'write')(c, next),
  )
  app.openapi(putRoute, async (c) => {
    const { slug } = c.req.valid('param')
    const record = c.req.valid('json') as { slug?: unknown }
    if (typeof record !== 'object' || record === null || (record.slug ?? slug) !== slug) {
      throw new AppError('invalid-record', `The record's slug must be "${slug}", as in the address.`)
    }
    return c.json({ slug, generation: await writer.put({ slug, ...record }, c.get('now')) }, 200)
  })
  app.openapi(deleteRoute, async (c) => {
    const { slug } = c.req.valid('param')
    return c.json({ slug, generation: await writer.remove(slug, c.get('now')) }, 200)
  })
  return app
}
