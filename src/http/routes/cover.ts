import { createRoute } from '@hono/zod-openapi'
import { coverAnswerSchema, coverBodySchema } from '../../core/api/cover.js'
import type { AppDeps } from '../env.js'
import { type App, json, problems, router } from '../router.js'

const route = createRoute({
  method: 'post',
  path: '/api/v1/cover',
  summary: 'The smallest set of tools that serves several needs',
  request: { body: { required: true, content: { 'application/json': { schema: coverBodySchema } } } },
  responses: {
    200: json(coverAnswerSchema, 'The best set, the next-best one, and what stays uncovered'),
    ...problems(404, 413, 415),
  },
})

export function coverRoutes({ engine }: AppDeps): App {
  return router().openapi(route, async (c) =>
    c.json(await engine.cover(c.req.valid('json'), c.get('caller'), c.get('now')), 200),
  ) as App
}
