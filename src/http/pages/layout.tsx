import { raw } from 'hono/html'
import type { FC, PropsWithChildren } from 'hono/jsx'
import type { Assets } from './assets.js'
import { markdownPath, type Page } from './page.js'

const NAV = [
  { href: '/', text: 'Search' },
  { href: '/rankings', text: 'Rankings' },
  { href: '/graph', text: 'Graph' },
  { href: '/docs', text: 'API' },
]

/** Inside a script element only `<` could end it. */
const jsonInScript = (value: object) => raw(JSON.stringify(value).replaceAll('<', '\\u003c'))

export const Layout: FC<PropsWithChildren<{ page: Page; assets: Assets; origin: string }>> = ({
  page,
  assets,
  origin,
  children,
}) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>{page.path === '/' ? page.title : `${page.title} · matchgraph`}</title>
      <meta name="description" content={page.description} />
      {page.noIndex ? (
        <meta name="robots" content="noindex" />
      ) : (
        <link rel="canonical" href={`${origin}${page.path}`} />
      )}
      <link rel="alternate" type="text/markdown" href={markdownPath(page.path)} />
      <link rel="icon" type="image/svg+xml" href={assets.href('favicon.svg')} />
      <link rel="stylesheet" href={assets.href('style.css')} />
      <script src={assets.href('page.js')} defer />
      {page.jsonLd && <script type="application/ld+json">{jsonInScript(page.jsonLd)}</script>}
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <div class="frame">
          <a class="brand" href="/">
            <img src={assets.href('favicon.svg')} width="24" height="24" alt="" />
            matchgraph
          </a>
          {page.query !== undefined && (
            <search class="top-search">
              <form class="ask small-ask" action="/search" method="get">
                <label class="sr" for="top-q">
                  Search by need
                </label>
                <input id="top-q" type="search" name="q" value={page.query} placeholder="What do you need?" />
              </form>
            </search>
          )}
          <nav aria-label="Main">
            {NAV.map(({ href, text }) => (
              <a href={href} aria-current={page.path.split('?')[0] === href ? 'page' : undefined}>
                {text}
              </a>
            ))}
          </nav>
        </div>
      </header>
      <main id="main" class="frame" tabindex={-1}>
        {children}
      </main>
      <footer class="bottom">
        <div class="frame">
          <span>Every number here can be rebuilt from the data behind it.</span>
          <a href={markdownPath(page.path)}>This page as markdown</a>
          <a href="/llms.txt">For agents</a>
        </div>
      </footer>
    </body>
  </html>
)
