import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import type { ToolRecord } from '../../core/catalogue.js'
import { passportBody, passportSchema } from '../../core/passport.js'
import { neutralizeAll } from '../../core/poison.js'
import { serverCard } from '../../core/server-card.js'
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

const cardRoute = createRoute({
  method: 'get',
  path: '/api/v1/tools/{slug}/server.json',
  summary: "A tool's card in the shape of the MCP registry's server.json",
  request: { params: z.strictObject({ slug: z.string().max(128) }), query: z.strictObject({}) },
  responses: { 200: json(z.unknown(), 'How it is started is told of MCP servers only'), ...problems(404) },
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
    ...problems(),
  },
})

export function passportRoutes({ engine, signer }: AppDeps): App {
  const app = router()
  app.openapi(passportRoute, async (c) => {
    const { slug } = c.req.valid('param')
    const stored = await engine.tool(slug)
    const { live, evidence } = engine.context()
    const known = evidence.breakdown?.(live, slug)
    const ids = stored.capabilities.map(({ id }) => id)
    const body = passportBody({
      record: recordOf(stored) as ToolRecord,
      digest: stored.hash,
      generation: engine.generation.id,
      now: c.get('now'),
      ...(known && { rank: { rank: known.rank, interval: known.interval }, since: known.since }),
      evidence: evidence.recorded?.(slug, ids, c.get('now')),
    })
    // what is signed is what is sent
    return c.json(signer.sign(neutralizeAll(body)), 200)
  })
  app.openapi(cardRoute, async (c) => {
    const stored = await engine.tool(c.req.valid('param').slug)
    return c.json(serverCard(recordOf(stored) as ToolRecord) as object, 200)
  })
  app.openapi(keysRoute, (c) => c.json(signer.wellKnown(), 200))
  return app
}
