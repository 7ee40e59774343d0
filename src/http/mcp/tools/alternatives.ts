import { z } from 'zod'
import { alternativesQuerySchema } from '../../../core/api/alternatives.js'
import { need } from '../../../core/api/fields.js'
import { TOOL_TYPES } from '../../../core/catalogue.js'
import { about, agentTool, number, objects, text, texts } from '../tool.js'

const input = z.strictObject({
  tool: z.string().trim().min(1).max(200),
  free: z.boolean().optional(),
  type: z.array(z.enum(TOOL_TYPES)).max(20).optional(),
  for: need.optional(),
  without: z.array(z.string().max(200)).max(50).optional(),
  limit: z.number().int().min(1).max(20).default(5),
})

/** Names are enough to decide whether to read on. */
const NAMES = 8

export const alternativesTool = agentTool({
  name: 'alternatives',
  description: 'What could replace a tool: how much of it each covers, what you would lose and gain, and why.',
  inputSchema: {
    type: 'object',
    properties: {
      tool: about('slug or name'),
      free: { type: 'boolean' },
      type: texts,
      for: about('a need each must serve'),
      without: texts,
      limit: number,
    },
    required: ['tool'],
  },
  outputSchema: {
    type: 'object',
    properties: { answer: about('match, partial or none'), summary: text, results: objects },
    required: ['answer', 'results'],
  },
  input,
  effect: 'reads',
  async run({ engine }, { tool, free, ...rest }, { caller, now }) {
    const request = alternativesQuerySchema.parse({ ...rest, ...(free && { free: 'on' }) })
    const { answer, summary, results, nearMisses } = await engine.alternatives(tool, request, caller, now)
    const names = (list: readonly { name: string }[]) => list.slice(0, NAMES).map(({ name }) => name)
    return {
      answer,
      summary,
      results: results.map((one) => ({
        tool: one.tool.slug,
        name: one.tool.name,
        coverage: one.coverage,
        why: one.why,
        price: one.price,
        missing: names(one.missing),
        extra: names(one.extra),
      })),
      nearMisses: nearMisses.map(({ tool: { slug }, coverage, fails }) => ({ tool: slug, coverage, fails })),
    }
  },
})
