import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js'
import { AppError } from '../../core/errors.js'
import { neutralizeAll } from '../../core/poison.js'
import type { Engine } from '../../engine/engine.js'

const PREFIX = 'matchgraph://tools/'
const PER_PAGE = 50

export const TEMPLATE = {
  uriTemplate: `${PREFIX}{slug}`,
  name: 'tool',
  title: 'A tool',
  description: 'The whole catalogue record of a tool',
  mimeType: 'application/json',
}

/** Tools as resources, 50 a page by slug. */
export function toolPage(engine: Engine, cursor: string | undefined) {
  const { tools, nextCursor } = engine.tools({ free: 'off' }, PER_PAGE, cursor)
  const resources = tools.map(({ slug, name }) => ({
    uri: `${PREFIX}${slug}`,
    name: slug,
    title: name,
    mimeType: TEMPLATE.mimeType,
  }))
  return { resources, ...(nextCursor && { nextCursor }) }
}

/** @throws McpError `InvalidParams` for an address that names no tool, with the nearest one */
export async function readTool(engine: Engine, uri: string) {
  const slug = uri.startsWith(PREFIX) ? uri.slice(PREFIX.length) : undefined
  if (!slug) throw new McpError(ErrorCode.InvalidParams, `Resources here are ${TEMPLATE.uriTemplate}.`)
  try {
    const { tool, capabilities } = await engine.tool(slug)
    const record = {
      ...tool,
      capabilities: capabilities.map(({ label: _label, bornAt: _born, toolSlug: _slug, ...one }) => one),
    }
    return { contents: [{ uri, mimeType: TEMPLATE.mimeType, text: JSON.stringify(neutralizeAll(record)) }] }
  } catch (error) {
    if (error instanceof AppError) throw new McpError(ErrorCode.InvalidParams, error.detail)
    throw error
  }
}
