import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { ToolRecord } from '../../core/catalogue.js'
import { passportBody, passportSchema } from '../../core/passport.js'
import type { AppDeps } from '../env.js'
import { type App, json, problems, router } from '../router.js'
import { recordOf } from './tools.js'

const passportRoute = createRoute({
  method: 'get',
  path: '/api/v1/tools/{slug}/passport',
  summary: 'A signed card of a tool: everything said of it, with sources, in one generation',
  request: { params: z.strictObject({ slug: z.string().max(128) }), query: z.strictObject({}) },
  responses: { 200: json(passportSchema, 'Check it with "matchgraph verify"'), ...problems(404) },
})

const keysRoute = createRoute({
  method: 'get',
  path: '/.well-known/matchgraph.json',
  summary: 'The public key that passports are signed with',
  request: { query: z.strictObject({}) },
  responses: {
    200: json(
      z.object({
        keys: z.array(z.object({ keyId: z.string(), algorithm: z.literal('Ed25519'), publicKey: z.string() })),
      }),
      'Public keys, 32 bytes in base64url',
    ),
  },
})

export function passportRoutes({ engine, signer }: AppDeps): App {
  const app = router()
  app.openapi(passportRoute, async (c) => {
    const stored = await engine.tool(c.req.valid('param').slug)
    const body = passportBody({
      record: recordOf(stored) as ToolRecord,
      digest: stored.hash,
      generation: engine.generation.id,
      now: c.get('now'),
    })
    return c.json(signer.sign(body), 200)
  })
  app.openapi(keysRoute, (c) => c.json(signer.wellKnown(), 200))
  return app
}
