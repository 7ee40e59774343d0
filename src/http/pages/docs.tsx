import type { FC } from 'hono/jsx'
import { ERROR_CODES } from '../../core/errors.js'
import { Scroll } from './components/parts.js'
import { blocks, fence, inline, table } from './markdown.js'
import type { Page } from './page.js'
import { limitsOf, type Schema, sketch } from './sketch.js'

interface Content {
  content?: Record<string, { schema?: Schema } | undefined>
}
interface Operation {
  summary?: string
  description?: string
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema; description?: string }[]
  requestBody?: Content
  responses?: Record<string, Content & { description?: string }>
}
/** An OpenAPI 3.1 document as far as it is read here. */
export interface OpenApi {
  info: { title: string; version: string; description?: string }
  paths?: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

interface Call {
  id: string
  method: string
  path: string
  operation: Operation
  body?: string
  answers: { status: string; description: string; sketch?: string }[]
}

const isOurs = (path: string): boolean => path.startsWith('/api/')

/** Every call of the document, its schemas sketched. Problem details are the same everywhere and told once. */
export function callsOf(document: OpenApi): Call[] {
  const named = document.components?.schemas ?? {}
  const sketched = (of: Content | undefined): string | undefined => {
    const schema = of?.content?.['application/json']?.schema
    return schema && sketch(schema, named)
  }
  // what people come for before what machines poll
  const paths = Object.entries(document.paths ?? {}).sort(([a], [b]) => Number(isOurs(b)) - Number(isOurs(a)))
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: `${method}-${path.replace(/[^\w]+/g, '-').replace(/^-|-$/g, '')}`,
      method: method.toUpperCase(),
      path,
      operation,
      body: sketched(operation.requestBody),
      answers: Object.entries(operation.responses ?? {}).map(([status, answer]) => ({
        status,
        description: answer.description ?? '',
        sketch: sketched(answer),
      })),
    })),
  )
}

const Parameters: FC<{ call: Call }> = ({ call: { operation, path } }) =>
  operation.parameters && operation.parameters.length > 0 ? (
    <Scroll label={`Parameters of ${path}`}>
      <table>
        <caption class="sr">Parameters of {path}</caption>
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col">Values</th>
          </tr>
        </thead>
        <tbody>
          {operation.parameters.map(({ name, in: where, required, schema = {} }) => (
            <tr>
              <th scope="row">
                <code>{name}</code>
                <span class="source">
                  {where}
                  {required && ', required'}
                </span>
              </th>
              <td>
                {sketch(schema, {})}
                {limitsOf(schema) && <span class="source">{limitsOf(schema)}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  ) : null

const CallSection: FC<{ call: Call }> = ({ call }) => {
  const ok = call.answers.filter(({ status }) => status < '400')
  const failing = call.answers.filter(({ status }) => status >= '400').map(({ status }) => status)
  return (
    <section>
      <h2 id={call.id}>
        <code>
          {call.method} {call.path}
        </code>
      </h2>
      <p>{call.operation.summary}.</p>
      <Parameters call={call} />
      {call.body && (
        <details class="more">
          <summary>Body</summary>
          <pre tabindex={0}>{call.body}</pre>
        </details>
      )}
      {ok.map(({ status, description, sketch: text }) =>
        text ? (
          <details class="more">
            <summary>
              {status}: {description}
            </summary>
            <pre tabindex={0}>{text}</pre>
          </details>
        ) : (
          <p class="small soft">
            {status}: {description}
          </p>
        ),
      )}
      {failing.length > 0 && <p class="small soft">Problem details with {failing.join(', ')}.</p>}
    </section>
  )
}

const ErrorTable: FC = () => (
  <section>
    <h2 id="errors">Errors</h2>
    <p class="read">
      Every error is <code>application/problem+json</code> (RFC 9457): type, title, status, detail, instance, code, and
      for faulty input <code>errors[]</code> with path, message and the nearest right name.
    </p>
    <Scroll label="Errors">
      <table>
        <thead>
          <tr>
            <th scope="col">Code</th>
            <th scope="col">Status</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(ERROR_CODES).map(([code, { status, title }]) => (
            <tr id={`error-${code}`}>
              <th scope="row">
                <code>{code}</code>
              </th>
              <td>{status}</td>
              <td>{title}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  </section>
)

function docsMarkdown(document: OpenApi, calls: readonly Call[]): string {
  return blocks(
    `# ${document.info.title} API ${document.info.version}`,
    document.info.description,
    'The same as a machine reads it: [/openapi.json](/openapi.json)',
    ...calls.flatMap((call) => [
      `## ${call.method} ${call.path}`,
      call.operation.summary && `${call.operation.summary}.`,
      (call.operation.parameters?.length ?? 0) > 0 &&
        table(
          ['Parameter', 'Values', 'Limits'],
          call.operation.parameters!.map(({ name, required, schema = {} }) => [
            `\`${name}\`${required ? ' (required)' : ''}`,
            inline(sketch(schema, {})),
            limitsOf(schema),
          ]),
        ),
      call.body && `Body:\n\n${fence(call.body, 'ts')}`,
      ...call.answers.map(({ status, description, sketch: text }) =>
        text ? `${status} ${description}:\n\n${fence(text, 'ts')}` : `${status} ${description}`,
      ),
    ]),
    '## Errors',
    table(
      ['Code', 'Status', 'Meaning'],
      Object.entries(ERROR_CODES).map(([code, { status, title }]) => [`\`${code}\``, String(status), title]),
    ),
  )
}

/** The reference of our own API, read from the document at /openapi.json. */
export function docsPage(document: OpenApi): Page {
  const calls = callsOf(document)
  return {
    title: 'API',
    description: 'Reference of the matchgraph HTTP API: calls, parameters, answers, error codes.',
    path: '/docs',
    query: '',
    markdown: () => docsMarkdown(document, calls),
    body: () => (
      <>
        <h1>API</h1>
        <p class="lead">
          {document.info.description} Read by machines at <a href="/openapi.json">/openapi.json</a>, by agents at{' '}
          <a href="/llms.txt">/llms.txt</a>.
        </p>
        <pre tabindex={0}>curl 'http://127.0.0.1:8787/api/v1/search?q=vector+search+with+filters&amp;free=on'</pre>
        <nav aria-label="Calls">
          <ul class="toc">
            {calls.map(({ id, method, path }) => (
              <li>
                <a href={`#${id}`}>
                  {method} {path}
                </a>
              </li>
            ))}
            <li>
              <a href="#errors">Errors</a>
            </li>
          </ul>
        </nav>
        {calls.map((call) => (
          <CallSection call={call} />
        ))}
        <ErrorTable />
      </>
    ),
  }
}
