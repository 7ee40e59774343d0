import { describe, expect, it } from 'vitest'
import type { CrossEncoder } from '../../../src/core/embedding.js'
import { logit, sigmoid } from '../../../src/core/relevance/confidence.js'
import { CloseLook } from '../../../src/engine/close-look.js'
import type { Ranked } from '../../../src/index/relevance-index.js'
import type { Store } from '../../../src/store/store.js'

const ranked = Array.from({ length: 40 }, (_, label): Ranked => {
  const confidence = 0.9 - label / 50
  return { label, keyword: 0, cosine: 0, relevance: 2 - label / 40, confidence, rel: logit(confidence) }
})
/** A store that holds the capabilities with these labels. */
const storeOf = (has: (label: number) => boolean) =>
  ({
    catalogue: {
      capabilities: async (labels: number[]) =>
        labels.filter(has).map((label) => ({ label, name: `name${label}`, description: `text ${label}` })),
    },
  }) as unknown as Pick<Store, 'catalogue'>
const store = storeOf(() => true)
/** Likes what has a high number, and counts what it is asked. */
class Backwards implements CrossEncoder {
  asked: string[][] = []
  fails = false
  async score(need: string, texts: readonly string[]): Promise<Float32Array> {
    this.asked.push([need, ...texts])
    if (this.fails) throw new Error('out of memory')
    return Float32Array.from(texts, (text) => 2 ** Number(/\d+$/.exec(text)![0]))
  }
  async close(): Promise<void> {}
}
const labels = (list: readonly Ranked[]) => list.map(({ label }) => label)

describe('a close look', () => {
  it('moves the first thirty among themselves; every place keeps its confidence', async () => {
    const encoder = new Backwards()
    const moved = await new CloseLook(encoder).order('a need', ranked, store, 0)
    expect(encoder.asked[0]!.slice(0, 2)).toEqual(['a need', 'name0. text 0'])
    expect(encoder.asked[0]).toHaveLength(31)
    expect(labels(moved)[0]).toBe(29)
    expect(labels(moved).slice(30)).toEqual(labels(ranked).slice(30))
    expect(labels(moved).sort((a, b) => a - b)).toEqual(labels(ranked))
    expect(moved.map(({ confidence }) => confidence)).toEqual(ranked.map(({ confidence }) => confidence))
    expect(moved[0]!.crossEncoder).toEqual({ score: sigmoid(2 ** 29), from: 30 })
    expect(moved[30]!.crossEncoder).toBeUndefined()
  })

  it('leaves what has gone from the store where it was', async () => {
    const moved = await new CloseLook(new Backwards()).order(
      'a need',
      ranked,
      storeOf((label) => label > 0),
      0,
    )
    expect(labels(moved).slice(0, 2)).toEqual([0, 29])
    expect(moved).toHaveLength(40)
  })

  it('goes on without a cross-encoder that fails, says so once, and tries again after a minute', async () => {
    const encoder = new Backwards()
    const look = new CloseLook(encoder)
    const faults: unknown[] = []
    look.onFault = (error) => faults.push(error)
    encoder.fails = true
    expect(await look.order('a need', ranked, store, 0)).toEqual(ranked)
    expect(await look.order('a need', ranked, store, 59_999)).toEqual(ranked)
    expect(encoder.asked).toHaveLength(1)
    expect(await look.order('a need', ranked, store, 60_000)).toEqual(ranked)
    expect(encoder.asked).toHaveLength(2)
    expect(faults).toEqual([new Error('out of memory')])
    encoder.fails = false
    expect(labels(await look.order('a need', ranked, store, 120_000))[0]).toBe(29)
    encoder.fails = true
    await look.order('a need', ranked, store, 120_001)
    expect(faults).toHaveLength(2)
  })

  it('lets questions go without it when eight are waiting already', async () => {
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const slow: CrossEncoder = {
      score: async (_, texts) => {
        await gate
        return Float32Array.from(texts, (_text, i) => 2 ** i)
      },
      close: async () => {},
    }
    const look = new CloseLook(slow)
    const asked = Array.from({ length: 9 }, () => look.order('a need', ranked, store, 0))
    expect(labels(await asked[8]!)[0]).toBe(0)
    open()
    expect(labels(await asked[7]!)[0]).toBe(29)
    expect(labels(await look.order('a need', ranked, store, 0))[0]).toBe(29)
  })
})
