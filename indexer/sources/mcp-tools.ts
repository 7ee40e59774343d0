import { z } from 'zod'
import type { Fault } from '../../src/core/errors.js'
import { faultsOf } from '../../src/core/faults.js'
import { checked, type Imported, type ImportOptions, refused } from '../../src/core/imported.js'
import { isObject, member, textOf } from '../../src/core/json.js'
import { cut, idFrom, line, plainText, slugFrom, spoken, withoutBoilerplate } from './clean.js'
import { fieldTexts } from './json-schema.js'

const mcpTool = z.looseObject({
  name: z.string().trim().min(1).max(200),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.looseObject({}).optional(),
  outputSchema: z.looseObject({}).optional(),
  annotations: z
    .looseObject({
      title: z.string().optional(),
      readOnlyHint: z.boolean().optional(),
      destructiveHint: z.boolean().optional(),
      idempotentHint: z.boolean().optional(),
      openWorldHint: z.boolean().optional(),
    })
    .optional(),
})
type McpTool = z.infer<typeof mcpTool>

export interface McpOptions extends ImportOptions {
  /** Command that starts the server, when it runs over stdio; else where it is reached. */
  command?: string
  url?: string
}

/**
 * An answer to MCP's `tools/list` (the result, the JSON-RPC message around it, or the bare list; `serverInfo` of
 * `initialize` may stand beside `tools`): one tool, each of the server's tools a capability.
 */
export function importMcpTools(input: unknown, options: McpOptions): Imported {
  const answer = isObject(member(input, 'result')) ? member(input, 'result') : input
  const list = Array.isArray(answer) ? answer : member(answer, 'tools')
  if (!Array.isArray(list)) return refused('tools', 'is missing; this is not an answer to tools/list')
  const server = member(answer, 'serverInfo')
  const name = options.name ?? textOf(member(server, 'title')) ?? textOf(member(server, 'name'))
  const slug = options.slug ?? slugFrom(textOf(member(server, 'name')) ?? name ?? '')
  if (slug === undefined) return refused('serverInfo', 'is missing; say the slug of the tool (--slug)')
  const base = Array.isArray(input) ? '' : answer === input ? 'tools.' : 'result.tools.'
  const errors: Fault[] = []
  const tools: McpTool[] = []
  list.forEach((one, i) => {
    const read = mcpTool.safeParse(one)
    if (read.success) tools.push(read.data)
    else
      errors.push(
        ...faultsOf(read.error, one, mcpTool).map((fault) => ({ ...fault, path: `${base}${i}.${fault.path}` })),
      )
  })
  const warnings: Fault[] = []
  if (textOf(member(answer, 'nextCursor')) !== undefined)
    warnings.push({ path: 'nextCursor', message: 'there are more pages of tools; this is only the first' })
  if (tools.length === 0) {
    errors.push({ path: `${base}0`, message: 'there is no sound tool in the list' })
    return { records: [], errors, warnings }
  }
  const descriptions = withoutBoilerplate(tools.map((tool) => plainText(tool.description ?? '')))
  const record = {
    slug,
    name: name ?? slug,
    type: 'mcp',
    description: cut(plainText(textOf(member(server, 'description')) ?? ''), 8000),
    url: options.url ?? textOf(member(server, 'websiteUrl')),
    execution: execution(options),
    capabilities: tools.map((tool, i) => capability(tool, descriptions[i]!, slug, options)),
  }
  return checked([record], errors, warnings)
}

function execution({ command, url }: McpOptions) {
  return command === undefined && url === undefined ? undefined : { protocol: 'mcp', command, url }
}

function capability(tool: McpTool, description: string, slug: string, { asOf, source }: ImportOptions) {
  const title = textOf(tool.title) ?? textOf(tool.annotations?.title)
  return {
    id: idFrom(slug, tool.name),
    name: line(title ?? tool.name, 200),
    description: cut(description === '' ? `${spoken(tool.name)}.` : description, 8000),
    inputs: fieldTexts(tool.inputSchema),
    outputs: fieldTexts(tool.outputSchema),
    tags: hints(tool),
    source: cut(source, 2000),
    asOf,
  }
}

/** The server's own word on side effects (MCP tool annotations); silence is not told as either. */
function hints({ annotations }: McpTool): string[] {
  const tags: string[] = []
  if (annotations?.readOnlyHint === true) tags.push('read-only')
  if (annotations?.readOnlyHint !== true && annotations?.destructiveHint === true) tags.push('destructive')
  if (annotations?.idempotentHint === true) tags.push('idempotent')
  return tags
}
