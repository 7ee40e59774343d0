import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/store.js'

export interface OpenStore {
  store: Store
  close(): Promise<void>
}

/**
 * What every store promises beyond catalogue and log; run on each implementation.
 * @param oneSession why locks are not tried, where all connections are one session
 */
export function storeContract(name: string, open: () => Promise<OpenStore>, oneSession?: string): void {
  describe(`store: ${name}`, () => {
    let opened: OpenStore
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    if (oneSession) process.stderr.write(`${name}, locks: ${oneSession}\n`)
    it.skipIf(oneSession)('lets one at a time hold a lock, and the next when it is released', async () => {
      const first = (await store.tryLock('indexer'))!
      expect(first.held).toBe(true)
      expect(await store.tryLock('indexer')).toBeUndefined()
      const other = (await store.tryLock('evidence'))!
      expect(other.held).toBe(true)
      await other.release()
      await first.release()
      expect(first.held).toBe(false)
      const second = (await store.tryLock('indexer'))!
      expect(second.held).toBe(true)
      await second.release()
    })

    it('finds no fault in what it wrote', async () => {
      await store.catalogue.apply({ at: 1, model: 'm', dims: 2, put: [], remove: [] })
      await store.log.append([{ kind: 'k', at: 1, id: 'a', dedupe: ['x'], payload: {} }], [{ key: 'e', value: '1' }])
      expect(await store.check()).toEqual([])
    })

    it('keeps any string a caller may choose as a key', async () => {
      const odd = ['\0', 'a\0b', '\uf8ff', '\uf8ff"a"', '😀', 'é']
      await store.log.append(
        odd.map((key, i) => ({ kind: 'k', at: 1, id: `${i}${key}`, dedupe: [key], payload: { key } })),
        odd.map((key) => ({ key, value: key })),
      )
      for (const [i, key] of odd.entries()) {
        expect(await store.log.eventByDedupe(key)).toMatchObject({ id: `${i}${key}`, dedupe: [key], payload: { key } })
      }
      const rows = new Map<string, string | null>()
      for await (const row of store.log.evidence()) rows.set(row.key, row.value)
      expect(rows).toEqual(new Map(odd.map((key) => [key, key])))
    })
  })
}
