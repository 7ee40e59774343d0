import type { Tool } from '../catalogue.js'

/** How to call a tool: something to paste, and what has to be there first. */
export interface Invocation {
  /** `mcp-config`: JSON for an MCP client; `shell`: a command; `link`: nothing is known but where to read on. */
  language: 'mcp-config' | 'shell' | 'link'
  snippet: string
  requires: string[]
}

const AUTH: Readonly<Record<string, string>> = {
  'api-key': 'an API key',
  token: 'an access token',
  oauth: 'a sign-in (OAuth)',
  iam: 'cloud credentials (IAM)',
  basic: 'a user name and password',
}

/**
 * The snippet that a tool's `execution` amounts to: MCP client configuration for MCP servers, a request for HTTP APIs, the command for
 * programs and packages. Nothing is invented: without a command or an address it is the tool's page.
 */
export function invocationOf(tool: Tool, more: readonly string[] = []): Invocation {
  const { execution } = tool
  const requires = [...requirementsOf(execution), ...more]
  if (execution?.protocol === 'mcp' && (execution.url || execution.command)) {
    return { language: 'mcp-config', snippet: JSON.stringify(mcpConfig(tool.slug, execution)), requires }
  }
  if (execution?.command) return { language: 'shell', snippet: execution.command, requires }
  if (execution?.url) return { language: 'shell', snippet: requestTo(execution.url, execution), requires }
  return { language: 'link', snippet: tool.url ?? tool.repository ?? '', requires }
}

type Execution = NonNullable<Tool['execution']>

function requirementsOf(execution: Execution | undefined): string[] {
  const { auth, command } = execution ?? {}
  const needs: string[] = []
  if (auth && auth !== 'none') needs.push(AUTH[auth] ?? auth)
  const program =
    command && /^(?:sudo )?(docker|npx|uvx|pip|pipx|conda|cargo|go|gem|brew|helm|kubectl|aws|az|gcloud)\b/.exec(command)
  if (program) needs.push(`${program[1]} on the machine`)
  if (command && /\bcurl\b[^|]{0,500}\|\s*(?:sudo\s+)?(?:ba|z)?sh\b/.test(command))
    needs.push('it runs a script from the internet: read it first')
  return needs
}

/** An entry of `mcpServers` as MCP clients read it; a local command is preferred where no sign-in is needed for it. */
function mcpConfig(slug: string, { command, url, auth }: Execution): object {
  if (url && (!command || auth === 'oauth')) {
    const headers = auth === 'api-key' || auth === 'token' ? { headers: { Authorization: 'Bearer <key>' } } : {}
    return { mcpServers: { [slug]: { type: 'http', url, ...headers } } }
  }
  const [program, ...args] = wordsOfCommand(command!)
  const variables = args.flatMap((arg, i) => (args[i - 1] === '-e' && !arg.includes('=') ? [arg] : []))
  const env = variables.length > 0 ? { env: Object.fromEntries(variables.map((name) => [name, `<${name}>`])) } : {}
  return { mcpServers: { [slug]: { command: program, args, ...env } } }
}

/** Splits a command as a shell does: white space, with quotes taken off. */
export function wordsOfCommand(command: string): string[] {
  const words = command.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []
  return words.map((word) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  )
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

function requestTo(url: string, { protocol, auth }: Execution): string {
  if (protocol !== 'http' || !/^https?:\/\//.test(url)) return url
  const key = auth === 'api-key' || auth === 'token' ? ` -H 'Authorization: Bearer <key>'` : ''
  return `curl${key} ${quoted(url)}`
}
