import { AppError } from '../../core/errors.js'
import type { AppDeps } from '../env.js'
import { assertMay, jsonBody, needs } from '../middleware.js'
import { type App, router } from '../router.js'

/**
 * MCP over streamable HTTP. Without sessions: every message stands for itself and is answered with one JSON document, so any server of
 * several may answer it, and there is nothing to resume or to end.
 */
export function mcpRoutes(deps: AppDeps): App {
  const app = router()
  app.all('/mcp', async (c, next) => {
    // the protocol's own words for a server that pushes nothing and keeps no session
    if (c.req.method !== 'POST') return c.body(null, 405, { allow: 'POST' })
    const origin = c.req.header('origin')
    if (origin !== undefined && !isOwn(origin, c.req.header('host'), deps.settings.MATCHGRAPH_CORS)) {
      throw new AppError(
        'forbidden',
        `Pages of ${origin} may not call this server; MATCHGRAPH_CORS lists those that may.`,
      )
    }
    return next()
  })
  app.post('/mcp', needs(deps, 'read'), jsonBody(), async (c) => {
    const call = { caller: c.get('caller'), now: c.get('now') }
    const { engine, matches, log } = deps
    // a third of all that a start would load, and most servers are never asked
    const [{ mcpServer }, { WebStandardStreamableHTTPServerTransport }] = await Promise.all([
      import('./server.js'),
      import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'),
    ])
    const server = mcpServer(
      { engine, matches, assertMayReport: () => assertMay(c, deps, 'match') },
      () => call,
      (error) => log.error({ requestId: c.get('requestId'), err: error }),
    )
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: undefined,
      enableJsonResponse: true,
    })
    await server.connect(transport)
    return transport.handleRequest(c.req.raw, { parsedBody: await c.req.json() })
  })
  return app
}

/** A page of this server itself, or of an origin that the operator named: anything else may be a page that rebinds its name to this machine. */
function isOwn(origin: string, host: string | undefined, named: readonly string[]): boolean {
  if (named.includes('*') || named.includes(origin)) return true
  return URL.canParse(origin) && new URL(origin).host === host
}
