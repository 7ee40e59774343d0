import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { warmUp } from '../../src/engine/warm-up.js'
import { SMALL_CATALOGUE, startServer, type TestServer } from '../support/home.js'

describe('warming up', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.close())

  it('asks what each capability says, and leaves nothing behind: no impression, no metric', async () => {
    const { engine, opened, get, send } = server
    const capabilities = SMALL_CATALOGUE.flatMap((tool) => tool.capabilities)
    expect(await warmUp(engine, new AbortController().signal)).toBe(capabilities.length)
    const { body } = await get(`/api/v1/search?q=${encodeURIComponent('pdf tables to csv')}`)
    expect((await send('POST', '/api/v1/matches', { token: body.results[0].token, outcome: 'selected' })).status).toBe(
      201,
    )
    const events = []
    for await (const event of opened.store.log.events(0)) events.push(event.kind)
    expect(events).toEqual(['admission', 'impression', 'match'])
    const metrics = (await get('/metrics')).body as string
    expect(metrics).toMatch(/^matchgraph_searches_total{answer="match"} 1$/m)
  })

  it('stops when somebody asks', async () => {
    expect(await warmUp(server.engine, AbortSignal.abort())).toBe(0)
  })
})
