import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ToolRecord } from '../../src/core/catalogue.js'
import type { CatalogueChange, CatalogueStore, ToolPut } from '../../src/store/store.js'

export interface OpenCatalogue {
  store: CatalogueStore
  close(): Promise<void>
}

const record = (slug: string, names: string[]): ToolRecord => ({
  slug,
  name: slug.toUpperCase(),
  type: 'api',
  description: `${slug} does things`,
  capabilities: names.map((name) => ({ id: `${slug}.${name}`, name, description: `how ${name} works` })),
})
const put = (tool: ToolRecord, version = ''): ToolPut => ({
  record: tool,
  hash: `${tool.slug}${version}`,
  capabilities: tool.capabilities.map((c) => ({
    id: c.id!,
    hash: `${c.name}${c.description}${version}`,
    texts: [`t-${c.name}${version}`],
  })),
})
const change = (puts: ToolPut[], remove: string[] = [], at = 1000): CatalogueChange => ({
  at,
  model: 'm',
  dims: 2,
  put: puts,
  remove,
})
const collect = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const one of stream) all.push(one)
  return all
}

/** What every catalogue store promises; run on each implementation. */
export function catalogueContract(name: string, open: () => Promise<OpenCatalogue>): void {
  describe(`catalogue store: ${name}`, () => {
    let opened: OpenCatalogue
    let store: CatalogueStore
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    it('is empty at first', async () => {
      expect(await store.generation()).toBeUndefined()
      expect([...(await store.labels())]).toEqual([])
      expect(await collect(store.tools())).toEqual([])
      expect(await store.tool('a')).toBeUndefined()
    })

    it('publishes a generation and hands out ascending labels', async () => {
      const { generation, added, removed } = await store.apply(
        change([put(record('a', ['x', 'y'])), put(record('b', ['z']))]),
      )
      expect(generation).toMatchObject({ id: 1, at: 1000, model: 'm', dims: 2, capabilities: 3, tools: 2 })
      expect(added.map((c) => c.id)).toEqual(['a.x', 'a.y', 'b.z'])
      expect(removed).toEqual([])
      const labels = added.map((c) => c.label)
      expect([...labels].sort((p, q) => p - q)).toEqual(labels)
      expect([...(await store.labels())]).toEqual(labels)
      expect(await store.generation()).toEqual(generation)
      expect(await store.toolHashes()).toEqual(
        new Map([
          ['a', 'a'],
          ['b', 'b'],
        ]),
      )
    })

    it('gives tools back whole, with their capabilities in order', async () => {
      await store.apply(change([put(record('a', ['y', 'x']))]))
      const stored = (await store.tool('a'))!
      expect(stored.tool).toEqual({ slug: 'a', name: 'A', type: 'api', description: 'a does things' })
      expect(stored.capabilities.map((c) => [c.id, c.name, c.toolSlug, c.bornAt])).toEqual([
        ['a.y', 'y', 'a', 1000],
        ['a.x', 'x', 'a', 1000],
      ])
      expect(await collect(store.tools())).toEqual([stored])
      const outline = stored.capabilities.map(({ label, id, name, bornAt }) => ({ label, id, name, bornAt }))
      expect(await collect(store.outlines())).toEqual([{ tool: stored.tool, hash: stored.hash, capabilities: outline }])
    })

    it('keeps the label of an unchanged capability, and gives a changed one a new label but its old birth', async () => {
      const first = await store.apply(change([put(record('a', ['x', 'y']))]))
      const next = record('a', ['y', 'x'])
      next.capabilities[1]!.description = 'changed'
      const second = await store.apply(change([put(next)], [], 2000))
      expect(second.added.map((c) => [c.id, c.bornAt])).toEqual([['a.x', 1000]])
      expect(second.removed).toEqual([first.added[0]!.label])
      expect(second.added[0]!.label).toBeGreaterThan(first.added[1]!.label)
      expect((await store.tool('a'))!.capabilities.map((c) => c.label)).toEqual([
        first.added[1]!.label,
        second.added[0]!.label,
      ])
      expect(second.generation).toMatchObject({ id: 2, capabilities: 2, tools: 1 })
    })

    it('never hands out a label twice, even after the highest one left', async () => {
      const first = await store.apply(change([put(record('a', ['x']))]))
      const gone = await store.apply(change([], ['a']))
      expect(gone.removed).toEqual([first.added[0]!.label])
      const again = await store.apply(change([put(record('b', ['x']))]))
      expect(again.added[0]!.label).toBeGreaterThan(first.added[0]!.label)
    })

    it('remembers what left, until it comes back, with its birth', async () => {
      const first = await store.apply(change([put(record('a', ['x', 'y'])), put(record('b', ['z']))]))
      expect(await store.retired()).toEqual(new Map())
      await store.apply(change([put(record('a', ['y']), '2')], ['b'], 2000))
      const all = await store.retired()
      expect([...all.keys()].sort()).toEqual(['a', 'b'])
      expect(all.get('a')).toEqual([{ id: 'a.x', name: 'x', description: 'how x works' }])
      expect([...(await store.retired('b')).keys()]).toEqual(['b'])
      const back = await store.apply(change([put(record('b', ['z', 'w']))], [], 3000))
      expect(back.added.map(({ id, bornAt }) => [id, bornAt])).toEqual([
        ['b.z', 1000],
        ['b.w', 3000],
      ])
      expect(back.added[0]!.label).toBeGreaterThan(first.added[2]!.label)
      expect([...(await store.retired()).keys()]).toEqual(['a'])
    })

    it('lets a capability move to another tool', async () => {
      await store.apply(change([put(record('a', ['x', 'y']))]))
      const mover = record('b', ['x'])
      mover.capabilities[0]!.id = 'a.x'
      await store.apply(change([put(record('a', ['y'])), put(mover)]))
      expect((await store.tool('b'))!.capabilities.map((c) => c.id)).toEqual(['a.x'])
      expect((await store.tool('a'))!.capabilities.map((c) => c.id)).toEqual(['a.y'])
      expect(await store.retired()).toEqual(new Map())
    })

    it('answers capabilities in the order asked, without the missing', async () => {
      const { added } = await store.apply(change([put(record('a', ['x', 'y', 'z']))]))
      const [x, , z] = added.map((c) => c.label)
      expect((await store.capabilities([z!, 999_999, x!])).map((c) => c.name)).toEqual(['z', 'x'])
    })

    it('answers a capability as it is now, however often it was asked for before', async () => {
      const [label] = (await store.apply(change([put(record('a', ['x']))]))).added.map((c) => c.label)
      await store.capabilities([label!])
      // not part of what is indexed: the label stays
      const edited = put(record('a', ['x']))
      edited.record.capabilities[0]!.limitations = ['At most ten.']
      edited.hash = 'edited'
      await store.apply(change([edited]))
      expect((await store.capabilities([label!]))[0]).toMatchObject({ label, limitations: ['At most ten.'] })
    })

    it('still answers what has left as it was, to those who search the generation before', async () => {
      const { added } = await store.apply(change([put(record('a', ['x', 'y'])), put(record('b', ['z']))]))
      const labels = added.map((c) => c.label)
      await store.apply(change([put(record('a', ['y']))], ['b']))
      expect(await store.capabilities(labels)).toEqual(added)
      expect([...(await store.labels())]).toEqual([labels[1]])
    })

    it('keeps embeddings by text and model, and streams capabilities with them', async () => {
      expect(await store.missingEmbeddings('m', ['t-x', 't-y', 't-x'])).toEqual(['t-x', 't-y'])
      await store.putEmbeddings('m', [
        { hash: 't-x', vector: Float32Array.of(1, 0) },
        { hash: 't-y', vector: Float32Array.of(0.6, 0.8) },
      ])
      expect(await store.missingEmbeddings('m', ['t-x', 't-z'])).toEqual(['t-z'])
      expect(await store.missingEmbeddings('other', ['t-x'])).toEqual(['t-x'])
      const { added } = await store.apply(change([put(record('a', ['x', 'y']))]))
      const all = await collect(store.embedded('m', 0))
      expect(all.map((one) => one.capability)).toEqual(added)
      expect([...all[1]!.vectors]).toEqual([...Float32Array.of(0.6, 0.8)])
      expect(all[0]!.tool).toEqual({ name: 'A', description: 'a does things' })
      expect((await collect(store.embedded('m', added[0]!.label))).map((one) => one.capability.id)).toEqual(['a.y'])
      expect(await collect(store.embedded('other', 0))).toEqual([])
    })

    it('joins several texts of a capability into one block of rows', async () => {
      await store.putEmbeddings('m', [
        { hash: 't1', vector: Float32Array.of(1, 0) },
        { hash: 't2', vector: Float32Array.of(0, 1) },
      ])
      const one = put(record('a', ['x']))
      one.capabilities[0]!.texts = ['t1', 't2']
      await store.apply(change([one]))
      expect([...(await collect(store.embedded('m', 0)))[0]!.vectors]).toEqual([1, 0, 0, 1])
    })

    it('prunes embeddings that nothing refers to', async () => {
      await store.putEmbeddings('m', [
        { hash: 't-x', vector: Float32Array.of(1, 0) },
        { hash: 'old', vector: Float32Array.of(0, 1) },
      ])
      await store.apply(change([put(record('a', ['x']))]))
      expect(await store.pruneEmbeddings()).toBe(1)
      expect(await store.missingEmbeddings('m', ['t-x', 'old'])).toEqual(['old'])
    })

    it('changes nothing when a publication fails', async () => {
      const first = await store.apply(change([put(record('a', ['x']))]))
      const broken = put(record('b', ['y']))
      broken.capabilities[0]!.hash = undefined as unknown as string
      await expect(store.apply(change([broken], ['a']))).rejects.toThrow()
      expect(await store.generation()).toEqual(first.generation)
      expect((await store.tool('a'))!.capabilities).toHaveLength(1)
      expect(await store.tool('b')).toBeUndefined()
    })
  })
}
