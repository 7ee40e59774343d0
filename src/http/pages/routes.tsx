import type { FC } from 'hono/jsx'
import { type SearchAnswer, searchQuerySchema } from '../../core/api/search.js'
import type { AppDeps } from '../env.js'
import { type App, router } from '../router.js'

const SearchPage: FC<{ q: string; answer?: SearchAnswer }> = ({ q, answer }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>matchgraph</title>
    </head>
    <body>
      <h1>matchgraph</h1>
      <form action="/" method="get">
        <label>
          What do you need? <input name="q" value={q} />
        </label>
        <button type="submit">Search</button>
      </form>
      <ol>
        {answer?.results.map((result) => (
          <li>
            <b>{result.capability.name}</b> ({result.tool.name}): {result.capability.description}
          </li>
        ))}
      </ol>
    </body>
  </html>
)

export function pageRoutes({ engine }: AppDeps): App {
  const app = router()
  app.get('/', async (c) => {
    const q = c.req.query('q')?.trim() ?? ''
    if (q === '') return c.html(<SearchPage q="" />)
    const answer = (await engine.search(searchQuerySchema.parse({ q }), c.get('caller'), c.get('now'))) as SearchAnswer
    return c.html(<SearchPage q={q} answer={answer} />)
  })
  return app
}
