import { settingsSchema } from '../../src/config.js'
import { ERROR_CODES } from '../../src/core/errors.js'
import { ANYWHERE } from '../../src/http/router.js'
import { run } from './cli.js'
import { startServer } from './home.js'

interface Operation {
  summary?: string
  parameters?: {
    name: string
    in: string
    required?: boolean
    schema: { default?: unknown; enum?: unknown[]; type?: string }
  }[]
  responses: Record<string, unknown>
}

/** docs/reference.md as the code has it: every command with its options, every setting, every route, every error code. */
export async function reference(): Promise<string> {
  return [
    '# Reference',
    'Made from the code by the tests (`UPDATE_DOCS=1 npx vitest run --project cli test/cli/reference.test.ts`); they fail when it is out of date.',
    '## Commands',
    await commands(),
    '## Settings',
    settings(),
    '## HTTP',
    'The whole description is served as OpenAPI 3.1 at `/openapi.json`, and to read at `/docs`.',
    `Any route may also answer ${ANYWHERE.slice(0, -1).join(', ')} (parameters, keys, limits) or ${ANYWHERE.at(-1)} (behind, or not ready yet).`,
    await routes(),
    '## Error codes',
    errors(),
  ].join('\n\n')
}

async function commands(): Promise<string> {
  const names = commandNames((await run(['--help'])).stdout)
  const sections: string[] = []
  for (const name of names) {
    const help = (await run([name, '--help'])).stdout.trim()
    sections.push(`### matchgraph ${name}\n\n\`\`\`text\n${help}\n\`\`\``)
  }
  return sections.join('\n\n')
}

/** Names in the list of commands that `--help` prints. */
const commandNames = (help: string): string[] =>
  [...help.slice(help.indexOf('Commands:')).matchAll(/^ {2}([a-z][\w-]*)/gm)]
    .map((match) => match[1]!)
    .filter((name) => name !== 'help')

function settings(): string {
  const rows = Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined)
    const value = fallback.success ? fallback.data : undefined
    const shown =
      value === undefined || (Array.isArray(value) && value.length === 0)
        ? ''
        : `\`${value === true ? 'on' : value === false ? 'off' : value}\``
    return `| \`${name}\` | ${shown} | ${schema.description} |`
  })
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

async function routes(): Promise<string> {
  const server = await startServer()
  const { paths } = (await server.get('/openapi.json')).body as { paths: Record<string, Record<string, Operation>> }
  await server.close()
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, parameters, responses }]) => {
      const names = (parameters ?? [])
        .filter((p) => p.in === 'query')
        .map((p) => `\`${p.name}\`${p.required ? '*' : ''}`)
      return `| \`${method.toUpperCase()} ${path}\` | ${summary ?? ''} | ${names.join(' ')} | ${own(responses)} |`
    }),
  )
  return ['| route | what | query (\\* required) | status |', '|---|---|---|---|', ...rows].join('\n')
}

const own = (responses: object): string =>
  Object.keys(responses)
    .filter((status) => !ANYWHERE.includes(Number(status)))
    .join(' ')

const errors = (): string =>
  [
    '| code | status | meaning |',
    '|---|---|---|',
    ...Object.entries(ERROR_CODES).map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`),
  ].join('\n')
