import type { Context } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { AppError } from '../core/errors.js'
import { Admission, admit, LoopDelay } from './admission.js'
import type { AppDeps, Env } from './env.js'
import { mcpRoutes } from './mcp/route.js'
import { Metrics } from './metrics.js'
import { boundedBody, jsonBody, needs, prepare, rateLimit, withoutInstructions } from './middleware.js'
import type { OpenApi } from './pages/docs.js'
import { createPages, wantsPage } from './pages/routes.js'
import { renderProblem } from './problem.js'
import { type App, router } from './router.js'
import { alternativesRoutes } from './routes/alternatives.js'
import { catalogueFormatRoutes } from './routes/catalogue-format.js'
import { compareRoutes } from './routes/compare.js'
import { coverRoutes } from './routes/cover.js'
import { graphRoutes } from './routes/graph.js'
import { healthRoutes } from './routes/health.js'
import { jobRoutes } from './routes/jobs.js'
import { matchRoutes } from './routes/matches.js'
import { operatorRoutes } from './routes/operator.js'
import { passportRoutes } from './routes/passports.js'
import { rankRoutes } from './routes/ranks.js'
import { resolveRoutes } from './routes/resolve.js'
import { searchRoutes } from './routes/search.js'
import { toolRoutes } from './routes/tools.js'
import { security } from './security.js'
import { toWriter } from './to-writer.js'

/** Largest request body, bytes; of everything that is sent here, by whatever route. */
const BODY_LIMIT = 256 * 1024

const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'matchgraph',
    version: '0.1.0',
    description: 'Needs in plain words, capabilities as answers, evidence that moves the ranking.',
  },
}

/** The whole server: routes, pages, problem details. Knows no socket; tests drive it with `app.request`. */
export function createApp(deps: AppDeps): App {
  const app = router()
  const { engine, matches, settings, limiter } = deps
  const admission = new Admission(new LoopDelay())
  const metrics = new Metrics({ engine, admission, log: matches.log, lag: deps.lag, shared: deps.link !== undefined })
  engine.observe = (answer, stages) => metrics.searched(answer, stages)
  app.use(prepare(deps), metrics.observe, security())
  if (settings.MATCHGRAPH_CORS.length > 0) {
    app.use('/api/*', cors({ origin: settings.MATCHGRAPH_CORS.includes('*') ? '*' : settings.MATCHGRAPH_CORS }))
  }
  app.use(
    rateLimit(limiter, settings, (caller, now) => matches.clients.of(caller, now).id),
    admit(admission),
    boundedBody(BODY_LIMIT),
  )
  if (deps.link) app.use(toWriter(deps.link))
  app.use('/api/*', needs(deps, 'read'), withoutInstructions)
  app.use('/api/v1/matches/*', needs(deps, 'match'))
  app.use('/api/*', jsonBody())
  const pages = createPages(deps, () => app.getOpenAPI31Document(OPENAPI) as OpenApi)
  const fail = (c: Context<Env>, error: AppError) => (wantsPage(c) ? pages.problem(c, error) : renderProblem(c, error))
  app.onError((error, c) => {
    if (error instanceof AppError) return fail(c, error)
    if (error instanceof HTTPException && error.status === 403) {
      return fail(c, new AppError('forbidden', 'This form may only be sent from a page of this server.'))
    }
    deps.log.error({ requestId: c.get('requestId'), err: error })
    return fail(
      c,
      new AppError(
        'internal',
        `Something failed on our side. Its trace is in the log under request ${c.get('requestId')}.`,
      ),
    )
  })
  app.notFound((c) =>
    fail(c, new AppError('not-found', `There is nothing at ${c.req.path}. See /docs for what there is.`)),
  )
  app.get('/metrics', needs(deps, 'read'), async (c) =>
    c.text(await (deps.metrics?.() ?? metrics.registry.metrics()), 200, {
      'content-type': metrics.registry.contentType,
    }),
  )
  app.route('/', healthRoutes(deps))
  app.route('/', searchRoutes(deps))
  app.route('/', jobRoutes(deps))
  app.route('/', resolveRoutes(deps))
  app.route('/', toolRoutes(deps))
  app.route('/', matchRoutes(deps))
  app.route('/', passportRoutes(deps))
  app.route('/', catalogueFormatRoutes())
  app.route('/', rankRoutes(deps))
  app.route('/', operatorRoutes(deps))
  app.route('/', compareRoutes(deps))
  app.route('/', mcpRoutes(deps))
  app.route('/', alternativesRoutes(deps))
  app.route('/', coverRoutes(deps))
  app.route('/', graphRoutes(deps))
  app.route('/', pages.routes)
  app.doc31('/openapi.json', OPENAPI)
  return app
}
