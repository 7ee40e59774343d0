import { z } from 'zod'
import { coverBodySchema, type ToolSet } from '../../../core/api/cover.js'
import { about, agentTool, objects, text, texts } from '../tool.js'

const { type, free, have, excludes } = coverBodySchema.shape.constraints.unwrap().shape
const input = z.strictObject({ needs: coverBodySchema.shape.needs, type, free, have, excludes })

export const coverTool = agentTool({
  name: 'cover',
  description: 'The smallest set of tools that serves several needs together, and the needs that nothing here serves.',
  inputSchema: {
    type: 'object',
    properties: {
      needs: texts,
      type: texts,
      free: { type: 'boolean' },
      have: about('tools already in use', texts),
      excludes: texts,
    },
    required: ['needs'],
  },
  outputSchema: {
    type: 'object',
    properties: {
      answer: about('complete, partial or none'),
      summary: text,
      best: { type: 'object' },
      uncovered: objects,
    },
    required: ['answer', 'uncovered'],
  },
  input,
  effect: 'reads',
  async run({ engine }, { needs, ...constraints }, { caller, now }) {
    const { answer, summary, best, nextBest, uncovered } = await engine.cover({ needs, constraints }, caller, now)
    return {
      answer,
      summary,
      ...(best && { best: setOf(best) }),
      ...(nextBest && { nextBest: setOf(nextBest) }),
      uncovered: uncovered.map(({ need, nearest }) => ({
        need,
        ...(nearest && { nearest: { tool: nearest.tool.slug, fails: nearest.fails } }),
      })),
    }
  },
})

const setOf = ({ tools, confidence, worksTogether }: ToolSet) => ({
  confidence,
  tools: tools.map(({ tool, covers }) => ({
    tool: tool.slug,
    name: tool.name,
    covers: covers.map(({ need, capability, confidence: sure }) => ({
      need,
      capability: capability.name,
      confidence: sure,
    })),
  })),
  worksTogether: worksTogether.map(({ tools: pair, why }) => ({ tools: pair, why })),
})
