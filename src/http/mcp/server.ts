import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { AppError } from '../../core/errors.js'
import { nearest } from '../../core/nearest.js'
import { neutralizeAll } from '../../core/poison.js'
import { requestFault } from '../../core/request-fault.js'
import { CHOOSE, chooseText } from './prompt.js'
import { readTool, TEMPLATE, toolPage } from './resources.js'
import type { AgentCall, AgentDeps, AgentTool } from './tool.js'
import { alternativesTool } from './tools/alternatives.js'
import { compareTool } from './tools/compare.js'
import { coverTool } from './tools/cover.js'
import { getTool } from './tools/get-tool.js'
import { reportOutcome } from './tools/report-outcome.js'
import { resolveTool } from './tools/resolve.js'
import { searchTool } from './tools/search.js'

export const AGENT_TOOLS: readonly AgentTool[] = [
  searchTool,
  resolveTool,
  getTool,
  alternativesTool,
  compareTool,
  coverTool,
  reportOutcome,
]

const INSTRUCTIONS =
  'A catalogue of AI tools by capability. Ask resolve before choosing a tool; answer "none" means nothing here fits. Report outcomes with the token.'

/** What a fault that is ours is told as; the trace goes to `onError`. */
const OURS = 'Something failed on our side. Try again; when it stays so, the operator finds the trace in the log.'

/**
 * An MCP server over the engine, for one connection. Arguments are checked by the tool's own schema; whatever is wrong with a call
 * comes back as a tool error in words that say what to do, so that an agent can act on it.
 */
export function mcpServer(deps: AgentDeps, call: () => AgentCall, onError: (error: unknown) => void): Server {
  const server = new Server(
    { name: 'matchgraph', version: '0.1.0' },
    { capabilities: { tools: {}, resources: {}, prompts: {} }, instructions: INSTRUCTIONS },
  )
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: AGENT_TOOLS.map(described) }))
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => called(deps, params, call(), onError))
  server.setRequestHandler(ListResourcesRequestSchema, ({ params }) => toolPage(deps.engine, params?.cursor))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [TEMPLATE] }))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => readTool(deps.engine, params.uri))
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: [CHOOSE] }))
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    if (params.name !== CHOOSE.name)
      throw new McpError(ErrorCode.InvalidParams, `There is only the prompt "${CHOOSE.name}".`)
    return chooseText(params.arguments ?? {})
  })
  return server
}

const described = ({ name, description, inputSchema, outputSchema, effect }: AgentTool) => ({
  name,
  description,
  inputSchema,
  outputSchema,
  // closed world and non-destructive are told once here; what only repeats the protocol's defaults is left out to save tokens
  annotations:
    effect === 'reads'
      ? { readOnlyHint: true, idempotentHint: true }
      : { destructiveHint: false, idempotentHint: true },
})

async function called(
  deps: AgentDeps,
  { name, arguments: given }: { name: string; arguments?: Record<string, unknown> },
  call: AgentCall,
  onError: (error: unknown) => void,
): Promise<CallToolResult> {
  try {
    const tool = toolByName(name)
    const input = tool.input.safeParse(given ?? {})
    if (!input.success) throw requestFault(input.error, Object.keys(tool.input.shape), 'body')
    const answer = neutralizeAll(await tool.run(deps, input.data as never, call))
    return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer }
  } catch (error) {
    if (!(error instanceof AppError)) onError(error)
    const words = error instanceof AppError ? `${error.detail} (${error.code})` : OURS
    return { isError: true, content: [{ type: 'text', text: words }] }
  }
}

function toolByName(name: string): AgentTool {
  const tool = AGENT_TOOLS.find((one) => one.name === name)
  if (tool) return tool
  const names = AGENT_TOOLS.map((one) => one.name)
  const near = nearest(name, names)
  throw new AppError(
    'not-found',
    `There is no tool "${name}"${near ? `; did you mean "${near}"?` : '.'} There are ${names.join(', ')}.`,
  )
}
