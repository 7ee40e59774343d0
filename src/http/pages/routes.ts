import type { Context } from 'hono'
import { z } from 'zod'
import { alternativesQuerySchema } from '../../core/api/alternatives.js'
import { compareQuerySchema } from '../../core/api/compare.js'
import { graphQuerySchema } from '../../core/api/graph.js'
import { rankingsQuerySchema } from '../../core/api/rank.js'
import { searchQuerySchema } from '../../core/api/search.js'
import type { AppError } from '../../core/errors.js'
import { neutralizeAll } from '../../core/poison.js'
import { requestFault } from '../../core/request-fault.js'
import type { Engine } from '../../engine/engine.js'
import { toolNamed, toolsNamed } from '../../engine/names.js'
import { sidesOf } from '../../engine/portraits.js'
import type { AppDeps, Env } from '../env.js'
import { needs } from '../middleware.js'
import { problemOf } from '../problem.js'
import { type App, router } from '../router.js'
import { alternativesPage } from './alternatives.js'
import { Assets } from './assets.js'
import { comparePage } from './compare.js'
import type { Reported } from './components/result.js'
import { docsPage, type OpenApi } from './docs.js'
import { graphPage, graphStart } from './graph.js'
import { alternativesHref, compareHref, toolHref } from './links.js'
import { type Frame, originOf, type Page, wantsMarkdown } from './page.js'
import { problemPage, type Suggestion } from './problem.js'
import { rankingsPage } from './rankings.js'
import { reportRoutes } from './report.js'
import { homePage, searchPage } from './search.js'
import { show } from './show.js'
import { llms, robots, sitemap } from './site.js'
import { toolPage } from './tool.js'

/** Capabilities of a tool that are looked at for near-duplicates; every pair is, so time grows with the square. */
const MOST_FOR_TWINS = 100

/** @throws AppError `invalid-parameter` naming what is wrong */
function parsed<S extends z.ZodType>(schema: S, values: unknown): z.output<S> {
  const result = schema.safeParse(values)
  if (!result.success) throw requestFault(result.error, [], 'query')
  return result.data
}

/** The parameters of an address that a schema knows; anything else (campaign tags and the like) is none of our business. */
function queryOf<S extends z.ZodObject>(c: Context<Env>, schema: S, more: object = {}): z.output<S> {
  const all = c.req.queries()
  const given = Object.keys(schema.shape).flatMap((name) => {
    const values = all[name]?.filter((value) => value !== '')
    return values?.length ? [[name, values.length === 1 ? values[0] : values]] : []
  })
  return parsed(schema, { ...Object.fromEntries(given), ...more })
}

const asked = (needs: readonly string[]): string =>
  needs.length > 0 ? `?${new URLSearchParams(needs.map((need) => ['for', need]))}` : ''

const reportedSchema = z.object({ reported: z.enum(['succeeded', 'failed']), on: z.string().max(200) })
function reportedOf(c: Context<Env>): Reported | undefined {
  const parsed = reportedSchema.safeParse(c.req.query())
  return parsed.success ? { capability: parsed.data.on, outcome: parsed.data.reported } : undefined
}

const bare = (path: string): string => path.replace(/\.md$/, '')

/** To the one address of what was asked for under another name, in the same form and with the same parameters. */
function renamed(c: Context<Env>, path: string, query = new URL(c.req.url).search): Response {
  return c.redirect(`${path}${c.req.path.endsWith('.md') ? '.md' : ''}${query}`, 302)
}

/** A path parameter without the `.md` that asks for markdown. */
const named = (c: Context<Env>, name: string): string => bare(c.req.param(name) ?? '')

export interface Pages {
  routes: App
  /** An error as a page, with the tools that were probably meant. */
  problem(c: Context<Env>, error: AppError): Promise<Response>
}

/** Whether somebody who reads pages is asking, rather than a program that reads JSON. */
export const wantsPage = (c: Context): boolean =>
  !/^\/(api|mcp)\b/.test(c.req.path) && (wantsMarkdown(c) || /\btext\/html\b/.test(c.req.header('accept') ?? ''))

