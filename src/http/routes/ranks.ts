import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { rankingsQuerySchema, rankingsSchema, toolRankSchema } from '../../core/api/rank.js'
import { wordingOf } from '../../engine/wording.js'
import type { AppDeps } from '../env.js'
import { type App, json, problems, router } from '../router.js'

const rankRoute = createRoute({
  method: 'get',
  path: '/api/v1/tools/{slug}/rank',
  summary: 'What the rank of a tool is made of; the points sum to it',
  request: { params: z.strictObject({ slug: z.string().max(128) }), query: z.strictObject({}) },
  responses: { 200: json(toolRankSchema, 'Components with their inputs, shrinkage and points'), ...problems(404) },
})

const rankingsRoute = createRoute({
  method: 'get',
  path: '/api/v1/rankings',
  summary: 'Leaderboard by the lower end of the interval',
  request: { query: rankingsQuerySchema },
  responses: { 200: json(rankingsSchema, 'Tools, best first'), ...problems() },
})

export function rankRoutes({ engine, ranks }: AppDeps): App {
  const app = router()
  app.openapi(rankRoute, async (c) => {
    const { slug } = c.req.valid('param')
    const rank = ranks.breakdown(engine.live, slug)
    const wording = await wordingOf(await engine.tool(slug), engine.live.embedder)
    return c.json({ ...rank, wording }, 200)
  })
  app.openapi(rankingsRoute, (c) => c.json(ranks.rankings(engine.live, c.req.valid('query')), 200))
  return app
}
