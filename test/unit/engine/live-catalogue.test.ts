import fc from 'fast-check'
import { expect, it } from 'vitest'
import { foldName } from '../../../src/core/fold-name.js'
import type { ToolOutline } from '../../../src/core/outline.js'
import { LiveCatalogue } from '../../../src/engine/live-catalogue.js'
import { Outlines, outlineSections } from '../../../src/index/outlines.js'
import { bytesOf } from '../../../src/index/sections.js'

const name = fc.oneof(
  fc.constantFrom('Read PDF', 'read-pdf', 'READPDF', 'Réad pdf', 'ﬁle', 'file', '読む', 'читать', '', '—'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
)
const act = fc.record({
  slug: fc.constantFrom('a', 'b', 'c-d', 'read-pdf'),
  tool: name,
  names: fc.array(name, { maxLength: 4 }),
  remove: fc.boolean(),
})

it('finds by name exactly what a look through everything finds, whatever came and went', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 12 }), name, (acts, asked) => {
      const catalogue = new LiveCatalogue()
      let next = 0
      for (const { slug, tool, names, remove } of acts) {
        if (remove) catalogue.remove(slug)
        else {
          const capabilities = names.map((one) => ({ label: next, id: `c${next++}`, name: one, bornAt: 0 }))
          catalogue.put({ tool: { slug, name: tool, type: 'api', description: 'x' }, hash: '', capabilities })
        }
      }
      const tools = [...catalogue.tools.values()].sort((a, b) => (a.tool.slug < b.tool.slug ? -1 : 1))
      const same = (text: string) => foldName(text) === foldName(asked)
      const exact = tools.filter(({ tool }) => same(tool.name) || same(tool.slug))
      expect(catalogue.exactTools(asked)).toEqual(exact)
      const own = tools.flatMap((one) => one.capabilities.filter((c) => same(c.name)).map((c) => c.label))
      const labels =
        own.length > 0 ? own.sort((a, b) => a - b) : exact.flatMap((t) => t.capabilities.map((c) => c.label))
      expect(catalogue.named(asked)).toEqual({ labels, byTool: own.length === 0 && labels.length > 0 })
    }),
    { seed: 7, numRuns: 2000 },
  )
})

type Act = { slug: string; tool: string; names: string[]; remove: boolean }

/** Does what is told, with labels that count on from `next`; answers the label after the last. */
function run(catalogue: LiveCatalogue, acts: readonly Act[], next: number): number {
  let label = next
  for (const { slug, tool, names, remove } of acts) {
    if (remove) catalogue.remove(slug)
    else {
      // every other id comes again under a later label, as when a text changes
      const capabilities = names.map((called, i) => ({
        label,
        id: `${slug}.${i % 2 ? label : i}`,
        name: called,
        bornAt: label++ * 1000,
      }))
      catalogue.put({
        tool: { slug, name: tool, type: 'api', description: `Is ${tool}.` },
        hash: `${slug}${label}`,
        capabilities,
      })
    }
  }
  return label
}

async function* outlinesOf(catalogue: LiveCatalogue): AsyncGenerator<ToolOutline> {
  for (const { tool, hash, capabilities } of catalogue.tools.values()) yield { tool, hash, capabilities }
}

it('is out of a snapshot what it was, whatever comes and goes afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { maxLength: 8 }),
      fc.array(act, { maxLength: 8 }),
      name,
      async (before, after, asked) => {
        const catalogue = new LiveCatalogue()
        const next = run(catalogue, before, 3)
        const sections = await outlineSections(outlinesOf(catalogue))
        const kept = await LiveCatalogue.of(
          new Outlines(new Map(sections.map(([key, array]) => [key, bytesOf(array)]))),
        )
        run(catalogue, after, next)
        const end = run(kept, after, next)
        const all = (from: LiveCatalogue) =>
          [...from.tools.values()].map(({ tool, hash, capabilities }) => ({ tool, hash, capabilities }))
        expect(all(kept)).toEqual(all(catalogue))
        expect(kept.named(asked)).toEqual(catalogue.named(asked))
        for (let label = 0; label < end; label++) {
          const outline = catalogue.outlineOf(label)
          expect(kept.outlineOf(label)).toEqual(outline)
          expect(kept.ownerOf(label)?.tool).toEqual(catalogue.ownerOf(label)?.tool)
          if (!outline) continue
          expect(kept.bornAtOf(label)).toBe(outline.bornAt)
          expect(kept.labelOf(outline.id)).toBe(label)
        }
      },
    ),
    { seed: 11, numRuns: 300 },
  )
})

it('finds each of very many by its id and by its name, and none that has left', () => {
  const catalogue = new LiveCatalogue()
  const tools = 700
  for (let n = 0; n < tools; n++) {
    const capabilities = Array.from({ length: 10 }, (_, i) => ({
      label: n * 10 + i,
      id: `t${n}.${i}`,
      name: `Name ${n} ${i}`,
      bornAt: 0,
    }))
    catalogue.put({ tool: { slug: `t${n}`, name: `Tool ${n}`, type: 'api', description: '' }, hash: '', capabilities })
  }
  for (let n = 0; n < tools; n += 3) catalogue.remove(`t${n}`)
  for (let n = 0; n < tools; n++) {
    const label = n % 3 === 0 ? undefined : n * 10 + 4
    expect(catalogue.labelOf(`t${n}.4`)).toBe(label)
    expect(catalogue.named(`name-${n}-4`).labels).toEqual(label === undefined ? [] : [label])
  }
})
