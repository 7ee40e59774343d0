import { beforeAll, describe, expect, it } from 'vitest'
import { Lane, workerFile } from '../../../src/embed/lane.js'
import { bundledModelFolder } from '../../../src/embed/load.js'
import { EmbedPool } from '../../../src/embed/pool.js'
import { StaticEmbedder } from '../../../src/embed/static-embedder.js'
import { compile } from '../../helpers/compiled.js'

const texts = Array.from({ length: 1500 }, (_, i) => `text number ${i}, about ${['mail', 'maps', 'music'][i % 3]}`)

describe('embedding in worker threads', () => {
  beforeAll(() => {
    compile('src/embed/static-worker.ts')
  })

  it('gives the vectors of the calling thread, in order', async () => {
    const embedder = await StaticEmbedder.load(bundledModelFolder())
    const vectors = await embedder.embed(texts, 'document')
    expect(vectors).toHaveLength(texts.length)
    for (const i of [0, 511, 512, 1023, 1024, 1499]) {
      expect(vectors[i]).toEqual(embedder.table.embedOne(texts[i]!))
      expect(vectors[i]!.buffer.byteLength, 'came from a worker').toBeGreaterThan(4 * embedder.dims)
    }
    // a dead worker costs the run it was in, not the next one
    const { pool } = embedder as unknown as { pool: EmbedPool }
    await pool.close()
    expect((await embedder.embed(texts, 'document'))[1499]).toEqual(vectors[1499])
    await embedder.close()
  })

  it('reports what a worker could not do', async () => {
    const pool = EmbedPool.start('no/such/model', 256, 1)!
    await expect(pool.embed(['a'])).rejects.toMatchObject({ code: 'not-found' })
    await pool.close()
  })

  it('rejects what waits when the worker dies, and what comes after', async () => {
    const file = workerFile(new URL('../../../src/embed/pool.ts', import.meta.url).href, 'static-worker')!
    const lane = new Lane(file, { folder: bundledModelFolder() })
    const waiting = lane.request(['a'])
    await Promise.all([lane.close(), expect(waiting).rejects.toMatchObject({ code: 'internal' })])
    await expect(lane.request(['a'])).rejects.toMatchObject({ code: 'internal' })
  })
})
