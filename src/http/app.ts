import { cors } from 'hono/cors'
import { AppError } from '../core/errors.js'
import { Admission, admit, LoopDelay } from './admission.js'
import type { AppDeps } from './env.js'
import { Metrics } from './metrics.js'
import { jsonBody, needs, prepare } from './middleware.js'
import { pageRoutes } from './pages/routes.js'
import { renderProblem } from './problem.js'
import { rateLimit } from './rate-limit.js'
import { type App, router } from './router.js'
import { catalogueFormatRoutes } from './routes/catalogue-format.js'
import { compareRoutes } from './routes/compare.js'
import { healthRoutes } from './routes/health.js'
import { matchRoutes } from './routes/matches.js'
import { passportRoutes } from './routes/passports.js'
import { rankRoutes } from './routes/ranks.js'
import { searchRoutes } from './routes/search.js'
import { toolRoutes } from './routes/tools.js'

/** Largest request body, bytes. */
const BODY_LIMIT = 256 * 1024

/** The whole server: routes, pages, problem details. Knows no socket; tests drive it with `app.request`. */
export function createApp(deps: AppDeps): App {
  const app = router()
  const { engine, matches, settings, limiter } = deps
  const admission = new Admission(new LoopDelay())
  const metrics = new Metrics({ engine, admission, log: matches.log })
  engine.observe = (answer, stages) => metrics.searched(answer, stages)
  app.use(prepare(deps), metrics.observe)
  if (settings.MATCHGRAPH_CORS.length > 0) {
    app.use('/api/*', cors({ origin: settings.MATCHGRAPH_CORS.includes('*') ? '*' : settings.MATCHGRAPH_CORS }))
  }
  app.use(
    rateLimit(limiter, settings, (caller, now) => matches.clients.of(caller, now).id),
    admit(admission),
  )
  app.use('/api/*', needs(deps, 'read'))
  app.use('/api/v1/matches/*', needs(deps, 'match'))
  app.use('/api/*', jsonBody(BODY_LIMIT))
  app.onError((error, c) => {
    if (error instanceof AppError) return renderProblem(c, error)
    deps.log.error({ requestId: c.get('requestId'), err: error })
    return renderProblem(
      c,
      new AppError(
        'internal',
        `Something failed on our side. Its trace is in the log under request ${c.get('requestId')}.`,
      ),
    )
  })
  app.notFound((c) =>
    renderProblem(c, new AppError('not-found', `There is nothing at ${c.req.path}. See /docs for what there is.`)),
  )
  app.get('/metrics', needs(deps, 'read'), async (c) =>
    c.text(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType }),
  )
  app.route('/', healthRoutes(deps))
  app.route('/', searchRoutes(deps))
  app.route('/', toolRoutes(deps))
  app.route('/', matchRoutes(deps))
  app.route('/', passportRoutes(deps))
  app.route('/', catalogueFormatRoutes())
  app.route('/', rankRoutes(deps))
  app.route('/', compareRoutes(deps))
  app.route('/', pageRoutes(deps))
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'matchgraph',
      version: '0.1.0',
      description: 'Needs in plain words, capabilities as answers, evidence that moves the ranking.',
    },
  })
  return app
}
