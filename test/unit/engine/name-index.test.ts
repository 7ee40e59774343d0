import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LiveCatalogue } from '../../../src/engine/live-catalogue.js'
import { foldName } from '../../../src/engine/name-index.js'

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
