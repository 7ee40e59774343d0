import { createRoute } from '@hono/zod-openapi'
import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import { jobSchema, reindexBodySchema } from '../../core/api/jobs.js'
import type { AppDeps } from '../env.js'
import { adminOnly } from '../middleware.js'
import { type App, json, problems, router } from '../router.js'

const query = z.strictObject({})
const params = z.strictObject({ id: z.string().max(64) })

const reindexRoute = createRoute({
  method: 'post',
  path: '/api/v1/reindex',
  summary: 'Read the catalogue again, in a process of its own; searches go on meanwhile',
  request: { query, body: { required: false, content: { 'application/json': { schema: reindexBodySchema } } } },
  responses: { 202: json(jobSchema, 'Started'), ...problems(409, 413, 415) },
})
const jobRoute = createRoute({
  method: 'get',
  path: '/api/v1/jobs/{id}',
  summary: 'A job and how far it is',
  request: { query, params },
  responses: { 200: json(jobSchema, 'The job'), ...problems(404) },
})
const eventsRoute = createRoute({
  method: 'get',
  path: '/api/v1/jobs/{id}/events',
  summary: 'The same as server-sent events, until it ends',
  request: { query, params },
  responses: {
    200: {
      description: 'Events named "progress", the last one named "end"',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problems(404),
  },
})

export function jobRoutes(deps: AppDeps): App {
  const { jobs } = deps
  const app = router()
  app.use('/api/v1/reindex', adminOnly(deps))
  app.use('/api/v1/jobs/*', adminOnly(deps))
  app.openapi(reindexRoute, async (c) => {
    const body = c.req.header('content-type') ? c.req.valid('json') : reindexBodySchema.parse({})
    const job = jobs.reindex(body)
    return c.json(job, 202, { location: `/api/v1/jobs/${job.id}` })
  })
  app.openapi(jobRoute, (c) => c.json(jobs.get(c.req.valid('param').id), 200))
  app.openapi(eventsRoute, (c) => {
    const { id } = c.req.valid('param')
    jobs.get(id)
    return streamSSE(c, async (stream) => {
      const gone = new AbortController()
      stream.onAbort(() => gone.abort())
      for await (const job of jobs.follow(id, gone.signal)) {
        await stream.writeSSE({ event: job.state === 'running' ? 'progress' : 'end', data: JSON.stringify(job) })
      }
    })
  })
  return app
}
