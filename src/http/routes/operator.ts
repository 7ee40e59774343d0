import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { replayAnswerSchema } from '../../core/api/matches.js'
import { auditSchema, demandQuerySchema, demandSchema, verdictBodySchema } from '../../core/api/operator.js'
import type { AppDeps } from '../env.js'
import { adminOnly } from '../middleware.js'
import { type App, json, problems, router } from '../router.js'

const none = z.strictObject({})

const replayRoute = createRoute({
  method: 'post',
  path: '/api/v1/replay',
  summary: 'Rebuild all evidence from the log, and say whether it equals what was in use',
  request: { query: none },
  responses: { 200: json(replayAnswerSchema, 'Rebuilt'), ...problems(413, 415) },
})
const demandRoute = createRoute({
  method: 'get',
  path: '/api/v1/demand',
  summary: 'Needs that found nothing, in clusters of more than five clients',
  request: { query: demandQuerySchema },
  responses: { 200: json(demandSchema, 'Clusters, most clients first'), ...problems() },
})
const auditRoute = createRoute({
  method: 'get',
  path: '/api/v1/audit',
  summary: 'Capabilities whose support looks like a ring, and whose votes it is',
  request: { query: none },
  responses: { 200: json(auditSchema, 'Alarms, the surest first'), ...problems() },
})
const verdictRoute = createRoute({
  method: 'post',
  path: '/api/v1/verdicts',
  summary: "Take clients' votes out of the count, or let them count again",
  request: { query: none, body: { required: true, content: { 'application/json': { schema: verdictBodySchema } } } },
  responses: {
    200: json(z.object({ clients: z.number().int(), barred: z.boolean() }), 'Rolled back by replay of the log'),
    ...problems(413, 415),
  },
})

export function operatorRoutes(deps: AppDeps): App {
  const { operator, matches } = deps
  const app = router()
  for (const path of ['replay', 'demand', 'audit', 'verdicts']) app.use(`/api/v1/${path}`, adminOnly(deps))
  app.openapi(replayRoute, async (c) => c.json(await matches.log.replay(), 200))
  app.openapi(demandRoute, async (c) => {
    const { days, limit } = c.req.valid('query')
    const found = await operator.demand(days, limit, c.get('now'))
    const clusters = found.map((cluster) => ({
      ...cluster,
      firstAt: new Date(cluster.firstAt).toISOString(),
      lastAt: new Date(cluster.lastAt).toISOString(),
    }))
    return c.json({ days, clusters }, 200)
  })
  app.openapi(auditRoute, async (c) => c.json({ alarms: await operator.audit() }, 200))
  app.openapi(verdictRoute, async (c) => {
    const { clients, barred } = c.req.valid('json')
    await operator.judge(clients, barred, c.get('now'))
    return c.json({ clients: clients.length, barred }, 200)
  })
  return app
}
