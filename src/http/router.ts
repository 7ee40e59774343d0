import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { routePath } from 'hono/route'
import { z } from 'zod'
import { requestFault } from '../core/request-fault.js'
import type { Env } from './env.js'

export type App = OpenAPIHono<Env>

/** A router whose validation faults tell unknown parameters from bad values and name the nearest right one. */
export function router(): App {
  const app: App = new OpenAPIHono<Env>({
    defaultHook: (result, c) => {
      if (result.success) return
      const where = result.target === 'json' ? 'body' : result.target === 'param' ? 'path' : 'query'
      throw requestFault(result.error, knownKeys(app, c, where), where)
    },
  })
  return app
}

/** The names that the matched route's schema knows. */
function knownKeys(app: App, c: Context, where: 'query' | 'body' | 'path'): string[] {
  const path = routePath(c).replace(/:(\w+)/g, '{$1}')
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue
    const { route } = definition
    if (route.method !== c.req.method.toLowerCase() || route.path !== path) continue
    const schema =
      where === 'query'
        ? route.request?.query
        : where === 'path'
          ? route.request?.params
          : bodySchema(route.request?.body?.content)
    return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  }
  return []
}

const bodySchema = (content: object | undefined): unknown =>
  (content as Record<string, { schema?: unknown } | undefined> | undefined)?.['application/json']?.schema

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string(),
  code: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string(), suggestion: z.string().optional() })).optional(),
})

/** A JSON answer in a route's `responses`. */
export const json = <S extends z.ZodType>(schema: S, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

/** What any route may answer: to a parameter that it does not know, to a key that is missing or not enough, to who asks too often, and while the server is behind. */
export const ANYWHERE = [400, 401, 403, 429, 503]

/** Problem details in a route's `responses`, by status; those that any route may answer come by themselves. */
export const problems = (...statuses: number[]) =>
  Object.fromEntries(
    [...new Set([...statuses, ...ANYWHERE])].map((status) => [
      status,
      { description: 'Problem details (RFC 9457)', content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  )
