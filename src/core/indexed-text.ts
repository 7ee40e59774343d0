import type { CapabilityRecord, Tool } from './catalogue.js'
import type { IndexDocument } from './document.js'
import { splitCamelCase } from './text/words.js'

/** What is embedded of a capability besides its intents. Identifiers are taken apart, so that a table of words knows their parts. */
export const capabilityText = ({ name, description }: Pick<CapabilityRecord, 'name' | 'description'>): string =>
  `${splitCamelCase(name).replaceAll('_', ' ')}. ${description}`

/**
 * The texts that are embedded for a capability, one vector each: name and description together, then each intent by itself
 * (a need is short; averaged into a long description it would be lost, as a document of its own it is met by similar needs).
 */
export const embeddedTexts = (capability: Pick<CapabilityRecord, 'name' | 'description' | 'intents'>): string[] => [
  capabilityText(capability),
  ...(capability.intents ?? []),
]

/** What the index reads of a capability and its tool; a change of anything in it gives the capability a new label. */
export const documentOf = (
  label: number,
  capability: CapabilityRecord,
  tool: Pick<Tool, 'name' | 'description'>,
): IndexDocument => ({
  label,
  name: capability.name,
  description: capability.description,
  intents: capability.intents ?? [],
  tags: capability.tags ?? [],
  toolName: tool.name,
  toolDescription: tool.description,
})
