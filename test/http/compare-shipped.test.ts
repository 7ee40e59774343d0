import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Comparison, comparisonSchema } from '../../src/core/api/compare.js'
import { areTwins, likeness, weighWords, wordCounts } from '../../src/core/compare/likeness.js'
import { portraitsOf } from '../../src/engine/portraits.js'
import { readCatalogue } from '../support/catalogue.js'
import { startServer, type TestServer } from '../support/home.js'

const rowsIn = (file: string): string[][] =>
  fs
    .readFileSync(path.join(import.meta.dirname, '../fixtures', file), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))

let server: TestServer
beforeAll(async () => {
  server = await startServer(readCatalogue())
})
afterAll(() => server.close())

const compare = async (tools: string[], situations: string[] = []): Promise<Comparison> => {
  const query = new URLSearchParams([
    ['tools', tools.join(',')],
    ...situations.map((text): [string, string] => ['for', text]),
  ])
  const { status, body } = await server.get(`/api/v1/compare?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return comparisonSchema.parse(body)
}

/**
 * Labelled tool pairs: set, tools, relation, container, situations "need=winner". `first` set the rules. `held-out` was labelled before
 * any output was seen and gave 18 of 22 relations; three rules were mended after it. `second` was labelled after that, before its output,
 * and nothing was changed for it: 25 of 26 relations, 22 of 28 situations.
 */
const pairs = rowsIn('pairs.tsv').map(([set, a, b, relation, container, situations = '']) => ({
  set,
  tools: [a!, b!],
  relation,
  container,
  situations: situations
    .split(';')
    .filter(Boolean)
    .map((text) => ({ need: text.slice(0, text.lastIndexOf('=')), winner: text.slice(text.lastIndexOf('=') + 1) })),
}))

describe('the shipped catalogue, compared', () => {
  it.each([
    ['first', 0.9, 0.85],
    ['held-out', 0.9, 0.7],
    ['second', 0.9, 0.7],
  ])(
    'the %s pairs have the labelled relation and the situations the labelled winner',
    async (set, relations, winners) => {
      const wrong = { relation: [] as string[], winner: [] as string[] }
      const count = { relation: 0, winner: 0 }
      for (const pair of pairs.filter((one) => one.set === set)) {
        const comparison = await compare(
          pair.tools,
          pair.situations.map(({ need }) => need),
        )
        const { relation, scenarios } = comparison
        count.relation++
        if (relation.kind !== pair.relation || (pair.container && relation.container !== pair.container)) {
          wrong.relation.push(`${pair.tools.join(' ')}: ${relation.kind}, labelled ${pair.relation}`)
        }
        for (const [i, { need, winner }] of pair.situations.entries()) {
          const { outcome, tools } = scenarios[i]!
          count.winner++
          if ((outcome === 'one' ? tools[0] : outcome) !== winner) wrong.winner.push(`${need}: ${outcome} ${tools}`)
        }
        expectNamedReason(comparison)
      }
      expect(1 - wrong.relation.length / count.relation, wrong.relation.join('\n')).toBeGreaterThanOrEqual(relations)
      expect(1 - wrong.winner.length / count.winner, wrong.winner.join('\n')).toBeGreaterThanOrEqual(winners)
    },
  )

  it('says whether two capabilities are the same as a person does', async () => {
    const { live } = server.engine
    const labels = new Map(
      [...live.catalogue.tools.values()].flatMap(({ tool, capabilities }) =>
        capabilities.map(({ name, label }) => [`${tool.slug}/${name}`, label] as const),
      ),
    )
    const drawn = await portraitsOf(server.engine.context(), labels.values())
    const portrait = (tool: string, name: string) => drawn.get(labels.get(`${tool}/${name}`)!)!.portrait
    for (const [set, least] of [
      ['fit', 0.88],
      ['held-out', 0.9],
    ] as const) {
      const labelled = rowsIn('capability-pairs.tsv').filter((row) => row[0] === set)
      const right = labelled.filter(
        ([, same, a, nameA, b, nameB]) =>
          likeness(portrait(a!, nameA!), portrait(b!, nameB!)) >= 0.5 === (same === '1'),
      )
      expect(right.length / labelled.length).toBeGreaterThanOrEqual(least)
    }
  })

  it('joins rewordings of one capability and no two different ones of a tool', async () => {
    const { live } = server.engine
    for (const { tool, capabilities } of live.catalogue.tools.values()) {
      const drawn = [
        ...(
          await portraitsOf(
            server.engine.context(),
            capabilities.map(({ label }) => label),
          )
        ).values(),
      ]
      for (const [i, one] of drawn.entries()) {
        for (const other of drawn.slice(0, i)) {
          expect(
            areTwins(one.portrait, other.portrait),
            `${tool.slug}: ${one.capability.name}, ${other.capability.name}`,
          ).toBe(false)
        }
      }
    }
    const reworded = rowsIn('twins.tsv')
    let found = 0
    for (const [slug, name, newName, newDescription] of reworded) {
      const { capabilities } = live.catalogue.tools.get(slug!)!
      const { label } = capabilities.find((capability) => capability.name === name)!
      const [vector] = await server.opened.embedder.embed([`${newName}. ${newDescription}`], 'document')
      const counts = wordCounts({ name: newName!, description: newDescription! })
      const words = weighWords(counts, live.index.relevance.stemIdf([...counts.keys()]))
      const own = (await portraitsOf(server.engine.context(), [label])).get(label)!
      if (areTwins(own.portrait, { rows: [vector!], words })) found++
    }
    expect(found).toBeGreaterThanOrEqual(reworded.length - 1)
  })
})

/** The reason names capabilities of the two tools, or the pairing that their records state. */
function expectNamedReason({ relation, only, pairs: aligned }: Comparison): void {
  expect(relation.basis.capabilities.length).toBeGreaterThan(0)
  const names = new Map(
    [...aligned.flatMap(({ members }) => members), ...Object.values(only).flat()].map(({ id, name }) => [id, name]),
  )
  for (const { id, name } of relation.basis.capabilities) expect(names.get(id)).toBe(name)
  expect(relation.basis.capabilities.some(({ name }) => relation.why.includes(name))).toBe(true)
}
