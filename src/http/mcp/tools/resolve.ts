import { z } from 'zod'
import { FEWEST_TOKENS, resolveBodySchema, resolveConstraintsSchema } from '../../../core/api/resolve.js'
import { about, agentTool, number, objects, text, texts } from '../tool.js'

/** What an agent spends on an answer when it does not say. */
const DEFAULT_TOKENS = 2000

const { type, free, protocol, requires, excludes, license } = resolveConstraintsSchema.shape
const input = z.strictObject({
  intent: resolveBodySchema.shape.intent,
  limit: z.number().int().min(1).max(20).default(3),
  type,
  free,
  protocol,
  requires,
  excludes,
  license,
  maxTokens: z.number().int().min(FEWEST_TOKENS).max(100_000).default(DEFAULT_TOKENS),
})

export const resolveTool = agentTool({
  name: 'resolve',
  description:
    'Choose a tool for an intent: ranked answers with a ledger of requirements (met, not-met, unknown, with proof), how to call each, alternatives and a token. Call before picking a tool.',
  inputSchema: {
    type: 'object',
    properties: {
      intent: about('the need with its conditions, in plain words'),
      limit: about('1-20, default 3', number),
      type: texts,
      free: { type: 'boolean' },
      protocol: about('mcp, http, cli, library, …', { type: 'array', items: text }),
      requires: about('phrases that must be proved, e.g. "self-hosted"', texts),
      excludes: about('tools or phrases to avoid', texts),
      license: about('e.g. MIT, permissive', texts),
      maxTokens: about('size of the answer, default 2000', number),
    },
    required: ['intent'],
  },
  outputSchema: {
    type: 'object',
    properties: {
      answer: about('match, weak or none'),
      resolved: objects,
      uncovered: texts,
      nearMisses: objects,
      relaxations: objects,
      tokensUsed: number,
    },
    required: ['answer', 'resolved', 'uncovered'],
  },
  input,
  effect: 'reads',
  run({ engine }, { intent, limit, maxTokens, ...constraints }, { caller, now }) {
    return engine.resolve({ intent, limit, maxTokens, constraints }, caller, now)
  },
})
