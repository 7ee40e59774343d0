import type { Tool } from './catalogue.js'

/** What a search has to know of a capability, besides what the index holds. */
export interface CapabilityOutline {
  label: number
  id: string
  name: string
  bornAt: number
}

/** A tool with the outlines of its capabilities, in the order of its record. */
export interface ToolOutline {
  tool: Tool
  /** Content hash of the whole record, capabilities included. */
  hash: string
  capabilities: CapabilityOutline[]
}
