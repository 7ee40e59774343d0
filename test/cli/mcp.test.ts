import fs from 'node:fs'
import path from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT, run } from '../support/cli.js'
import { tempFolder } from '../support/home.js'
import { driveEveryTool } from '../support/mcp-drive.js'

const { folder, remove } = tempFolder()
const home = path.join(folder, 'home')
beforeAll(async () => {
  const catalogue = path.join(folder, 'catalogue')
  fs.mkdirSync(catalogue)
  for (const slug of ['resend', 'sendgrid', 'qdrant', 'pinecone']) {
    fs.copyFileSync(path.join(ROOT, `data/catalogue/${slug}.yaml`), path.join(catalogue, `${slug}.yaml`))
  }
  const { code, stderr } = await run(['index', '--home', home, '--catalogue', catalogue])
  expect(code, stderr).toBe(0)
})
afterAll(remove)

it('the official client drives every tool over standard input and output, and the process ends with its input', async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [path.join(ROOT, 'dist/src/cli.js'), 'mcp', '--home', home],
    env: { ...(process.env as Record<string, string>), MATCHGRAPH_LOG: 'error' },
    stderr: 'pipe',
  })
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  expect(client.getServerVersion()?.name).toBe('matchgraph')
  expect(client.getInstructions()).toMatch(/resolve/)
  await driveEveryTool(client)
  const { pid } = transport
  await client.close()
  expect(() => process.kill(pid!, 0)).toThrow()
})
