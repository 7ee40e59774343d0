import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LogStore, NewEvent } from '../../src/store/store.js'

export interface OpenLog {
  store: LogStore
  close(): Promise<void>
}

const event = (id: string, dedupe: string[] = [], payload: unknown = { of: id }): NewEvent => ({
  kind: 'match',
  at: 1000,
  id,
  dedupe,
  payload,
})
const collect = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const one of stream) all.push(one)
  return all
}

/** What every log store promises; run on each implementation. */
export function logContract(name: string, open: () => Promise<OpenLog>): void {
  describe(`log store: ${name}`, () => {
    let opened: OpenLog
    let store: LogStore
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    it('is empty at first', async () => {
      expect(await collect(store.events(0))).toEqual([])
      expect(await collect(store.evidence())).toEqual([])
      expect(await collect(store.checkpoint())).toEqual([])
      expect(await store.compacted()).toBe(0)
      expect(await store.meta('x')).toBeUndefined()
      expect(await store.event('x')).toBeUndefined()
      expect(await store.eventByDedupe('x')).toBeUndefined()
    })

    it('appends in order with ascending sequence numbers', async () => {
      const first = await store.append([event('a'), event('b', ['k'], { deep: [1, 'é', null] })], [])
      const second = await store.append([event('c')], [])
      const all = await collect(store.events(0))
      expect(all.map((e) => e.id)).toEqual(['a', 'b', 'c'])
      expect(all[1]).toEqual({
        seq: all[1]!.seq,
        kind: 'match',
        at: 1000,
        id: 'b',
        dedupe: ['k'],
        payload: { deep: [1, 'é', null] },
      })
      expect(all[0]!.seq < all[1]!.seq && all[1]!.seq < all[2]!.seq).toBe(true)
      expect([first.lastSeq, second.lastSeq]).toEqual([all[1]!.seq, all[2]!.seq])
      expect((await collect(store.events(all[0]!.seq))).map((e) => e.id)).toEqual(['b', 'c'])
      expect(await store.event('b')).toEqual(all[1])
      expect(await store.eventByDedupe('k')).toEqual(all[1])
    })

    it('leaves out what is already there, also inside one call', async () => {
      await store.append([event('a', ['k1'])], [])
      const { duplicates } = await store.append(
        [event('a'), event('b', ['k0', 'k1']), event('c', ['k2']), event('d', ['k2']), event('e', ['k3', 'k3'])],
        [],
      )
      expect(duplicates).toEqual(['a', 'b', 'd'])
      expect((await collect(store.events(0))).map((e) => e.id)).toEqual(['a', 'c', 'e'])
      // a refused event leaves none of its keys behind
      expect(await store.eventByDedupe('k0')).toBeUndefined()
    })

    it('keeps evidence as the last value of each key; null deletes', async () => {
      const model = new Map<string, string>()
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c/1', 'd'), fc.option(fc.string(), { nil: null }))),
          async (writes) => {
            await store.append(
              [],
              writes.map(([key, value]) => ({ key, value })),
            )
            for (const [key, value] of writes) {
              if (value === null) model.delete(key)
              else model.set(key, value)
            }
            expect(new Map((await collect(store.evidence())).map((row) => [row.key, row.value]))).toEqual(model)
          },
        ),
        { seed: 5, numRuns: 50 },
      )
      await store.replaceEvidence([{ key: 'z', value: '1' }])
      expect(await collect(store.evidence())).toEqual([{ key: 'z', value: '1' }])
    })

    it('streams more events and rows than one page', async () => {
      const ids = Array.from({ length: 2500 }, (_, i) => `e${i}`)
      const rows = ids.map((id) => ({ key: id, value: `"${id}"` }))
      await store.append(
        ids.map((id) => event(id)),
        rows,
      )
      expect((await collect(store.events(0))).map((e) => e.id)).toEqual(ids)
      expect(new Set((await collect(store.evidence())).map((row) => row.key))).toEqual(new Set(ids))
    })

    it('can be appended to while it is read', async () => {
      await store.append([event('a'), event('b')], [])
      const seen: string[] = []
      for await (const one of store.events(0)) {
        seen.push(one.id)
        if (seen.length === 1) await store.append([event('c')], [{ key: 'k', value: 'v' }])
      }
      expect(seen.slice(0, 2)).toEqual(['a', 'b'])
    })

    it('compacts old events into a checkpoint and never reuses a sequence number', async () => {
      await store.append([event('a', ['k']), event('b')], [{ key: 'x', value: 'live' }])
      const [a, b] = await collect(store.events(0))
      expect(await store.compact(a!.seq, [{ key: 'x', value: 'then' }])).toBe(1)
      expect(await store.compacted()).toBe(a!.seq)
      expect((await collect(store.events(0))).map((e) => e.id)).toEqual(['b'])
      expect(await store.eventByDedupe('k')).toBeUndefined()
      expect(await collect(store.checkpoint())).toEqual([{ key: 'x', value: 'then' }])
      expect(await collect(store.evidence())).toEqual([{ key: 'x', value: 'live' }])
      await store.compact(b!.seq, [])
      expect(await collect(store.checkpoint())).toEqual([])
      expect((await store.append([event('c')], [])).lastSeq).toBeGreaterThan(b!.seq)
    })

    it('forgets old impressions that no report names, page by page', async () => {
      const shown = (id: string, at: number): NewEvent => ({ ...event(id), kind: 'impression', at })
      const ids = async () => (await collect(store.events(0))).map(({ id }) => id)
      const reported = event('m', ['o/b/some.1/selected', 'k/x'])
      await store.append([shown('a', 1), shown('b', 2), shown('c', 3), reported, shown('bb', 4), shown('d', 9)], [])
      const [a, b, c, m] = await collect(store.events(0))
      expect(await store.forgetUnreported(0, 1, 3)).toBeUndefined()
      expect(await store.forgetUnreported(0, 5, 2)).toEqual({ through: b!.seq, removed: 1 })
      expect(await ids()).toEqual(['b', 'c', 'm', 'bb', 'd'])
      const next = await store.forgetUnreported(b!.seq, 5, 2)
      expect(next).toEqual({ through: m!.seq, removed: 1 })
      expect((await store.forgetUnreported(next!.through, 5, 2))!.removed).toBe(1)
      expect(await ids()).toEqual(['b', 'm', 'd'])
      expect(await store.forgetUnreported(c!.seq, 5, 100)).toBeUndefined()
      expect(await store.forgetUnreported(0, 3000, 100)).toMatchObject({ removed: 1 })
      expect(await ids()).toEqual(['b', 'm'])
      expect((await store.append([event('e')], [])).lastSeq).toBeGreaterThan(a!.seq + 5)
    })

    it('writes all of an append or nothing', async () => {
      await store.append([event('a')], [{ key: 'x', value: '1' }])
      const broken = { ...event('c'), at: undefined as unknown as number }
      await expect(store.append([event('b'), broken], [{ key: 'x', value: '2' }])).rejects.toThrow()
      expect((await collect(store.events(0))).map((e) => e.id)).toEqual(['a'])
      expect(await collect(store.evidence())).toEqual([{ key: 'x', value: '1' }])
    })

    it('appends after the newest event, whatever it is by then', async () => {
      await store.append([event('a')], [])
      const seen: number[] = []
      const one = await store.appendAfter(async (lastSeq) => {
        seen.push(lastSeq)
        expect((await store.event('a'))!.seq).toBe(lastSeq)
        return [event('b', ['k']), event('a')]
      })
      expect(one.duplicates).toEqual(['a'])
      expect(one.lastSeq).toBeGreaterThan(seen[0]!)
      await expect(store.appendAfter(async () => Promise.reject(new Error('changed my mind')))).rejects.toThrow(
        'changed',
      )
      await store.appendAfter(async (lastSeq) => {
        seen.push(lastSeq)
        return []
      })
      expect(seen[1]).toBe(one.lastSeq)
      expect((await collect(store.events(0))).map((e) => e.id)).toEqual(['a', 'b'])
    })

    it('keeps small named values', async () => {
      expect(await store.initMeta('salt', 'zero')).toBe('zero')
      expect(await store.initMeta('salt', 'other')).toBe('zero')
      await store.setMeta('salt', 'one')
      await store.setMeta('salt', 'two')
      expect(await store.meta('salt')).toBe('two')
    })
  })
}
