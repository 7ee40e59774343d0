import { z } from 'zod'
import { need } from '../../../core/api/fields.js'
import { type SearchAnswer, searchQuerySchema } from '../../../core/api/search.js'
import { TOOL_TYPES } from '../../../core/catalogue.js'
import { about, agentTool, number, objects, text } from '../tool.js'

const input = z.strictObject({
  query: need,
  limit: z.number().int().min(1).max(20).default(5),
  type: z.array(z.enum(TOOL_TYPES)).max(20).optional(),
  free: z.boolean().optional(),
})

export const searchTool = agentTool({
  name: 'search',
  description: 'Find capabilities of AI tools by a need in plain words. Says "none" when nothing fits.',
  inputSchema: {
    type: 'object',
    properties: {
      query: text,
      limit: about('1-20, default 5', number),
      type: about('mcp, api, model, framework, …', { type: 'array', items: text }),
      free: { type: 'boolean' },
    },
    required: ['query'],
  },
  outputSchema: {
    type: 'object',
    properties: { answer: about('match, weak or none'), results: objects, nearMisses: objects },
    required: ['answer', 'results'],
  },
  input,
  effect: 'reads',
  async run({ engine }, { query, free, ...rest }, { caller, now }) {
    const request = searchQuerySchema.parse({ q: query, ...rest, ...(free && { free: 'on' }) })
    const { answer, results, nearMisses } = (await engine.search(request, caller, now)) as SearchAnswer
    return {
      answer,
      results: results.map(({ tool, capability, confidence, why, token }) => ({
        tool: tool.slug,
        name: tool.name,
        type: tool.type,
        capability: capability.name,
        description: capability.description,
        ...(capability.limitations && { limitations: capability.limitations }),
        confidence,
        why,
        token,
      })),
      ...(nearMisses && {
        nearMisses: nearMisses.map(({ tool, capability, fails }) => ({
          tool: tool.slug,
          capability: capability.name,
          fails,
        })),
      }),
    }
  },
})
