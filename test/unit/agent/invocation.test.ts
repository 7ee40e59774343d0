import { describe, expect, it } from 'vitest'
import { invocationOf, wordsOfCommand } from '../../../src/core/agent/invocation.js'
import type { Tool } from '../../../src/core/catalogue.js'
import { shipped } from '../ledger/exam.js'

const tool = (execution: Tool['execution']): Tool => ({
  slug: 'a',
  name: 'A',
  type: 'api',
  description: '',
  url: 'https://a.example',
  execution,
})

describe('an invocation', () => {
  it('of a local MCP server is an entry of a client’s configuration, with its variables named', () => {
    const { language, snippet, requires } = invocationOf(shipped('postgres-mcp'))
    expect(language).toBe('mcp-config')
    expect(JSON.parse(snippet)).toEqual({
      mcpServers: {
        'postgres-mcp': {
          command: 'docker',
          args: ['run', '-i', '--rm', '-e', 'DATABASE_URI', 'crystaldba/postgres-mcp', '--access-mode=restricted'],
          env: { DATABASE_URI: '<DATABASE_URI>' },
        },
      },
    })
    expect(requires).toContain('docker on the machine')
  })

  it('of a hosted MCP server with sign-in is its address', () => {
    const { snippet, requires } = invocationOf(shipped('notion-mcp'))
    expect(JSON.parse(snippet)).toEqual({
      mcpServers: { 'notion-mcp': { type: 'http', url: 'https://mcp.notion.com/mcp' } },
    })
    expect(requires).toContain('a sign-in (OAuth)')
  })

  it('of an HTTP API without a package is a request, quoted for the shell', () => {
    expect(invocationOf(tool({ protocol: 'http', url: "https://a.example/it's", auth: 'api-key' })).snippet).toBe(
      `curl -H 'Authorization: Bearer <key>' 'https://a.example/it'\\''s'`,
    )
  })

  it('of a package or program is its command, with a warning where it runs a script from the internet', () => {
    expect(invocationOf(shipped('faiss'))).toMatchObject({ language: 'shell', requires: ['conda on the machine'] })
    const script = invocationOf(tool({ protocol: 'cli', command: 'curl -fsSL https://a.example/i.sh | sudo bash' }))
    expect(script.requires).toEqual(['it runs a script from the internet: read it first'])
  })

  it('invents nothing: without an execution block it is where to read on', () => {
    expect(invocationOf(tool(undefined))).toEqual({ language: 'link', snippet: 'https://a.example', requires: [] })
  })

  it('splits a command as a shell does', () => {
    expect(wordsOfCommand(`npx -y 'a b' --x="c d" e`)).toEqual(['npx', '-y', 'a b', '--x=c d', 'e'])
  })
})
