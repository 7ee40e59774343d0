import type { Ledger } from '../core/evidence/ledger.js'
import type { LiveCatalogue } from './live-catalogue.js'

/** Not looked up yet. */
const UNKNOWN = -2

/**
 * Where the evidence keeps each capability and its tool, by label: looked up by name once, because a search asks for hundreds. A label
 * stands for one capability of one tool for ever, so that what was found stays true until the evidence itself is another.
 */
export class EvidencePlaces {
  private ledger: Ledger | undefined
  private caps: Int32Array = new Int32Array(0)
  private tools: Int32Array = new Int32Array(0)
  /** Label of each capability of the evidence, as found last. */
  private labels: Int32Array = new Int32Array(0)
  /** How much of the ledger has been seen. */
  private seenCaps = 0
  private seenTools = 0

  /** The indexes in the evidence of each label's capability and of its tool; -1 where there is none. */
  of(ledger: Ledger, catalogue: LiveCatalogue, labels: Uint32Array): { cap: Int32Array; tool: Int32Array } {
    this.follow(ledger, catalogue)
    const cap = new Int32Array(labels.length)
    const tool = new Int32Array(labels.length)
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!
      if (this.caps[label] === UNKNOWN) this.caps[label] = ledger.find(catalogue.outlineOf(label)?.id ?? '')
      if (this.tools[label] === UNKNOWN) this.tools[label] = ledger.findTool(catalogue.ownerOf(label)?.tool.slug ?? '')
      cap[i] = this.caps[label]!
      tool[i] = this.tools[label]!
    }
    return { cap, tool }
  }

  /** The label under which the catalogue has a capability of the evidence. */
  labelOf(ledger: Ledger, catalogue: LiveCatalogue, cap: number): number | undefined {
    this.follow(ledger, catalogue)
    if (cap >= this.labels.length) this.labels = grown(this.labels, ledger.capabilityIds.length)
    const known = this.labels[cap]!
    if (known >= 0 && catalogue.ownerOf(known) !== undefined) return known
    const label = catalogue.labelOf(ledger.capabilityIds[cap]!)
    this.labels[cap] = label ?? UNKNOWN
    return label
  }

  private follow(ledger: Ledger, catalogue: LiveCatalogue): void {
    if (ledger !== this.ledger) {
      this.ledger = ledger
      this.caps = new Int32Array(0)
      this.tools = new Int32Array(0)
      this.labels = new Int32Array(0)
      this.seenCaps = ledger.capabilityIds.length
      this.seenTools = ledger.toolSlugs.length
    }
    const size = catalogue.highestLabel + 1
    if (this.caps.length < size) {
      this.caps = grown(this.caps, size)
      this.tools = grown(this.tools, size)
    }
    while (this.seenCaps < ledger.capabilityIds.length) {
      const label = catalogue.labelOf(ledger.capabilityIds[this.seenCaps]!)
      // one that another generation has: whatever was not found is looked up again
      if (label === undefined) forget(this.caps)
      else this.caps[label] = this.seenCaps
      this.seenCaps++
    }
    for (; this.seenTools < ledger.toolSlugs.length; this.seenTools++) {
      const entry = catalogue.tools.get(ledger.toolSlugs[this.seenTools]!)
      if (entry === undefined) forget(this.tools)
      else for (const label of entry.labels) this.tools[label] = this.seenTools
    }
  }
}

function grown(column: Int32Array, size: number): Int32Array {
  const larger = new Int32Array(Math.max(size, Math.floor(column.length * 1.5))).fill(UNKNOWN)
  larger.set(column)
  return larger
}

function forget(column: Int32Array): void {
  for (let label = 0; label < column.length; label++) if (column[label] === -1) column[label] = UNKNOWN
}
