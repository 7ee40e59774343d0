import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReplicatedCatalogue } from '../../src/store/sqlite/replica.js'
import { SqliteStore } from '../../src/store/sqlite/store.js'
import type { ToolPut } from '../../src/store/store.js'
import { catalogueContract } from './catalogue.contract.js'

const collect = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const one of stream) all.push(one)
  return all
}
const folderOf = () => fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-'))
const put = (slug: string, names: readonly string[], version: number): ToolPut => ({
  record: {
    slug,
    name: slug,
    type: 'api',
    description: `v${version}`,
    capabilities: names.map((name) => ({ id: `${slug}.${name}`, name, description: `v${version}` })),
  },
  hash: `${version} ${names}`,
  capabilities: names.map((name) => ({ id: `${slug}.${name}`, hash: `${version}`, texts: [] })),
})

// the copy is itself a catalogue: what is true of every catalogue store is true of it
catalogueContract('replicated', async () => {
  const folder = folderOf()
  const remote = SqliteStore.open(path.join(folder, 'remote.db'))
  const store = ReplicatedCatalogue.open(remote.catalogue, path.join(folder, 'replica.db'))
  await store.generation()
  return {
    store,
    close: async () => {
      store.close()
      await remote.close()
      fs.rmSync(folder, { recursive: true })
    },
  }
})

describe('a replicated catalogue', () => {
  it('holds what the other side has, whoever wrote it and however often it was opened', async () => {
    const change = fc.record({
      slug: fc.constantFrom('a', 'b', 'c', 'd'),
      names: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 }),
      version: fc.nat(2),
      remove: fc.boolean(),
      here: fc.boolean(),
      reopen: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
        const folder = folderOf()
        const remote = SqliteStore.open(path.join(folder, 'remote.db'))
        let replica = ReplicatedCatalogue.open(remote.catalogue, path.join(folder, 'replica.db'))
        for (const [at, { slug, names, version, remove, here, reopen }] of changes.entries()) {
          const next = {
            at,
            model: 'm',
            dims: 1,
            put: remove ? [] : [put(slug, names, version)],
            remove: remove ? [slug] : [],
          }
          await (here ? replica : remote.catalogue).apply(next)
          if (!reopen) continue
          replica.close()
          replica = ReplicatedCatalogue.open(remote.catalogue, path.join(folder, 'replica.db'))
          await replica.generation()
        }
        await replica.generation()
        expect(await collect(replica.tools())).toEqual(await collect(remote.catalogue.tools()))
        expect([...(await replica.labels())]).toEqual([...(await remote.catalogue.labels())])
        replica.close()
        await remote.close()
        fs.rmSync(folder, { recursive: true })
      }),
      { seed: 7, numRuns: 30 },
    )
  })

  it('starts anew from a damaged file, and notices another database under the same address', async () => {
    const folder = folderOf()
    const file = path.join(folder, 'replica.db')
    fs.writeFileSync(file, 'not a database, but long enough to be looked at as one'.repeat(100))
    const one = SqliteStore.open(path.join(folder, 'one.db'))
    await one.catalogue.apply({ at: 1, model: 'm', dims: 1, put: [put('z', ['x'], 1), put('a', ['x'], 1)], remove: [] })
    const two = SqliteStore.open(path.join(folder, 'two.db'))
    // the same tools under other labels
    await two.catalogue.apply({ at: 1, model: 'm', dims: 1, put: [put('b', ['x'], 1)], remove: [] })
    await two.catalogue.apply({
      at: 1,
      model: 'm',
      dims: 1,
      put: [put('z', ['x'], 1), put('a', ['x'], 1)],
      remove: ['b'],
    })
    for (const store of [one, two]) {
      const replica = ReplicatedCatalogue.open(store.catalogue, file)
      await replica.generation()
      expect(await collect(replica.tools())).toEqual(await collect(store.catalogue.tools()))
      replica.close()
      await store.close()
    }
    fs.rmSync(folder, { recursive: true })
  })
})
