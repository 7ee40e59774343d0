import fs from 'node:fs'
import fsp from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabelSet } from '../../src/core/document.js'
import { SimdRows } from '../../src/index/row-matrix.js'
import { LIMITS, type Limits, SemanticIndex } from '../../src/index/semantic.js'
import { type Place, readSections, sealOf, verifySeal, writeSections } from '../../src/index/snapshot.js'

const DIMS = 64
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
function unit(next: () => number, dims = DIMS): Float32Array {
  const v = Float32Array.from({ length: dims }, () => next() - 0.5)
  const length = Math.hypot(...v)
  return v.map((x) => x / length)
}
const SMALL: Limits = { exact: 200, scanned: 1000 }
function filled(
  count: number,
  { seed = 1, limits = LIMITS } = {},
): { index: SemanticIndex; vectors: Map<number, Float32Array> } {
  const next = random(seed)
  const index = new SemanticIndex(DIMS, new SimdRows(DIMS), limits)
  const vectors = new Map<number, Float32Array>()
  for (let i = 0; i < count; i++) {
    const label = i * 2 + 1
    vectors.set(label, unit(next))
    index.add(label, vectors.get(label)!)
  }
  return { index, vectors }
}
const naive = (vectors: Map<number, Float32Array>, query: Float32Array, k: number): number[] =>
  [...vectors]
    .map(([label, v]) => [label, v.reduce((sum, x, i) => sum + x * query[i]!, 0)] as const)
    .sort((a, b) => b[1] - a[1])
    .slice(0, k)
    .map(([label]) => label)

