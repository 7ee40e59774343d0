import { createRoute } from '@hono/zod-openapi'
import { compareQuerySchema, comparisonSchema } from '../../core/api/compare.js'
import type { AppDeps } from '../env.js'
import { type App, json, problems, router } from '../router.js'

const route = createRoute({
  method: 'get',
  path: '/api/v1/compare',
  summary: 'Compare two to five tools',
  request: { query: compareQuerySchema },
  responses: {
    200: json(
      comparisonSchema,
      'What kind of pair they are, what both have, what only one has, and who serves which situation',
    ),
    ...problems(404),
  },
})

export function compareRoutes({ engine }: AppDeps): App {
  return router().openapi(route, async (c) =>
    c.json(await engine.compare(c.req.valid('query'), c.get('caller'), c.get('now')), 200),
  ) as App
}
