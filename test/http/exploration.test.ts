import { expect, it } from 'vitest'
import type { SearchAnswer } from '../../src/core/api/search.js'
import { readCatalogue } from '../support/catalogue.js'
import { startServer } from '../support/home.js'

it('an exploration slot shows nothing that is not shown anyway when nothing is explored', async () => {
  const server = await startServer(readCatalogue())
  const search = async (q: string, explore: string): Promise<SearchAnswer['results']> =>
    (await server.get(`/api/v1/search?${new URLSearchParams({ q, explore, limit: '50' })}`)).body.results
  let explored = 0
  for (const q of ['transcribe a podcast and tell who speaks', 'store embeddings and search them', 'send an email']) {
    const shown = new Set((await search(q, 'off')).map(({ capability }) => capability.id))
    for (let n = 0; n < 100; n++) {
      const results = await search(q, 'on')
      explored += results.filter(({ exploration }) => exploration).length
      expect(results.map(({ capability }) => capability.id).filter((id) => !shown.has(id))).toEqual([])
    }
  }
  expect(explored).toBeGreaterThan(5)
  await server.close()
})
