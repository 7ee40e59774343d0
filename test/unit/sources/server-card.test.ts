import { join } from 'node:path'
import { expect, test } from 'vitest'
import { importFile } from '../../../indexer/sources/import.js'
import { importMcpRegistry } from '../../../indexer/sources/mcp-registry.js'
import { serverCard } from '../../../src/core/server-card.js'

const OPTIONS = { asOf: '2026', source: 's' }

test('registry → catalogue → card → catalogue: what it is and how it is started stay', async () => {
  const { records } = await importFile(
    'mcp-registry',
    join(import.meta.dirname, '../../fixtures/mcp-registry/list.json'),
    { asOf: '2026' },
  )
  for (const record of records) {
    const [again] = importMcpRegistry(serverCard(record), OPTIONS).records
    expect(again).toMatchObject({ name: record.name, description: record.description, type: 'mcp' })
    expect([again!.url, again!.repository]).toEqual([record.url, record.repository])
    expect([again!.execution?.command, again!.execution?.url]).toEqual([
      record.execution?.command,
      record.execution?.url,
    ])
    expect(again!.attributes?.version?.value).toBe(record.attributes?.version?.value)
  }
})

const tool = {
  slug: 'x',
  name: 'X',
  type: 'mcp' as const,
  description: 'd '.repeat(80),
  capabilities: [{ name: 'N', description: 'D' }],
}
test.each([
  ['npx -y @scope/pkg@1.2.3 --flag', [{ registryType: 'npm', identifier: '@scope/pkg', version: '1.2.3' }]],
  ['npx pkg', [{ registryType: 'npm', identifier: 'pkg' }]],
  ['uvx pkg==2.0', [{ registryType: 'pypi', identifier: 'pkg', version: '2.0' }]],
  ['docker run -i --rm -e API_KEY ghcr.io/a/b:3', [{ registryType: 'oci', identifier: 'ghcr.io/a/b', version: '3' }]],
  ['./server --stdio', undefined],
])('%s', (command, packages) => {
  const card = serverCard({ ...tool, execution: { protocol: 'mcp', command } })
  expect(card.packages?.map(({ transport: _, ...one }) => one)).toEqual(packages)
  expect(card.description.length).toBeLessThanOrEqual(100)
})
