import type { Context } from 'hono'
import type { Env } from '../env.js'
import { Layout } from './layout.js'
import { type Frame, MARKDOWN, originOf, type Page, wantsMarkdown } from './page.js'

/** Answers with the page in the form that was asked for. */
export async function show(c: Context<Env>, frame: Frame, page: Page): Promise<Response> {
  c.header('vary', 'Accept')
  c.header('cache-control', 'private, no-cache')
  const status = (page.status ?? 200) as 200
  if (wantsMarkdown(c)) {
    return c.body(page.markdown(), status, { 'content-type': `${MARKDOWN}; charset=utf-8` })
  }
  const html = await (
    <Layout page={page} assets={frame.assets} origin={originOf(c, frame.settings)}>
      {page.body()}
    </Layout>
  ).toString()
  return c.html(`<!doctype html>${html}`, status)
}
