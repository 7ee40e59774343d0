import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { AppError } from '../../src/core/errors.js'

/** Pages of tools that are asked for at most. */
const MAX_PAGES = 100
/** Longest that a server may take to start (its package may have to be fetched first), and to answer, milliseconds. */
const START_TIMEOUT = 120_000
const ANSWER_TIMEOUT = 30_000

/**
 * Starts an MCP server over stdio, asks for its tools, stops it. Gives `tools/list`'s answer with `serverInfo` beside it.
 * Throws `unavailable` when the command does not start or does not speak MCP, `invalid-parameter` when it is empty.
 */
export async function listToolsOf(command: string): Promise<{ serverInfo: unknown; tools: unknown[] }> {
  const [program, ...args] = wordsOf(command)
  if (program === undefined)
    throw new AppError(
      'invalid-parameter',
      'The command is empty; say one that starts an MCP server, e.g. "npx -y @modelcontextprotocol/server-memory".',
    )
  const client = new Client({ name: 'matchgraph', version: '1' })
  try {
    await client.connect(new StdioClientTransport({ command: program, args, stderr: 'ignore' }), {
      timeout: START_TIMEOUT,
    })
    const tools: unknown[] = []
    let cursor: string | undefined
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer = await client.listTools({ cursor }, { timeout: ANSWER_TIMEOUT })
      tools.push(...answer.tools)
      cursor = answer.nextCursor
      if (cursor === undefined) break
    }
    return { serverInfo: client.getServerVersion(), tools }
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `"${command}" did not answer as an MCP server: ${(cause as Error).message}. Run it by hand to see what it says.`,
      { cause },
    )
  } finally {
    await client.close()
  }
}

/** Splits a command into words like a shell: quotes keep words together, backslashes escape outside single quotes. */
export function wordsOf(command: string): string[] {
  const words: string[] = []
  for (const match of command.matchAll(/(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+/gs))
    words.push(
      match[0].replace(
        /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
        (_, single?: string, double?: string, escaped?: string) =>
          single ?? double?.replace(/\\(.)/gs, '$1') ?? escaped ?? '',
      ),
    )
  return words
}
