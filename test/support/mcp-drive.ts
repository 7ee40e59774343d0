import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { expect } from 'vitest'

interface Answered {
  isError?: boolean
  structuredContent?: any
  content: { type: string; text: string }[]
}

export const callTool = async (client: Client, name: string, given: Record<string, unknown>): Promise<Answered> =>
  (await client.callTool({ name, arguments: given })) as unknown as Answered

/** Calls every tool of the server over a connection as an agent would; the client checks each answer against the tool's output schema. */
export async function driveEveryTool(client: Client): Promise<void> {
  const { tools } = await client.listTools()
  const driven = new Set<string>()
  const call = async (name: string, given: Record<string, unknown>): Promise<any> => {
    driven.add(name)
    const answer = await callTool(client, name, given)
    expect(answer.isError, `${name}: ${answer.content[0]?.text}`).toBeFalsy()
    expect(JSON.parse(answer.content[0]!.text)).toEqual(answer.structuredContent)
    return answer.structuredContent
  }
  const found = await call('search', { query: 'send transactional mail', limit: 3 })
  expect(found.results[0].tool).toMatch(/resend|sendgrid/)
  const resolved = await call('resolve', { intent: 'send transactional mail from Rust', free: true })
  expect(resolved.tokensUsed).toBeLessThanOrEqual(2000)
  const [first] = resolved.resolved
  expect(first.tool.slug).toBe('resend')
  expect(first.ledger.map((entry: { state: string }) => entry.state)).not.toContain('not-met')
  const { token } = first
  expect((await call('report_outcome', { token, outcome: 'selected' })).status).toBe('recorded')
  expect((await call('report_outcome', { token, outcome: 'selected' })).status).toBe('duplicate')
  expect((await call('report_outcome', { token, outcome: 'succeeded' })).status).toBe('recorded')
  const tool = await call('get_tool', { tool: 'Resend' })
  expect(tool.capabilities.length).toBeGreaterThan(3)
  const { id } = tool.capabilities[0]
  const whole = await call('get_tool', { tool: 'resend', capability: id })
  expect(whole.capabilities[0].description.length).toBeGreaterThan(50)
  const comparison = await call('compare', { tools: ['resend', 'sendgrid'] })
  expect(comparison.verdict.length).toBeGreaterThan(0)
  expect((await call('alternatives', { tool: 'resend' })).answer).toMatch(/match|partial|none/)
  const covered = await call('cover', { needs: ['send transactional mail', 'vector similarity search with filters'] })
  expect(covered.answer).toMatch(/complete|partial/)
  expect([...driven].sort()).toEqual(tools.map((one) => one.name).sort())
  const { resourceTemplates } = await client.listResourceTemplates()
  expect(resourceTemplates.map((one) => one.uriTemplate)).toEqual(['matchgraph://tools/{slug}'])
  const { resources } = await client.listResources()
  const { contents } = await client.readResource({ uri: resources[0]!.uri })
  expect(JSON.parse((contents[0] as { text: string }).text)).toHaveProperty('capabilities')
  const { prompts } = await client.listPrompts()
  const prompt = await client.getPrompt({
    name: prompts[0]!.name,
    arguments: { need: 'send mail', conditions: 'free' },
  })
  expect((prompt.messages[0]!.content as { text: string }).text).toMatch(/send mail[\s\S]*free/)
}
