import { createRoute } from '@hono/zod-openapi'
import { graphQuerySchema, graphSchema } from '../../core/api/graph.js'
import type { AppDeps } from '../env.js'
import { type App, json, problems, router } from '../router.js'

const route = createRoute({
  method: 'get',
  path: '/api/v1/graph',
  summary: 'The match graph around a need or a tool',
  request: { query: graphQuerySchema },
  responses: {
    200: json(graphSchema, 'Needs, capabilities and tools, with recorded matches on the edges'),
    ...problems(404),
  },
})

export function graphRoutes({ engine }: AppDeps): App {
  return router().openapi(route, async (c) =>
    c.json(await engine.graph(c.req.valid('query'), c.get('caller'), c.get('now')), 200),
  ) as App
}
