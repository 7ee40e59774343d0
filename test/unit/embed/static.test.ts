import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadEmbedder, loadTokenTable } from '../../../src/embed/load.js'
import { floatsOf, parseSafetensors, type Tensor, writeSafetensors } from '../../../src/embed/safetensors.js'
import { quantize, StaticModel } from '../../../src/embed/static.js'
import { StaticEmbedder } from '../../../src/embed/static-embedder.js'
import { Vocabulary } from '../../../src/embed/vocabulary.js'
import { WordPiece } from '../../../src/embed/wordpiece.js'

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
const bytesOf = (data: Int8Array | Float32Array | Uint16Array) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

describe('safetensors', () => {
  const tensors = new Map<string, Tensor>([
    ['odd', { dtype: 'I8', shape: [3], bytes: bytesOf(Int8Array.of(-128, 0, 127)) }],
    ['half', { dtype: 'F16', shape: [2, 2], bytes: bytesOf(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff)) }],
    ['brain', { dtype: 'BF16', shape: [1], bytes: bytesOf(Uint16Array.of(0xbfc0)) }],
    ['single', { dtype: 'F32', shape: [2], bytes: bytesOf(Float32Array.of(0.25, -3)) }],
  ])
  const file = writeSafetensors(tensors)

  it('reads what it wrote, at unaligned offsets too', () => {
    const read = parseSafetensors(file, 'x')
    expect([...read.keys()]).toEqual([...tensors.keys()])
    expect([...floatsOf(read.get('odd')!)]).toEqual([-128, 0, 127])
    expect([...floatsOf(read.get('half')!)]).toEqual([1, -2, 2 ** -24, 65504])
    expect([...floatsOf(read.get('brain')!)]).toEqual([-1.5])
    expect([...floatsOf(read.get('single')!)]).toEqual([0.25, -3])
    expect(read.get('half')!.shape).toEqual([2, 2])
  })

  it('refuses a file cut anywhere', () => {
    for (let end = 0; end < file.length; end++) {
      expect(() => parseSafetensors(file.subarray(0, end), 'x')).toThrow(
        expect.objectContaining({ code: 'damaged-file' }),
      )
    }
  })
})

describe('StaticModel', () => {
  it('is the weighted sum of its rows, scaled to unit length', () => {
    const dims = 6
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 5 * dims, maxLength: 5 * dims }),
        fc.array(fc.double({ min: 0.1, max: 2, noNaN: true }), { minLength: 5, maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 11 }),
        (rows, factors, ids) => {
          const table = { dims, rows: Int8Array.from(rows), scales: Float32Array.from(factors) }
          const model = new StaticModel(table, new WordPiece(Vocabulary.of(['a', 'b', 'c', 'd', 'e'])))
          const idf = Float32Array.from(factors, (x) => 3 - x)
          const sum = Array.from({ length: dims }, (_, j) =>
            ids.reduce((s, id) => s + rows[id * dims + j]! * table.scales[id]! * idf[id]!, 0),
          )
          const norm = Math.hypot(...sum)
          const vector = model.embedOne(ids.map((id) => 'abcde'[id]).join(' '), (piece) => idf[piece]!)
          for (let j = 0; j < dims; j++) expect(vector[j]).toBeCloseTo(norm > 1e-9 ? sum[j]! / norm : 0, 5)
        },
      ),
      { seed: 3, numRuns: 200 },
    )
  })

  it('keeps the direction of float rows when it rounds them', () => {
    const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * i))
    const { rows, scales } = quantize(values, 32, Float32Array.of(1, 2))
    const back = Float32Array.from(rows, (x, i) => x * scales[i >> 5]!)
    for (const [row, factor] of [1, 2].entries()) {
      const a = values.subarray(row * 32, row * 32 + 32)
      const b = back.subarray(row * 32, row * 32 + 32)
      expect(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toBeGreaterThan(0.9999)
      expect(Math.sqrt(dot(b, b) / dot(a, a))).toBeCloseTo(factor, 1)
    }
  })
})

describe('the bundled model', () => {
  let table: StaticModel
  beforeAll(async () => {
    table = await loadTokenTable()
  })

  it('puts texts of one meaning closer than others', () => {
    const cosine = (a: string, b: string) => dot(table.embedOne(a), table.embedOne(b))
    expect(table.dims).toBe(256)
    expect(cosine('remove a file', 'delete a document')).toBeGreaterThan(
      cosine('remove a file', 'weather forecast') + 0.2,
    )
    expect(cosine('convert speech to text', 'transcribe audio')).toBeGreaterThan(
      cosine('convert speech to text', 'delete a row') + 0.1,
    )
  })

  it('knows its pieces by text', () => {
    const ids = table.pieces('untrusted kubernetes')
    expect(
      ids
        .map((id) => table.pieceText(id))
        .join(' ')
        .replaceAll(' ##', ''),
    ).toBe('untrusted kubernetes')
  })

  it('weights queries by idf, and documents not', async () => {
    const embedder = await loadEmbedder(undefined, { cacheDir: 'unused' })
    expect(embedder).toBeInstanceOf(StaticEmbedder)
    const text = 'convert the file to pdf'
    const [plain] = await embedder.embed([text], 'query')
    const idf = new Float32Array(table.size).fill(0.1)
    for (const id of table.pieces('pdf')) idf[id] = 3
    ;(embedder as StaticEmbedder).setIdf(idf)
    const [weighted] = await embedder.embed([text], 'query')
    const [document, pdf] = await embedder.embed([text, 'pdf'], 'document')
    expect([...document!]).toEqual([...plain!])
    expect(dot(weighted!, pdf!)).toBeGreaterThan(dot(plain!, pdf!) + 0.1)
    expect(Math.sqrt(dot(weighted!, weighted!))).toBeCloseTo(1, 5)
    expect((await embedder.embed(['   '], 'query'))[0]).toEqual(new Float32Array(256))
  })

  it('says what is missing', async () => {
    await expect(loadEmbedder('no/such/model', { cacheDir: 'unused' })).rejects.toMatchObject({ code: 'not-found' })
  })
})
