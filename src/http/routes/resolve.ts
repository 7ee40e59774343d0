import { createRoute } from '@hono/zod-openapi'
import { resolveAnswerSchema, resolveBodySchema } from '../../core/api/resolve.js'
import type { AppDeps } from '../env.js'
import { type App, json, problems, router } from '../router.js'

const route = createRoute({
  method: 'post',
  path: '/api/v1/resolve',
  summary: 'Which tool to call for an intent, what it is proved to fulfil, and how to call it',
  request: { body: { required: true, content: { 'application/json': { schema: resolveBodySchema } } } },
  responses: {
    200: json(resolveAnswerSchema, 'Answers, best first; or that nothing here does that'),
    ...problems(413, 415),
  },
})

export function resolveRoutes({ engine }: AppDeps): App {
  return router().openapi(route, async (c) => {
    const answer = await engine.resolve(c.req.valid('json'), c.get('caller'), c.get('now'))
    return c.json(answer, 200)
  }) as App
}
