import { expect, it } from 'vitest'
import { Ledger } from '../../../src/core/evidence/ledger.js'
import type { ToolOutline } from '../../../src/core/outline.js'
import { EvidencePlaces } from '../../../src/engine/evidence-places.js'
import { LiveCatalogue } from '../../../src/engine/live-catalogue.js'

const outline = (slug: string, label: number, id: string): ToolOutline => ({
  tool: { slug, name: slug, type: 'api', description: '', capabilities: [] } as unknown as ToolOutline['tool'],
  hash: `${slug}-${label}`,
  capabilities: [{ label, id, name: id, bornAt: 0 }],
})

it('follows a capability of the evidence to the label that the catalogue has it under now', () => {
  const ledger = new Ledger()
  const catalogue = new LiveCatalogue()
  const places = new EvidencePlaces()
  const cap = ledger.capability('maps.route', 'maps')
  const label = () => places.labelOf(ledger, catalogue, cap)
  expect(label()).toBeUndefined()
  catalogue.put(outline('maps', 3, 'maps.route'))
  expect(label()).toBe(3)
  expect(places.of(ledger, catalogue, Uint32Array.of(3))).toEqual({ cap: Int32Array.of(0), tool: Int32Array.of(0) })
  catalogue.remove('maps')
  expect(label()).toBeUndefined()
  catalogue.put(outline('maps', 7, 'maps.route'))
  expect(label()).toBe(7)
  const other = new Ledger()
  other.capability('first', 'other')
  expect(places.labelOf(other, catalogue, other.capability('maps.route', 'maps'))).toBe(7)
})
