import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { contentsOf, copyStore, differences } from '../../src/store/copy.js'
import { SqliteStore } from '../../src/store/sqlite/store.js'
import type { Store } from '../../src/store/store.js'
import type { OpenStore } from './store.contract.js'

/** Every kind of row there is, with gaps in labels and sequence numbers, and strings that databases trip over. */
async function fill({ catalogue, log }: Store): Promise<void> {
  const vector = Float32Array.of(0.1, -0, 1e-20, Number.MIN_VALUE, 1 / 3)
  await catalogue.putEmbeddings('m', [{ hash: 'aa', vector }])
  await catalogue.putEmbeddings('other', [{ hash: 'aa', vector: Float32Array.of(1) }])
  const tool = (slug: string) => {
    const capabilities = ['x', 'y'].map((name) => ({
      id: `${slug}.${name}`,
      name: `${name}\0é`,
      description: '\u2028😀',
    }))
    return {
      record: { slug, name: slug, type: 'api' as const, description: '"', capabilities },
      hash: slug,
      capabilities: capabilities.map(({ id }) => ({ id, hash: id, texts: ['aa'] })),
    }
  }
  await catalogue.apply({ at: 1, model: 'm', dims: 5, put: [tool('a'), tool('b'), tool('z')], remove: [] })
  await catalogue.apply({ at: 2, model: 'm', dims: 5, put: [], remove: ['z'] })
  await log.append(
    Array.from({ length: 2100 }, (_, i) => ({
      kind: i % 2 === 0 ? 'impression' : 'match',
      at: i,
      id: `e${i}`,
      dedupe: i % 3 === 0 ? [`k${i}\0`, `l${i}`] : [],
      payload: { text: `\0😀 ${i}`, n: 0.1 * i },
    })),
    [{ key: 'c/1', value: '[0.1,1e-300]' }],
  )
  await log.compact(10, [{ key: 'c/1', value: '[0]' }])
  await log.setMeta('salt', '\0salt')
}

const collect = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const one of stream) all.push(one)
  return all
}

/** Everything goes from an embedded store into this one and back, and history goes on where it was. */
export function copyContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`carrying over: SQLite and ${name}`, () => {
    it('keeps every table equal there and back, and continues the numbers', async () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-'))
      const source = SqliteStore.open(path.join(folder, 'a.db'))
      const back = SqliteStore.open(path.join(folder, 'b.db'))
      const { store, close } = await open()
      try {
        await fill(source)
        const before = await contentsOf(source)
        expect(await copyStore(source, store)).toEqual(before)
        expect(differences(before, await contentsOf(store))).toEqual([])
        await copyStore(store, back)
        expect(differences(before, await contentsOf(back))).toEqual([])
        expect(before.event!.rows).toBe(2090)
        expect(before.event_dedupe!.rows).toBeGreaterThan(1000)
        const original = await collect(source.catalogue.embedded('m', 0))
        expect(await collect(store.catalogue.embedded('m', 0))).toEqual(original)
        expect(await collect(store.catalogue.outlines())).toEqual(await collect(source.catalogue.outlines()))

        for (const one of [source, store, back]) {
          const put = {
            record: {
              slug: 'c',
              name: 'c',
              type: 'api' as const,
              description: '',
              capabilities: [{ id: 'c.x', name: 'x', description: 'x' }],
            },
            hash: 'c',
            capabilities: [{ id: 'c.x', hash: 'h', texts: [] }],
          }
          const applied = await one.catalogue.apply({ at: 3, model: 'm', dims: 5, put: [put], remove: [] })
          expect(applied.added.map((c) => c.label)).toEqual([7])
          expect(applied.generation.id).toBe(3)
          const event = { kind: 'k', at: 1, id: 'next', dedupe: [], payload: 1 }
          expect((await one.log.append([event], [])).lastSeq).toBe(2101)
        }
        await expect(copyStore(source, store)).rejects.toMatchObject({ code: 'conflict' })
      } finally {
        await Promise.all([source.close(), back.close()])
        await close()
        fs.rmSync(folder, { recursive: true })
      }
    })

    it('leaves nothing behind when it fails on the way', async () => {
      const { store, close } = await open()
      try {
        await expect(
          store.writeTables(async (writer) => {
            await writer.insert({ name: 'meta', key: ['key'], columns: { key: 'any-text', value: 'any-text' } }, [
              ['a', 'b'],
            ])
            throw new Error('stopped')
          }),
        ).rejects.toThrow('stopped')
        expect(await store.log.meta('a')).toBeUndefined()
      } finally {
        await close()
      }
    })

    it('makes a backup that is an embedded database', async () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-'))
      const { store, close } = await open()
      try {
        await fill(store)
        await store.backup(path.join(folder, 'copy.db'))
        const copy = SqliteStore.open(path.join(folder, 'copy.db'))
        expect(differences(await contentsOf(store), await contentsOf(copy))).toEqual([])
        await copy.close()
      } finally {
        await close()
        fs.rmSync(folder, { recursive: true })
      }
    })
  })
}
