import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { groupedAnswerSchema, searchAnswerSchema, searchQuerySchema } from '../../core/api/search.js'
import type { AppDeps } from '../env.js'
import { type App, json, problems, router } from '../router.js'

const route = createRoute({
  method: 'get',
  path: '/api/v1/search',
  summary: 'Search capabilities by a need in plain words',
  request: { query: searchQuerySchema },
  responses: {
    200: json(
      z.union([searchAnswerSchema, groupedAnswerSchema]),
      'Results, best first; or that nothing here does that',
    ),
    ...problems(),
  },
})

export function searchRoutes({ engine }: AppDeps): App {
  return router().openapi(route, async (c) => {
    const answer = await engine.search(c.req.valid('query'), c.get('caller'), c.get('now'))
    return c.json(answer, 200)
  }) as App
}
