import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { catalogueJsonSchema } from '../../core/catalogue-schema.js'
import { validateRecord } from '../../core/validate.js'
import { type App, json, problems, router } from '../router.js'

const fault = z.object({ path: z.string(), message: z.string(), suggestion: z.string().optional() })

const validateRoute = createRoute({
  method: 'post',
  path: '/api/v1/validate',
  summary: 'Check a catalogue record or an unfragile.yml manifest (as JSON)',
  request: {
    query: z.strictObject({}),
    body: { required: true, content: { 'application/json': { schema: z.unknown() } } },
  },
  responses: {
    200: json(
      z.object({
        kind: z.enum(['catalogue', 'manifest']),
        valid: z.boolean(),
        errors: z.array(fault),
        warnings: z.array(fault.extend({ rule: z.string() })),
      }),
      'What is wrong with it, and what could be better',
    ),
    ...problems(413, 415),
  },
})

const schemaRoute = createRoute({
  method: 'get',
  path: '/schema/catalogue.json',
  summary: 'JSON Schema of a catalogue file',
  request: { query: z.strictObject({}) },
  responses: {
    200: {
      description: 'For editors: yaml-language-server reads it',
      content: { 'application/schema+json': { schema: z.unknown() } },
    },
    ...problems(),
  },
})

export function catalogueFormatRoutes(): App {
  const app = router()
  app.openapi(validateRoute, (c) => c.json(validateRecord(c.req.valid('json')), 200))
  let schema: Record<string, unknown> | undefined
  app.openapi(schemaRoute, (c) => {
    schema ??= catalogueJsonSchema()
    return c.json(schema, 200, {
      'content-type': 'application/schema+json',
      'cache-control': 'public, max-age=3600',
      // editors in a browser fetch it from their own origin
      'access-control-allow-origin': '*',
    })
  })
  return app
}
