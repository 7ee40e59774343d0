import type { Problem } from '../problem.js'
import { toolHref } from './links.js'
import { blocks, bullets, inline, link } from './markdown.js'
import type { Page } from './page.js'

export interface Suggestion {
  slug: string
  name: string
}

/** A fault as a page: what happened, what was probably meant, and the way on. */
export function problemPage(problem: Problem, suggestions: readonly Suggestion[]): Page {
  return {
    title: problem.title,
    description: problem.detail,
    path: problem.instance,
    status: problem.status,
    noIndex: true,
    query: '',
    markdown: () =>
      blocks(
        `# ${problem.title}`,
        inline(problem.detail),
        bullets(suggestions.map(({ slug, name }) => link(name, `${toolHref(slug)}.md`))),
        `Code \`${problem.code}\`, status ${problem.status}.`,
      ),
    body: () => (
      <div class="read">
        <p class="soft">{problem.status}</p>
        <h1>{problem.title}</h1>
        <p class="lead">{problem.detail}</p>
        {suggestions.length > 0 && (
          <>
            <h2>Perhaps you meant</h2>
            <ul>
              {suggestions.map(({ slug, name }) => (
                <li>
                  <a href={toolHref(slug)}>{name}</a>
                </li>
              ))}
            </ul>
          </>
        )}
        <p>
          <a href="/">Search by need</a> · <a href={problem.type}>What “{problem.code}” means</a>
        </p>
      </div>
    ),
  }
}
