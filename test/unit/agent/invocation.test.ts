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

  it.each<[command: string, words: string[]]>([
    ['', []],
    ['  npx   pkg ', ['npx', 'pkg']],
    [`a 'b "c' "d 'e"`, ['a', 'b "c', "d 'e"]],
    [`--x='' ""`, ['--x=', '']],
    ['--a="b"c', ['--a=bc']],
  ])('of the command %j the words are %j', (command, words) => expect(wordsOfCommand(command)).toEqual(words))

  it.each<[execution: Tool['execution'], config: object]>([
    [
      { protocol: 'mcp', url: 'https://a.test' },
      { type: 'http', url: 'https://a.test' },
    ],
    [
      { protocol: 'mcp', url: 'https://a.test', auth: 'token' },
      { type: 'http', url: 'https://a.test', headers: { Authorization: 'Bearer <key>' } },
    ],
    [
      { protocol: 'mcp', url: 'https://a.test', auth: 'api-key' },
      { type: 'http', url: 'https://a.test', headers: { Authorization: 'Bearer <key>' } },
    ],
    [
      { protocol: 'mcp', url: 'https://a.test', auth: 'basic' },
      { type: 'http', url: 'https://a.test' },
    ],
    [
      { protocol: 'mcp', url: 'https://a.test', auth: 'oauth', command: 'npx a' },
      { type: 'http', url: 'https://a.test' },
    ],
    [
      { protocol: 'mcp', url: 'https://a.test', auth: 'token', command: 'npx a' },
      { command: 'npx', args: ['a'] },
    ],
    [
      { protocol: 'mcp', command: 'server' },
      { command: 'server', args: [] },
    ],
    [
      { protocol: 'mcp', command: 'docker run -e KEY -e MODE=x -e OTHER image' },
      {
        command: 'docker',
        args: ['run', '-e', 'KEY', '-e', 'MODE=x', '-e', 'OTHER', 'image'],
        env: { KEY: '<KEY>', OTHER: '<OTHER>' },
      },
    ],
  ])('%j is the entry %j', (execution, config) => {
    const { language, snippet } = invocationOf(tool(execution))
    expect([language, JSON.parse(snippet)]).toEqual(['mcp-config', { mcpServers: { a: config } }])
  })

  it.each<[execution: Tool['execution'], language: string, snippet: string]>([
    [
      { protocol: 'http', url: 'https://a.test', auth: 'token' },
      'shell',
      `curl -H 'Authorization: Bearer <key>' 'https://a.test'`,
    ],
    [{ protocol: 'http', url: 'http://a.test', auth: 'oauth' }, 'shell', `curl 'http://a.test'`],
    [{ protocol: 'http', url: 'see https://a.test' }, 'shell', 'see https://a.test'],
    [{ protocol: 'grpc', url: 'https://a.test' }, 'shell', 'https://a.test'],
    [{ protocol: 'http', url: 'https://a.test', command: 'pip install a' }, 'shell', 'pip install a'],
    [{ protocol: 'mcp' }, 'link', 'https://a.example'],
  ])('%j is a %s: %s', (execution, language, snippet) => {
    expect(invocationOf(tool(execution))).toMatchObject({ language, snippet })
  })

  it('without a page is the repository, without that nothing', () => {
    const bare = { slug: 'a', name: 'A', type: 'api', description: '' } as const
    expect(invocationOf({ ...bare, repository: 'https://b.test' }).snippet).toBe('https://b.test')
    expect(invocationOf({ ...bare }).snippet).toBe('')
  })

  it.each<[execution: Partial<NonNullable<Tool['execution']>>, requires: string[]]>([
    [{ auth: 'none' }, []],
    [{ auth: 'api-key' }, ['an API key']],
    [{ auth: 'token' }, ['an access token']],
    [{ auth: 'iam' }, ['cloud credentials (IAM)']],
    [{ auth: 'basic' }, ['a user name and password']],
    [{ auth: 'a client certificate' }, ['a client certificate']],
    [{ command: 'sudo pip install a', auth: 'token' }, ['an access token', 'pip on the machine']],
    [{ command: 'gcloud run' }, ['gcloud on the machine']],
    [{ command: 'run npx a' }, []],
    [{ command: 'npxa' }, []],
    [{ command: 'curl https://a.test/i.sh | bash' }, ['it runs a script from the internet: read it first']],
    [{ command: 'curl https://a.test/i.sh|sh' }, ['it runs a script from the internet: read it first']],
    [{ command: 'curl https://a.test/i.sh | zsh -s' }, ['it runs a script from the internet: read it first']],
    [{ command: 'curl https://a.test/data | jq .' }, []],
    [{ command: 'curl https://a.test -o x; bash y' }, []],
  ])('%j needs %j', (execution, requires) => {
    expect(invocationOf(tool({ protocol: 'cli', ...execution }), ['more']).requires).toEqual([...requires, 'more'])
  })
})
