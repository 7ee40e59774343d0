import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { matchAnswerSchema, matchBatchAnswerSchema, matchBatchSchema, matchBodySchema } from '../../core/api/matches.js'
import { AppError } from '../../core/errors.js'
import type { AppDeps } from '../env.js'
import { type App, json, problems, router } from '../router.js'

const query = z.strictObject({})
const body = (schema: z.ZodType) => ({ required: true, content: { 'application/json': { schema } } })

const oneRoute = createRoute({
  method: 'post',
  path: '/api/v1/matches',
  summary: 'Report that a result was selected, and whether it worked',
  request: { query, body: body(matchBodySchema) },
  responses: {
    200: json(matchAnswerSchema, 'Already recorded'),
    201: json(matchAnswerSchema, 'Recorded, and on disk'),
    ...problems(404, 409, 410, 413, 415),
  },
})

const batchRoute = createRoute({
  method: 'post',
  path: '/api/v1/matches/batch',
  summary: 'Report up to 1,000 at once; each is answered by its index',
  request: { query, body: body(matchBatchSchema) },
  responses: { 200: json(matchBatchAnswerSchema, 'One answer each, in order'), ...problems(413, 415) },
})

export function matchRoutes(deps: AppDeps): App {
  const { matches } = deps
  const app = router()
  app.openapi(oneRoute, async (c) => {
    const request = c.req.valid('json') as z.output<typeof matchBodySchema>
    const key = request.idempotencyKey ?? c.req.header('idempotency-key')
    if (key !== undefined && key.length > 200) {
      throw new AppError('invalid-parameter', 'Idempotency-Key may have at most 200 characters.')
    }
    const recorded = await matches.record({ ...request, idempotencyKey: key }, c.get('caller'), c.get('now'))
    return recorded.status === 'duplicate' ? c.json(recorded, 200) : c.json(recorded, 201)
  })
  app.openapi(batchRoute, async (c) => {
    const requests = (c.req.valid('json') as z.output<typeof matchBatchSchema>).matches
    const answers = await matches.recordAll(requests, c.get('caller'), c.get('now'))
    const results = answers.map((answer, index) =>
      answer instanceof AppError
        ? { index, status: 'refused' as const, code: answer.code, detail: answer.detail }
        : { index, ...answer },
    )
    return c.json({ results }, 200)
  })
  return app
}
