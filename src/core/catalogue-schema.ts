import { z } from 'zod'
import { toolSchema } from './catalogue.js'

/**
 * JSON Schema (draft 2020-12) of a catalogue file, as an author writes it: fields with defaults are optional. For
 * editors (`# yaml-language-server: $schema=…`) and other validators.
 */
export function catalogueJsonSchema(): Record<string, unknown> {
  return {
    title: 'matchgraph catalogue record: one tool with its capabilities',
    ...z.toJSONSchema(toolSchema, { io: 'input' }),
  }
}
