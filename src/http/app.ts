import { AppError } from '../core/errors.js'
import type { AppDeps } from './env.js'
import { jsonBody, prepare } from './middleware.js'
import { pageRoutes } from './pages/routes.js'
import { renderProblem } from './problem.js'
import { type App, router } from './router.js'
import { catalogueFormatRoutes } from './routes/catalogue-format.js'
import { healthRoutes } from './routes/health.js'
import { matchRoutes } from './routes/matches.js'
import { passportRoutes } from './routes/passports.js'
import { searchRoutes } from './routes/search.js'
import { toolRoutes } from './routes/tools.js'

/** Largest request body, bytes. */
const BODY_LIMIT = 256 * 1024

/** The whole server: routes, pages, problem details. Knows no socket; tests drive it with `app.request`. */
export function createApp(deps: AppDeps): App {
  const app = router()
  app.use(prepare(deps))
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
  app.route('/', healthRoutes(deps))
  app.route('/', searchRoutes(deps))
  app.route('/', toolRoutes(deps))
  app.route('/', matchRoutes(deps))
  app.route('/', passportRoutes(deps))
  app.route('/', catalogueFormatRoutes())
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
