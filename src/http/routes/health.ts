import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { AppDeps } from '../env.js'
import { type App, json, problems, router } from '../router.js'

const health = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'The process lives',
  responses: { 200: json(z.object({ status: z.literal('ok') }), 'Alive') },
})
const readySchema = z.object({
  status: z.literal('ready'),
  generation: z.number().int(),
  capabilities: z.number().int(),
  tools: z.number().int(),
  model: z.string(),
  /** Only with a store that several servers share. */
  lag: z
    .object({
      reachable: z.boolean(),
      told: z.boolean(),
      generations: z.number().int(),
      events: z.number().int(),
      seconds: z.number(),
    })
    .optional(),
})
const ready = createRoute({
  method: 'get',
  path: '/readyz',
  summary: 'Searches are answered',
  responses: { 200: json(readySchema, 'Ready'), ...problems() },
})

export function healthRoutes({ engine, lag }: AppDeps): App {
  const app = router()
  app.openapi(health, (c) => c.json({ status: 'ok' as const }, 200))
  app.openapi(ready, (c) => {
    const { id, capabilities, tools, model } = engine.generation
    return c.json(
      { status: 'ready' as const, generation: id, capabilities, tools, model, ...(lag && { lag: lag() }) },
      200,
    )
  })
  return app
}