/**
 * The pages for people, each also as markdown; passages that address their reader are left out of both.
 * @param openapi the document of the whole API, read when its page is first asked for
 */
export function createPages(deps: AppDeps, openapi: () => OpenApi): Pages {
  const { engine, ranks } = deps
  const app = router()
  const frame: Frame = { assets: new Assets(), settings: deps.settings }
  const readable = needs(deps, 'read')
  const page = (paths: string[], make: (c: Context<Env>) => Page | Promise<Page | Response>) => {
    for (const path of paths)
      app.get(path, readable, async (c) => {
        const made = await make(c)
        return made instanceof Response ? made : show(c, frame, made)
      })
  }

  const search = async (c: Context<Env>): Promise<Page> => {
    if ((c.req.query('q') ?? '').trim() === '') return homePage(engine.generation)
    const query = queryOf(c, searchQuerySchema, { facets: 'on' })
    const answer = await engine.search(query, c.get('caller'), c.get('now'))
    return searchPage(query, neutralizeAll(answer), reportedOf(c))
  }
  page(['/', '/index.md', '/search', '/search.md'], search)
  page(['/tools/:slug'], async (c) => {
    const { slug } = toolNamed(engine.live, named(c, 'slug')).tool
    if (slug !== named(c, 'slug')) return renamed(c, toolHref(slug))
    const stored = await engine.tool(slug)
    const safe = neutralizeAll(stored)
    const [side] = await sidesOf(engine.context(), [slug], MOST_FOR_TWINS)
    return toolPage({
      ...safe,
      withheld: safe !== stored,
      nameOf: (other) => neutralizeAll(engine.live.catalogue.tools.get(other)?.tool.name),
      rank: neutralizeAll(ranks.breakdown(engine.live, slug)),
      distinct: side!.total - side!.capabilities.length + side!.groups.length,
    })
  })
  page(['/alternatives/:slug'], async (c) => {
    const { slug } = toolNamed(engine.live, named(c, 'slug')).tool
    if (slug !== named(c, 'slug')) return renamed(c, alternativesHref(slug))
    const query = queryOf(c, alternativesQuerySchema)
    const answer = await engine.alternatives(slug, query, c.get('caller'), c.get('now'))
    return alternativesPage(query, neutralizeAll(answer))
  })
  page(['/rankings', '/rankings.md'], (c) => {
    const query = queryOf(c, rankingsQuerySchema)
    return rankingsPage(query, neutralizeAll(ranks.rankings(engine.live, query)))
  })
  const compare = async (c: Context<Env>): Promise<Page | Response> => {
    const typed = c.req.param('tools') === undefined ? c.req.queries('tools') : named(c, 'tools').split('-vs-')
    const query = parsed(compareQuerySchema, { tools: typed, for: c.req.queries('for')?.filter(Boolean) })
    const slugs = toolsNamed(engine.live, query.tools).map(({ tool }) => tool.slug)
    const path = compareHref(...slugs)
    // every spelling of the same comparison has one address
    if (slugs.length > 1 && bare(c.req.path) !== path) return renamed(c, path, asked(query.for))
    return comparePage(neutralizeAll(await engine.compare(query, c.get('caller'), c.get('now'))), query.for)
  }
  page(['/compare', '/compare.md', '/compare/:tools'], compare)
  page(['/graph', '/graph.md'], async (c) => {
    const given = c.req.query('intent') || c.req.query('tool')
    if (!given?.trim()) return graphStart()
    const query = queryOf(c, graphQuerySchema)
    return graphPage(neutralizeAll(await engine.graph(query, c.get('caller'), c.get('now'))), query)
  })
  let docs: Page | undefined
  page(['/docs', '/docs.md'], () => {
    docs ??= docsPage(openapi())
    return docs
  })
  app.get('/sitemap.xml', readable, (c) =>
    c.body(sitemap(engine, originOf(c, deps.settings)), 200, { 'content-type': 'application/xml; charset=utf-8' }),
  )
  app.get('/robots.txt', (c) => c.text(robots(originOf(c, deps.settings))))
  app.get('/llms.txt', readable, (c) => c.text(llms(engine)))
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
