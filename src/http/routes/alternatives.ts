import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { alternativesAnswerSchema, alternativesQuerySchema } from '../../core/api/alternatives.js'
import type { AppDeps } from '../env.js'
import { type App, json, problems, router } from '../router.js'

const route = createRoute({
  method: 'get',
  path: '/api/v1/tools/{slug}/alternatives',
  summary: 'What could take the place of a tool',
  request: { params: z.strictObject({ slug: z.string().max(200) }), query: alternativesQuerySchema },
  responses: {
    200: json(
      alternativesAnswerSchema,
      'Alternatives with what is shared, lost and gained; or that nothing replaces it',
    ),
    ...problems(404),
  },
})

export function alternativesRoutes({ engine }: AppDeps): App {
  return router().openapi(route, async (c) => {
    const { slug } = c.req.valid('param')
    return c.json(await engine.alternatives(slug, c.req.valid('query'), c.get('caller'), c.get('now')), 200)
  }) as App
}
