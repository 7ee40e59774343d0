import type { Context } from 'hono'
import { accepts } from 'hono/accepts'
import type { Child } from 'hono/jsx'
import type { Settings } from '../../config.js'
import type { Env } from '../env.js'
import type { Assets } from './assets.js'

/** One page before anybody knows whether it will be read as HTML or as markdown. */
export interface Page {
  title: string
  /** One or two sentences for search engines and link previews. */
  description: string
  /** Path and query of the page's one address. */
  path: string
  body: () => Child
  markdown: () => string
  /** schema.org description of what the page is about. */
  jsonLd?: object
  status?: number
  /** Keeps crawlers from pages that exist once a question. */
  noIndex?: boolean
  /** Words in the search field of the frame; undefined leaves the field out. */
  query?: string | undefined
}

export interface Frame {
  assets: Assets
  settings: Settings
}

/** Scheme and host as the visitor knows them; behind a trusted proxy, as that proxy says. */
export function originOf(c: Context<Env>, settings: Settings): string {
  const url = new URL(c.req.url)
  const scheme = settings.MATCHGRAPH_TRUST_PROXY && c.req.header('x-forwarded-proto')?.split(',')[0]?.trim()
  const host = settings.MATCHGRAPH_TRUST_PROXY && c.req.header('x-forwarded-host')?.split(',')[0]?.trim()
  return `${scheme === 'https' ? 'https:' : url.protocol}//${host || url.host}`
}

export const MARKDOWN = 'text/markdown'

export const wantsMarkdown = (c: Context): boolean =>
  c.req.path.endsWith('.md') ||
  accepts(c, { header: 'Accept', supports: ['text/html', MARKDOWN], default: 'text/html' }) === MARKDOWN

/** `/tools/fly-io?x=1` → `/tools/fly-io.md?x=1`, `/` → `/index.md`. */
export function markdownPath(path: string): string {
  const [address, query] = path.split('?')
  return `${address === '/' ? '/index' : address}.md${query ? `?${query}` : ''}`
}