describe('SemanticIndex', () => {
  it.each([
    ['comparing all', 3000, LIMITS],
    ['by sign codes', 3000, { exact: 200, scanned: 10_000 }],
    ['by sign codes of the newer rows and a graph of the older', 4000, SMALL],
  ])('finds what an exact scan finds (recall@10 ≥ .97 over 50 queries, int8 order included) %s', (_, count, limits) => {
    const { index, vectors } = filled(count, { limits })
    const next = random(7)
    let found = 0
    for (let q = 0; q < 50; q++) {
      const query = unit(next)
      const right = new Set(naive(vectors, query, 10))
      found += [...index.search(query, 10).labels].filter((label) => right.has(label)).length
    }
    expect(found / 500).toBeGreaterThanOrEqual(0.97)
  })

  it('answers the same from the graph alone as from graph and newer rows', () => {
    const { index } = filled(1500, { limits: SMALL })
    const queries = Array.from({ length: 20 }, (_, i) => unit(random(i)))
    const before = queries.map((query) => index.search(query, 10))
    index.settle()
    const after = queries.map((query) => index.search(query, 10))
    const same = after.filter(({ labels }, i) => labels.join() === before[i]!.labels.join())
    expect(same.length).toBeGreaterThanOrEqual(18)
  })

  it('never answers what was removed from the graph, and answers what was added after', () => {
    const { index, vectors } = filled(1500, { limits: SMALL })
    index.settle()
    const [label, vector] = [...vectors][7]!
    expect(index.search(vector, 1).labels[0]).toBe(label)
    index.remove([label])
    expect([...index.search(vector, 10).labels]).not.toContain(label)
    index.add(100_001, vector)
    expect(index.search(vector, 1).labels[0]).toBe(100_001)
  })

  it('loses its tombstones and nothing else, whatever comes and goes meanwhile', () => {
    const { index, vectors } = filled(600, { limits: { exact: 200, scanned: 10_000 } })
    const remove = (labels: number[]) => {
      index.remove(labels)
      for (const label of labels) vectors.delete(label)
    }
    const next = random(9)
    remove([...vectors.keys()].filter((_, i) => i % 3 === 0))
    expect(index.isWasteful).toBe(true)
    const seen = Math.max(...vectors.keys())
    const steps = index.compacted()
    for (let step = steps.next(), at = 0; ; step = steps.next(), at++) {
      if (step.done) {
        step.value.catchUpWith(index, seen)
        expect(step.value.waste).toBeLessThan(0.05)
        expect(step.value.isWasteful).toBe(false)
        const labels = Uint32Array.from(vectors.keys())
        for (let q = 0; q < 20; q++) {
          const query = unit(next)
          expect(step.value.cosines(query, labels)).toEqual(index.cosines(query, labels))
          expect(step.value.exact(query, 30)).toEqual(index.exact(query, 30))
          expect([...step.value.search(query, 5).labels]).toEqual([...index.search(query, 5).labels])
        }
        break
      }
      // one that has been copied already, one that has not, and a new one that goes again
      remove([[...vectors.keys()][at]!, [...vectors.keys()].at(-1 - at)!])
      for (const label of [seen + 1 + 2 * at, seen + 2 + 2 * at]) {
        vectors.set(label, unit(next))
        index.add(label, vectors.get(label)!)
      }
      remove([seen + 2 + 2 * at])
    }
  })

  it('gives cosines within the int8 error, best first', () => {
    const { index, vectors } = filled(200)
    const query = unit(random(3))
    const { labels, scores } = index.search(query, 20)
    labels.forEach((label, i) => {
      const exact = vectors.get(label)!.reduce((sum, x, d) => sum + x * query[d]!, 0)
      expect(Math.abs(scores[i]! - exact)).toBeLessThan(0.01)
      if (i > 0) expect(scores[i]!).toBeLessThanOrEqual(scores[i - 1]!)
    })
  })

  it.each([LIMITS, SMALL])('never returns what was removed or what a filter forbids, for any filter %o', (limits) => {
    const { index, vectors } = filled(400, { limits })
    const all = [...vectors.keys()]
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (seed, share) => {
        const next = random(seed)
        const allowed = all.filter(() => next() < share)
        const set = new LabelSet(allowed, all.at(-1)!)
        const got = [...index.search(unit(next), 10, set).labels]
        expect(got.every((label) => set.has(label))).toBe(true)
        expect(got).toHaveLength(Math.min(10, allowed.length))
      }),
      { seed: 1, numRuns: 60 },
    )
    index.remove(all.slice(0, 395))
    expect(index.count).toBe(5)
    expect([...index.search(unit(random(5)), 10).labels].sort((a, b) => a - b)).toEqual(all.slice(395))
    expect(index.waste).toBeGreaterThan(0.9)
  })

  it('takes the best of several rows of a capability', () => {
    const index = new SemanticIndex(2)
    index.add(1, Float32Array.of(1, 0, 0, 1))
    index.add(2, Float32Array.of(Math.SQRT1_2, Math.SQRT1_2))
    const { labels, scores } = index.search(Float32Array.of(0, 1), 5)
    expect([...labels]).toEqual([1, 2])
    expect(scores[0]).toBeCloseTo(1, 2)
  })

  it('refuses vectors that are not finite or not of unit length, and a label twice', () => {
    const index = new SemanticIndex(2)
    expect(() => index.add(1, Float32Array.of(Number.NaN, 1))).toThrow(/unit length/)
    expect(() => index.add(1, Float32Array.of(2, 0))).toThrow(/unit length/)
    expect(() => index.add(1, Float32Array.of(1, 0, 0))).toThrow(/rows of 2/)
    index.add(1, Float32Array.of(1, 0))
    expect(() => index.add(1, Float32Array.of(0, 1))).toThrow(/never reused/)
  })

  it('keeps a capability without any known word out of the graph', () => {
    const index = new SemanticIndex(2)
    index.add(1, Float32Array.of(0, 0))
    expect(index.count).toBe(0)
    expect([...index.search(Float32Array.of(1, 0), 3).labels]).toEqual([])
    expect([...index.cosines(Float32Array.of(1, 0), Uint32Array.of(1))]).toEqual([0])
  })

  describe('on disk', () => {
    let folder: string
    beforeAll(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-semantic-'))
    })
    afterAll(() => fs.rmSync(folder, { recursive: true }))

    it.each([500, LIMITS.exact + 20])(
      'answers the same after a restore of %i rows, and can be added to',
      async (count) => {
        const { index } = filled(count)
        index.remove([1, 3])
        const sections = path.join(folder, 'sections.snap')
        await writeSections(sections, index.sections())
        let room: ReturnType<typeof SimdRows.roomFor> | undefined
        const place: Place = (name, length) => {
          if (name === 'semantic.rows') room = SimdRows.roomFor(DIMS, length)
          return name === 'semantic.rows' ? room!.rows : undefined
        }
        const inPlace = SemanticIndex.restore(await readSections(sections, place), room!.memory)
        for (const restored of [SemanticIndex.restore(await readSections(sections)), inPlace]) {
          const query = unit(random(11))
          expect(restored.search(query, 20)).toEqual(index.search(query, 20))
          restored.add(50_001, query)
          expect(restored.search(query, 1).labels[0]).toBe(50_001)
          expect(restored.count).toBe(index.count + 1)
        }
      },
    )

    it('fails as a whole, and no process with it, when the disk fails in a piece that nobody waits for yet', async () => {
      const file = path.join(folder, 'large.snap')
      await writeSections(file, new Map([['large', new Uint8Array(6 << 20)]]))
      const opened = await fsp.open(file)
      const prototype = Object.getPrototypeOf(opened) as typeof opened
      await opened.close()
      const { read } = prototype
      const unhandled: unknown[] = []
      const note = (error: unknown) => unhandled.push(error)
      const others = process.listeners('unhandledRejection')
      process.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
      // the header is two reads, and the first piece takes its time
      let reads = 0
      const failing = async function (this: typeof opened, ...given: Parameters<typeof read>) {
        if (++reads > 3) throw new Error('EIO')
        if (reads === 3) await sleep(30)
        return read.apply(this, given)
      }
      try {
        prototype.read = failing as typeof read
        await expect(readSections(file)).rejects.toThrow('EIO')
        await sleep(10)
      } finally {
        prototype.read = read
        process.removeListener('unhandledRejection', note)
        for (const one of others) process.on('unhandledRejection', one)
      }
      expect(unhandled).toEqual([])
    })

    it('finds every flipped byte and every cut before reading on', async () => {
      const { index } = filled(20)
      const file = path.join(folder, 'damage.snap')
      await writeSections(file, index.sections())
      const whole = fs.readFileSync(file)
      const seal = await sealOf(file)
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length - 1), fc.boolean(), async (at, cut) => {
          const bytes = Buffer.from(whole)
          bytes[at]! ^= 0x20
          fs.writeFileSync(file, cut ? whole.subarray(0, at) : bytes)
          await expect(verifySeal(folder, seal)).rejects.toMatchObject({ code: 'damaged-file' })
        }),
        { seed: 2, numRuns: 100 },
      )
      fs.rmSync(file)
      await expect(verifySeal(folder, seal)).rejects.toMatchObject({ code: 'damaged-file' })
    })
  })
})
