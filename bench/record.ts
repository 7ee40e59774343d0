import type { ToolRecord } from '../src/core/catalogue.js'
import type { Entry } from './workload.js'

/** New capabilities as the record of one new tool. */
export const recordOf = (entries: readonly Entry[]): ToolRecord => ({
  slug: `inserted-${entries[0]!.position}`,
  name: `Inserted ${entries[0]!.position}`,
  type: 'api',
  description: 'Inserted while searches run.',
  capabilities: entries.map(({ name, text }) => ({
    name: name.slice(0, 200).trim(),
    description: text.slice(0, 8000),
  })),
})
