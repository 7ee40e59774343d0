import type { Context } from 'hono'
import { z } from 'zod'
import { type SearchQuery, searchQuerySchema } from '../../core/api/search.js'
import type { AppError } from '../../core/errors.js'
import { requestFault } from '../../core/request-fault.js'
import type { Engine } from '../../engine/engine.js'
import type { AppDeps, Env } from '../env.js'
import { needs } from '../middleware.js'
import { problemOf } from '../problem.js'
import { type App, router } from '../router.js'
import { Assets } from './assets.js'
import type { Reported } from './components/result.js'
import { docsPage, type OpenApi } from './docs.js'
import { type Frame, originOf, type Page, wantsMarkdown } from './page.js'
import { problemPage, type Suggestion } from './problem.js'
import { reportRoutes } from './report.js'
import { homePage, searchPage } from './search.js'
import { show } from './show.js'
import { llms, robots, sitemap } from './site.js'
import { toolPage } from './tool.js'

/** What a search page's address may say; anything else (campaign tags and the like) is none of our business. */
const SEARCH_PARAMETERS = [
  'q',
  'limit',
  'cursor',
  'groupBy',
  'type',
  'pricing',
  'category',
  'tag',
  'layer',
  'tool',
  'free',
  'mode',
  'cut',
] as const

function searchQueryOf(c: Context<Env>): SearchQuery {
  const all = c.req.queries()
  const given = Object.fromEntries(
    SEARCH_PARAMETERS.flatMap((name) => {
      const values = all[name]?.filter((value) => value !== '')
      return values?.length ? [[name, values.length === 1 ? values[0] : values]] : []
    }),
  )
  const parsed = searchQuerySchema.safeParse({ ...given, facets: 'on' })
  if (!parsed.success) throw requestFault(parsed.error, SEARCH_PARAMETERS, 'query')
  return parsed.data
}

const reportedSchema = z.object({ reported: z.enum(['succeeded', 'failed']), on: z.string().max(200) })
function reportedOf(c: Context<Env>): Reported | undefined {
  const parsed = reportedSchema.safeParse(c.req.query())
  return parsed.success ? { capability: parsed.data.on, outcome: parsed.data.reported } : undefined
}

/** A path parameter without the `.md` that asks for markdown. */
const named = (c: Context<Env>, name: string): string => (c.req.param(name) ?? '').replace(/\.md$/, '')

export interface Pages {
  routes: App
  /** An error as a page, with the tools that were probably meant. */
  problem(c: Context<Env>, error: AppError): Promise<Response>
}

/** Whether somebody who reads pages is asking, rather than a program that reads JSON. */
export const wantsPage = (c: Context): boolean =>
  !/^\/(api|mcp)\b/.test(c.req.path) && (wantsMarkdown(c) || /\btext\/html\b/.test(c.req.header('accept') ?? ''))

/**
 * The pages for people, each also as markdown.
 * @param openapi the document of the whole API, read when its page is first asked for
 */
export function createPages(deps: AppDeps, openapi: () => OpenApi): Pages {
  const { engine } = deps
  const app = router()
  const frame: Frame = { assets: new Assets(), settings: deps.settings }
  const readable = needs(deps, 'read')
  const page = (paths: string[], make: (c: Context<Env>) => Page | Promise<Page>) => {
    for (const path of paths) app.get(path, readable, async (c) => show(c, frame, await make(c)))
  }

  const search = async (c: Context<Env>): Promise<Page> => {
    if ((c.req.query('q') ?? '').trim() === '') return homePage(engine.generation)
    const query = searchQueryOf(c)
    return searchPage(query, await engine.search(query, c.get('caller'), c.get('now')), reportedOf(c))
  }
  page(['/', '/index.md', '/search', '/search.md'], search)
  page(['/tools/:slug'], async (c) =>
    toolPage({
      ...(await engine.tool(named(c, 'slug'))),
      nameOf: (slug) => engine.live.catalogue.tools.get(slug)?.tool.name,
    }),
  )
  let docs: Page | undefined
  page(['/docs', '/docs.md'], () => {
    docs ??= docsPage(openapi())
    return docs
  })
  app.get('/sitemap.xml', (c) =>
    c.body(sitemap(engine, originOf(c, deps.settings)), 200, { 'content-type': 'application/xml; charset=utf-8' }),
  )
  app.get('/robots.txt', (c) => c.text(robots(originOf(c, deps.settings))))
  app.get('/llms.txt', (c) => c.text(llms(engine)))
  app.route('/', frame.assets.routes())
  app.route('/', reportRoutes(deps))
  return {
    routes: app,
    problem: (c, error) => show(c, frame, problemPage(problemOf(error, c.req.path), suggested(engine, error))),
  }
}

/** Tools that a fault's suggestions name. */
function suggested({ live }: Engine, { faults = [] }: AppError): Suggestion[] {
  return faults.flatMap(({ suggestion: slug }) => {
    const name = slug && live.catalogue.tools.get(slug)?.tool.name
    return slug && name ? [{ slug, name }] : []
  })
}
