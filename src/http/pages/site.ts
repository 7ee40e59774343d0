import type { Engine } from '../../engine/engine.js'
import { alternativesHref, toolHref } from './links.js'
import { blocks, bullets, link } from './markdown.js'
import { number, plural } from './words.js'

/** Addresses a sitemap may hold, as the protocol has it. */
const MOST = 50_000

/** Every page that exists without a question, as sitemaps.org wants it. */
export function sitemap({ live }: Engine, origin: string): string {
  const paths = ['/', '/rankings', '/docs']
  for (const slug of [...live.catalogue.tools.keys()].sort()) {
    if (paths.length + 2 > MOST) break
    paths.push(toolHref(slug), alternativesHref(slug))
  }
  const urls = paths.map((path) => `<url><loc>${origin}${path}</loc></url>`).join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${urls}\n</urlset>\n`
}

/** Crawlers may read everything that has one address; searches have infinitely many. */
export const robots = (origin: string): string =>
  `User-agent: *\nDisallow: /search\nDisallow: /api/\nAllow: /\n\nSitemap: ${origin}/sitemap.xml\n`

/** Map of this server for agents, in the form of llmstxt.org. */
export function llms({ generation }: Engine): string {
  return blocks(
    '# matchgraph',
    `> Search engine over capabilities: ${number(generation.capabilities)} capabilities of ${plural(generation.tools, 'tool')}. Say the need in plain words; the answer says how sure it is and why, and says so when nothing here does that.`,
    'Every page is markdown when asked for with `.md` or `Accept: text/markdown`. Reports of what worked move the ranking: send them.',
    '## Choose a tool',
    bullets([
      '`POST /api/v1/resolve` `{"intent", "constraints"?: {"type", "free", "protocol", "requires", "excludes", "license"}, "maxTokens"?}`: which tool to call, what its record proves of each requirement (`unknown` is not met), how to call it, alternatives, a token',
      'MCP over streamable HTTP at `/mcp`: search, resolve, get_tool, alternatives, compare, cover, report_outcome',
      '`GET /api/v1/compare?tools=A,B`, `GET /api/v1/tools/SLUG/alternatives`, `POST /api/v1/cover`: two tools side by side, what could replace one, the smallest set for several needs',
    ]),
    '## Search',
    bullets([
      `${link('Search', '/search.md?q=turn+scanned+invoices+into+structured+data')}: \`/search.md?q=NEED\`, filters \`type\`, \`pricing\`, \`layer\`, \`category\`, \`free=on\``,
      '`GET /api/v1/search?q=NEED`: the same as JSON, each result with a token',
      '`POST /api/v1/matches` `{"token", "outcome": "selected" | "succeeded" | "failed"}`: what was chosen, and whether it worked',
    ]),
    '## Tools',
    bullets([
      '`/tools/SLUG.md`: one tool with its capabilities, limits, prices, sources and how to call it',
      '`/alternatives/SLUG.md?for=NEED`: what could take its place, with what is lost; `/compare/SLUG-vs-SLUG.md`: which one, for whom',
      '`/rankings.md`, `/graph.md?intent=NEED`: the leaderboard, and what hangs together with a need',
      '`GET /api/v1/tools`, `GET /api/v1/tools/SLUG`: the same as JSON',
      '`GET /api/v1/tools/SLUG/passport`: signed, with evidence and sources; the key is at `/.well-known/matchgraph.json`',
    ]),
    '## Reference',
    bullets([link('API', '/docs.md'), link('OpenAPI 3.1', '/openapi.json'), link('All pages', '/sitemap.xml')]),
  )
}
